"""Slices: short enough to be live, long enough to be mostly training."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.engine.pacing import SAMPLE_SHARE, sample_length, slice_seconds


def test_a_run_alone_gets_half_a_second():
    assert slice_seconds(0.01, waiting=0, lanes=2) == 0.5


def test_in_a_class_everybody_has_a_turn_within_three_seconds():
    assert slice_seconds(0.01, waiting=28, lanes=2) == 0.2


def test_a_costly_slice_lasts_longer_but_never_more_than_two_seconds():
    assert slice_seconds(0.03, waiting=0, lanes=2) == 1.2
    assert slice_seconds(0.05, waiting=28, lanes=2) == 1.0
    assert slice_seconds(9.0, waiting=0, lanes=2) == 2.0


def test_runs_of_one_student_share_longer_slices_since_nobody_else_waits():
    alone, in_a_crowd = (slice_seconds(0.03, waiting=16, lanes=2, crowd=crowd) for crowd in (False, True))
    assert alone == pytest.approx(1.8) == pytest.approx(3 * in_a_crowd)


@given(st.floats(0, 0.1), st.integers(0, 100), st.integers(1, 64))
def test_at_least_95_percent_of_a_slice_is_training_while_that_takes_two_seconds_at_most(overhead, waiting, lanes):
    seconds = slice_seconds(overhead, waiting=waiting, lanes=lanes)
    assert 0.2 <= seconds <= 2.0
    assert seconds / (seconds + overhead) > 0.95


def test_a_model_writes_after_its_third_slice_already_and_then_as_much_as_its_pace_allows():
    assert sample_length(spent=0.0, written=0, trained=0.15) == 40
    assert sample_length(spent=0.02, written=40, trained=0.15) == 0  # it has had its share
    assert sample_length(spent=0.02, written=40, trained=0.65) == 100  # half a millisecond for a character
    assert sample_length(spent=0.03, written=40, trained=0.65) == 66
    assert sample_length(spent=0.4, written=40, trained=9.0) == 40  # a large model: a line, more seldom


@given(st.floats(1e-5, 0.05), st.floats(0.2, 2.0), st.integers(2, 400))
def test_samples_are_live_and_take_their_share_of_the_time_and_no_more(each, slice_, slices):
    """`each`: seconds for a character. Whatever a model costs, it is over its share by one sample at most."""
    spent, written, trained, newest, longest = 0.0, 0, 0.15, 0.15, 0.0
    for _ in range(slices):
        length = sample_length(spent=spent, written=written, trained=trained)
        trained += slice_
        if length:
            longest, newest = max(longest, trained - newest), trained
            spent, written = spent + length * each, written + length
        assert spent <= SAMPLE_SHARE * trained + 120 * each
    if each < 0.00125:  # 40 characters in 50 ms
        assert longest <= 1.0 + 2 * slice_, "it does not follow the training"
