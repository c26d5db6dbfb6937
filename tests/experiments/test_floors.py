"""How far a loss has come between two floors."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.experiments.floors import Gap, gap_around

FLOORS = {"uniform": 4.0, "1-gram": 3.0, "2-gram": 2.5, "3-gram": 2.0}


def test_a_loss_between_two_floors():
    here = gap_around(2.75, FLOORS)
    assert here == Gap(2.75, "1-gram", 3.0, "2-gram", 2.5)
    assert (here.closed, here.ahead) == (0.5, 0.25)


def test_worse_than_guessing_and_better_than_every_table():
    worse, better = gap_around(5.0, FLOORS), gap_around(1.5, FLOORS)
    assert (worse.above, worse.below, worse.closed, worse.ahead) == ("", "uniform", None, None)
    assert (better.above, better.below, better.closed, better.ahead) == ("3-gram", "", None, 0.5)


def test_on_a_floor_the_gap_above_is_left_behind():
    here = gap_around(2.5, FLOORS)
    assert (here.above, here.below, here.closed, here.ahead) == ("2-gram", "3-gram", 0.0, 0.0)
    assert gap_around(2.0, FLOORS).closed is None, "the last floor"


def test_where_there_is_nothing_to_compare():
    assert gap_around(None, FLOORS) is None and gap_around(math.nan, FLOORS) is None
    assert gap_around(2.0, {}) == Gap(2.0, "", None, "", None)
    assert gap_around(math.inf, FLOORS).below == "uniform"
    assert gap_around(2.0, {"2-gram": math.inf, "3-gram": 1.0}).above == "", (
        "a table that was never smoothed may cost inf"
    )


def test_a_floor_that_is_higher_than_the_one_before_it_is_put_in_its_place():
    overfitted = {"4-gram": 2.1, "5-gram": 2.3}  # on a short text, longer tables are worse
    assert gap_around(2.2, overfitted).above == "5-gram" and gap_around(2.2, overfitted).closed == pytest.approx(0.5)


finite = st.floats(-10, 10)


@given(finite, st.dictionaries(st.text(max_size=3), finite, max_size=5))
def test_the_loss_is_where_the_gap_says(loss, floors):
    here = gap_around(loss, floors)
    assert here.upper is None or here.upper == floors[here.above] >= loss
    assert here.lower is None or here.lower == floors[here.below] < loss
    assert not [name for name, floor in floors.items() if here.upper is not None and loss <= floor < here.upper]
    assert not [name for name, floor in floors.items() if here.lower is not None and here.lower < floor < loss]
    assert here.closed is None or 0 <= here.closed <= 1
