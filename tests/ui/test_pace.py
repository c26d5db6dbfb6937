"""A live page asks often, and thirty of them together not too often."""

import time

import pytest

from tinygpt.ui import pace


@pytest.fixture(autouse=True)
def nobody_is_there(monkeypatch):
    monkeypatch.setattr(pace, "_asked", {})


def visitors(n: int, *, ago: float = 1.0) -> None:
    pace._asked.update({f"session {i}": time.monotonic() - ago for i in range(n)})


@pytest.mark.parametrize(("live", "seconds"), [(0, 0.5), (1, 0.5), (12, 0.5), (30, 1.2), (100, 4.0), (1_000, 5.0)])
def test_the_more_pages_are_live_the_longer_the_pause(live, seconds):
    visitors(live)
    assert pace.interval() == pytest.approx(seconds)


@pytest.mark.parametrize("live", [1, 30, 100])
def test_all_pages_together_stay_within_the_budget(live):
    visitors(live)
    assert live / pace.interval() <= pace.BUDGET + 1e-9


def test_a_first_point_is_looked_for_more_often_but_not_by_a_whole_class():
    assert pace.interval(eager=True) == 0.2
    visitors(30)
    assert pace.interval(eager=True) == pytest.approx(1.2)


def test_a_page_that_has_not_asked_for_a_while_is_gone():
    visitors(100, ago=pace.FORGOTTEN + 1)
    assert pace.interval() == 0.5
