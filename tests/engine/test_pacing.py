"""Slices: short enough to be live, long enough to be mostly training."""

from hypothesis import given
from hypothesis import strategies as st

from tinygpt.engine.pacing import sample_is_due, slice_seconds


def test_a_run_alone_gets_half_a_second():
    assert slice_seconds(0.01, waiting=0, lanes=2) == 0.5


def test_in_a_class_everybody_has_a_turn_within_three_seconds():
    assert slice_seconds(0.01, waiting=28, lanes=2) == 0.2


def test_a_costly_slice_lasts_longer_but_never_more_than_two_seconds():
    assert slice_seconds(0.03, waiting=0, lanes=2) == 1.2
    assert slice_seconds(0.05, waiting=28, lanes=2) == 1.0
    assert slice_seconds(9.0, waiting=0, lanes=2) == 2.0


@given(st.floats(0, 0.1), st.integers(0, 100), st.integers(1, 64))
def test_at_least_95_percent_of_a_slice_is_training_while_that_takes_two_seconds_at_most(overhead, waiting, lanes):
    seconds = slice_seconds(overhead, waiting=waiting, lanes=lanes)
    assert 0.2 <= seconds <= 2.0
    assert seconds / (seconds + overhead) > 0.95


def test_the_first_sample_comes_early_the_next_ones_with_news_and_time():
    assert not sample_is_due(has_one=False, val_is_news=True, spent=0.0, trained=0.9)
    assert sample_is_due(has_one=False, val_is_news=False, spent=0.0, trained=1.0)
    assert sample_is_due(has_one=True, val_is_news=True, spent=0.05, trained=5.0)
    assert not sample_is_due(has_one=True, val_is_news=False, spent=0.0, trained=5.0)
    assert not sample_is_due(has_one=True, val_is_news=True, spent=0.06, trained=5.0)
