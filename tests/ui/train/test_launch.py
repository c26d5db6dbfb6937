"""What a run will take: a range from what was measured, which real runs put right."""

import re
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.waiting import until
from tinygpt.spelling import time_range
from tinygpt.training.presets import PRESETS
from tinygpt.training.work import Amounts
from tinygpt.ui import session
from tinygpt.ui.train import launch

BIGRAM = PRESETS["bigram"].spec("look-back", 8).with_settings({"max_steps": 1_000})
GPT = PRESETS["layer-norm"].spec("look-back", 8)
UNITS = {"s": 1, "min": 60}


@given(st.floats(0.01, 20_000), st.floats(1, 20))
def test_a_range_of_time_is_rounded_to_the_outside(low, times):
    words = time_range(low, low * times)
    found = re.fullmatch(r"(\d+)(?: (s|min))?(?: to (\d+) (s|min))?", words)
    first = int(found[1]) * UNITS[found[2] or found[4]]
    last = int(found[3]) * UNITS[found[4]] if found[3] else first
    assert (first <= low or first == 1) and low * times <= last < 1.6 * low * times + 61, words


def test_ranges_of_time_by_hand():
    assert [time_range(*ends) for ends in ((10, 19.5), (90, 130), (130, 300), (0.2, 0.9), (22, 31))] == [
        "10 to 20 s", "90 s to 3 min", "2 to 5 min", "1 s", "20 to 35 s",
    ]  # fmt: skip


def test_the_speed_of_runs_like_it_comes_before_that_of_others():
    assert launch.times_slower(GPT, []) == 1.0
    assert launch.times_slower(GPT, [(BIGRAM, 3.0), (BIGRAM, 5.0), (BIGRAM, 4.0)]) == 4.0
    assert launch.times_slower(GPT, [(BIGRAM, 3.0), (GPT, 9.0)]) == 9.0
    assert launch.times_slower(GPT, [(BIGRAM, 1.0)] * launch.RECENT + [(BIGRAM, 50.0)] * 20) == 1.0, "long ago"


@pytest.mark.usefixtures("one_engine")
def test_a_measurement_that_was_disturbed_is_put_right_by_the_first_run(monkeypatch):
    machine, engine = launch.this_machine(), session.engine()
    run = engine.submit(BIGRAM, student=uuid.uuid4().hex)
    until(lambda: engine.view(run).status == "finished")
    took = engine.view(run).seconds
    for disturbed in (0.1, 1.0, 10.0):
        prices = Amounts(*(disturbed * price for price in machine.prices))
        wrong = replace(machine, prices=prices, score_of_a_look=disturbed * machine.score_of_a_look)
        monkeypatch.setattr(launch, "this_machine", lambda wrong=wrong: wrong)
        assert launch.seconds_here(BIGRAM) == [pytest.approx(took)]
        low, high = launch.seconds_between(launch.seconds_here(BIGRAM))
        assert low < took < high


@pytest.mark.usefixtures("one_engine")
def test_the_range_reaches_from_a_run_alone_to_one_among_all_that_are_on_their_way(monkeypatch):
    alone = launch.seconds_between(launch.seconds_here(GPT))
    monkeypatch.setattr(type(session.engine()), "live_runs", lambda self: 30)
    crowded = launch.seconds_between(launch.seconds_here(GPT))
    assert crowded[0] == pytest.approx(alone[0]) and crowded[1] > 5 * alone[1]
    assert re.match(r"\d+( s| min)? to \d+ (s|min) here", launch.time_words([GPT]))


@pytest.mark.usefixtures("one_engine")
def test_before_the_first_run_other_programs_count(monkeypatch):
    monkeypatch.setattr(type(session.engine()), "trained_lately", lambda self, most=20: [])
    monkeypatch.setattr(launch, "load_of_a_core", lambda: 0.1)
    quiet = launch.seconds_between(launch.seconds_here(GPT))
    monkeypatch.setattr(launch, "load_of_a_core", lambda: 8.0)
    busy = launch.seconds_between(launch.seconds_here(GPT))
    assert busy[0] == quiet[0] and busy[1] - launch.START == pytest.approx(8 * (quiet[1] - launch.START))


@pytest.mark.usefixtures("one_engine")
def test_a_run_that_cannot_end_in_its_time_is_told_so(monkeypatch):
    monkeypatch.setattr(launch, "MAX_SECONDS", 0.5)
    assert "a run that has trained for 1 s is ended" in launch.time_words([GPT])
