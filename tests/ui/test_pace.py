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
    monkeypatch.setattr(pace, "CORES", 4)


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


@pytest.mark.parametrize(
    ("cores", "address", "seconds"),
    [(2, None, 1.0), (3, None, 1.0), (4, None, 0.5), (2, "192.168.0.7", 0.5)],
)
def test_a_browser_on_the_few_cores_that_train_asks_less_often(monkeypatch, cores, address, seconds):
    monkeypatch.setattr(pace, "CORES", cores)
    monkeypatch.setattr(type(pace.st.context), "ip_address", property(lambda _: address))
    assert pace.interval() == seconds
    assert pace.interval([run("training", points=9, rhythm=0.6)]) == max(0.6, seconds)
    assert pace.interval([run("waiting")]) == 0.2, "the first point is waited for in any case"


def near_its_end(left: int, **more) -> RunView:
    """A run with so many of its 100 steps left, of which it makes 10 in a second and 12 in a slice."""
    seen = replace(run("training", points=9, rhythm=1.2), busy=True, step=100 - left, steps_per_second=10.0)
    return replace(seen, **more)


@pytest.mark.parametrize(
    "begun",
    [
        near_its_end(11), near_its_end(9, rhythm=0.1), near_its_end(80, stopping=True),
        near_its_end(80, status="paused"),  # after this slice, or after the steps that were ordered
    ],
)  # fmt: skip
def test_a_page_that_asks_waits_for_a_rest_that_is_near(begun):
    looks = iter([begun, begun, replace(begun, status="finished", busy=False, stopping=False), None])
    pace.wait_for_rest(lambda: next(looks))
    assert next(looks) is None, "it did not look until the run rested"


@pytest.mark.parametrize(
    "newest",
    [
        None, near_its_end(13), near_its_end(9, busy=False), near_its_end(9, status="paused", busy=False),
        near_its_end(9, steps_per_second=None),
        near_its_end(20, rhythm=60.0),  # it waits for its turns for a minute, but none of its slices lasts that long
    ],
)  # fmt: skip
def test_a_page_that_asks_waits_for_no_other_news(newest):
    looks = iter([newest])
    pace.wait_for_rest(lambda: next(looks))  # a second look would be an error


@pytest.mark.parametrize(
    ("wait", "seconds", "begun"),
    [(pace.wait_for_rest, "A_WHILE", near_its_end(0)),
     (pace.wait_for_a_first_point, "A_MOMENT", replace(run("training"), busy=True))],
)  # fmt: skip
def test_a_page_does_not_wait_for_long(monkeypatch, wait, seconds, begun):
    monkeypatch.setattr(pace, seconds, 0.03)
    began = time.monotonic()
    wait(lambda: begun)
    assert 0.03 <= time.monotonic() - began < 100 * 0.03
