"""A live page asks often, and thirty of them together not too often."""

import time
from dataclasses import replace

import pytest

from tinygpt.engine.records import RunView
from tinygpt.gpt import GPTConfig
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import pace

SPEC = RunSpec(GPTConfig(), TrainConfig(), "text")


@pytest.fixture(autouse=True)
def nobody_is_there(monkeypatch):
    monkeypatch.setattr(pace, "_asked", {})
    monkeypatch.setattr(pace, "FASTEST", 0.5)  # where cores are few it is a second


def visitors(n: int, *, ago: float = 1.0) -> None:
    pace._asked.update({f"session {i}": time.monotonic() - ago for i in range(n)})


def run(status: str, points: int = 0, rhythm: float = 0.0) -> RunView:
    return RunView(
        id="r", student="s", name="r", spec=SPEC, slot=0, created=0.0, status=status, max_steps=100, points=points,
        rhythm=rhythm, note="", warning="", busy=False,
    )  # fmt: skip


@pytest.mark.parametrize(("live", "seconds"), [(0, 0.5), (1, 0.5), (12, 0.5), (30, 1.2), (100, 4.0), (1_000, 5.0)])
def test_the_more_pages_are_live_the_longer_the_pause(live, seconds):
    visitors(live)
    assert pace.interval() == pytest.approx(seconds)


@pytest.mark.parametrize("live", [1, 30, 100])
def test_all_pages_together_stay_within_the_budget(live):
    visitors(live)
    assert live / pace.interval() <= pace.BUDGET + 1e-9


def test_a_first_point_is_looked_for_more_often_but_not_by_a_whole_class():
    waits, goes_on, paused = run("waiting"), run("training", points=3), run("paused")
    assert pace.interval([waits]) == 0.2
    assert pace.interval([waits, goes_on]) == 0.5  # there is something to see
    assert pace.interval([paused]) == 0.5
    visitors(30)
    assert pace.interval([waits]) == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("rhythms", "seconds"),
    [([0.1], 0.5), ([1.2], 1.2), ([9.0, 9.0], 1.5), ([9.0, 0.7], 0.7), ([0.0], 0.5), ([0.0, 1.2], 1.2)],
)
def test_a_page_asks_no_more_often_than_there_is_news_of_a_run(rhythms, seconds):
    assert pace.interval([run("training", points=9, rhythm=each) for each in rhythms]) == seconds


def test_a_page_that_has_not_asked_for_a_while_is_gone():
    visitors(100, ago=pace.FORGOTTEN + 1)
    assert pace.interval() == 0.5


def test_a_page_waits_for_a_first_point_that_is_being_made():
    begun = replace(run("training"), busy=True)
    looks = iter([begun, begun, replace(begun, points=1), None])
    pace.wait_for_a_first_point(lambda: next(looks))
    assert next(looks) is None, "it did not look until there was a point"


@pytest.mark.parametrize("newest", [None, run("waiting"), run("paused"), replace(run("training", points=1), busy=True)])
def test_a_page_waits_for_nothing_else(newest):
    looks = iter([newest])
    pace.wait_for_a_first_point(lambda: next(looks))  # a second look would be an error


def test_a_page_does_not_wait_for_long(monkeypatch):
    monkeypatch.setattr(pace, "A_MOMENT", 0.03)
    began = time.monotonic()
    pace.wait_for_a_first_point(lambda: replace(run("training"), busy=True))
    assert 0.03 <= time.monotonic() - began < 100 * pace.A_MOMENT


def near_its_end(left: int, **more) -> RunView:
    """A run with so many of its 100 steps left, of which it makes 10 in a second and 12 in a slice."""
    seen = replace(run("training", points=9, rhythm=1.2), busy=True, step=100 - left, steps_per_second=10.0)
    return replace(seen, **more)


def test_a_page_that_asks_waits_for_an_end_that_is_being_made():
    looks = iter([near_its_end(9), near_its_end(9), near_its_end(0, status="finished"), None])
    pace.wait_for_the_end(lambda: next(looks))
    assert next(looks) is None, "it did not look until the run had ended"


@pytest.mark.parametrize(
    "newest",
    [
        None, near_its_end(13), near_its_end(9, busy=False), near_its_end(9, status="paused"),
        near_its_end(9, stopping=True), near_its_end(9, steps_per_second=None),
        near_its_end(20, rhythm=60.0),  # it waits for its turns for a minute, but none of its slices lasts that long
    ],
)  # fmt: skip
def test_a_page_that_asks_waits_for_no_other_news(newest):
    looks = iter([newest])
    pace.wait_for_the_end(lambda: next(looks))  # a second look would be an error


def test_a_page_does_not_wait_for_an_end_for_long(monkeypatch):
    monkeypatch.setattr(pace, "AN_END", 0.03)
    began = time.monotonic()
    pace.wait_for_the_end(lambda: near_its_end(9))
    assert 0.03 <= time.monotonic() - began < 100 * pace.AN_END
