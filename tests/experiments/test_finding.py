"""From which step on a curve is low, on curves that can be read off."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.experiments.floors import found_at, left_at, stays_below

FALLS = [(0, 2.08), (100, 2.07), (200, 1.5), (300, 0.9), (400, 0.62), (500, 0.6)]


def test_a_falling_curve_is_near_its_floor_from_the_first_low_value_on():
    assert found_at(FALLS, 0.58, tolerance=0.05) == 400
    assert found_at(FALLS, 0.58, tolerance=0.02) == 500
    assert found_at(FALLS, 0.3) is None


def test_a_curve_leaves_its_plateau_before_it_is_near_the_floor():
    assert left_at(FALLS, math.log(8), tolerance=0.05) == 200
    assert left_at(FALLS, math.log(8), tolerance=0.005) == 100
    assert left_at([(0, 2.0)], 2.0, tolerance=0.0) is None  # on the plateau is not below it


def test_one_low_value_proves_nothing():
    assert stays_below([(0, 3.0), (1, 1.0), (2, 3.0), (3, 1.0), (4, 0.9)], 1.0) == 3
    assert stays_below([(0, 1.0), (1, 3.0)], 1.0) is None


def test_below_the_floor_is_found_too():
    """A best loss is a mean over all texts: the val part of one text may lie a little under it."""
    assert found_at([(0, 1.0), (10, 0.49)], 0.5, tolerance=0.0) == 10


def test_steps_without_a_val_are_passed_over():
    assert stays_below([(0, 3.0), (1, None), (2, 1.0), (3, None)], 1.0) == 2
    assert stays_below([(0, None)], 1.0) is None and stays_below([], 1.0) is None


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_a_val_that_is_no_number_is_not_low(broken):
    assert stays_below([(0, 1.0), (1, broken)], 1.0) is None
    assert stays_below([(0, broken), (1, 1.0)], 1.0) == 1


@given(st.lists(st.floats(0, 5)), st.floats(0, 5))
def test_it_is_the_first_step_after_which_all_is_low(vals, level):
    curve = list(enumerate(vals))
    low_from = [step for step, _ in curve if all(val <= level for val in vals[step:])]
    assert stays_below(curve, level) == (low_from[0] if low_from else None)
