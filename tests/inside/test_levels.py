"""What a loss looks like: which kept model stands for which level, on curves short enough to check by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.inside.levels import Level, reached_levels, val_at

VALS = [(0, 4.4), (100, 2.4), (200, 2.0)]


def test_between_two_looks_a_loss_lies_on_the_straight_line():
    assert [val_at(VALS, step) for step in (0, 25, 100, 150, 200, 999)] == pytest.approx([4.4, 3.9, 2.4, 2.2, 2.0, 2.0])
    assert val_at([(10, 3.0)], 0) == 3.0


def test_each_level_that_was_passed_has_the_kept_model_that_is_nearest():
    found = reached_levels(VALS, [0, 50, 100, 200])
    assert found == [Level(4.2, 0, 4.4), Level(3.3, 50, pytest.approx(3.4)), Level(2.5, 100, 2.4), Level(2.0, 200, 2.0)]


def test_a_level_that_was_not_reached_has_none_and_rounding_counts_as_reached():
    assert [one.loss for one in reached_levels([(0, 4.16), (9, 1.84)], [0, 9])] == [4.2, 1.8]
    assert [one.loss for one in reached_levels([(0, 4.1), (9, 1.9)], [0, 9])] == [3.3, 2.0]


def test_a_model_stands_for_one_level_only():
    assert reached_levels(VALS, [100]) == [Level(2.5, 100, 2.4)]


def test_without_a_look_or_without_a_model_there_is_nothing():
    assert reached_levels([], [0]) == reached_levels([(0, math.nan)], [0]) == reached_levels(VALS, []) == []


@given(st.lists(st.floats(0, 9), min_size=1, max_size=12), st.lists(st.integers(0, 300), max_size=9, unique=True))
def test_levels_come_in_order_and_no_model_comes_twice(vals, steps):
    found = reached_levels([(25 * n, val) for n, val in enumerate(vals)], sorted(steps))
    assert [one.loss for one in found] == sorted((one.loss for one in found), reverse=True)
    assert len({one.step for one in found}) == len(found) and {one.step for one in found} <= set(steps)
