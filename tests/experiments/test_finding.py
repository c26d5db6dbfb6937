"""From which step on a curve is low, on curves that can be read off."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.experiments.floors import stays_below

FALLS = [(0, 2.08), (100, 2.07), (200, 1.5), (300, 0.9), (400, 0.62), (500, 0.6)]


def test_a_falling_curve_is_low_from_the_first_low_value_on():
    assert stays_below(FALLS, 0.58 + 0.05) == 400
    assert stays_below(FALLS, 0.58 + 0.03) == 500
    assert stays_below(FALLS, 0.3) is None


def test_a_curve_leaves_its_plateau_before_it_is_near_the_floor():
    assert stays_below(FALLS, math.log(8) - 0.05) == 200
    assert stays_below(FALLS, math.log(8) - 0.005) == 100
    assert stays_below([(0, 2.0)], 2.0) is None  # on the plateau is not below it


def test_one_low_value_proves_nothing():
    assert stays_below([(0, 3.0), (1, 1.0), (2, 3.0), (3, 1.0), (4, 0.9)], 1.1) == 3
    assert stays_below([(0, 1.0), (1, 3.0)], 1.1) is None


def test_steps_without_a_val_are_passed_over():
    assert stays_below([(0, 3.0), (1, None), (2, 1.0), (3, None)], 1.1) == 2
    assert stays_below([(0, None)], 1.0) is None and stays_below([], 1.0) is None


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_a_val_that_is_no_number_is_not_low(broken):
    assert stays_below([(0, 1.0), (1, broken)], 1.1) is None
    assert stays_below([(0, broken), (1, 1.0)], 1.1) == 1


@given(st.lists(st.floats(0, 5)), st.floats(0, 5))
def test_it_is_the_first_step_after_which_all_is_low(vals, level):
    curve = list(enumerate(vals))
    low_from = [step for step, _ in curve if all(val < level for val in vals[step:])]
    assert stays_below(curve, level) == (low_from[0] if low_from else None)
