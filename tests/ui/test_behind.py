"""What is computed behind a page: it is not waited for, it is not done twice, and an error is told and tried again."""

import threading

import pytest

from tests.waiting import until
from tinygpt.texts.keeping import kept
from tinygpt.ui.behind import result_of


def test_what_is_done_in_time_is_there_at_once_and_only_done_once():
    asked = []

    @kept
    def doubled(n: int) -> int:
        asked.append(n)
        return 2 * n

    assert until(lambda: result_of(doubled, 0.5, 21)) == 42
    assert result_of(doubled, 0, 21) == 42 and asked == [21]


def test_nobody_waits_for_what_takes_long():
    go_on = threading.Event()

    @kept
    def late() -> str:
        assert go_on.wait(60)
        return "done"

    assert result_of(late, 0.01) is None and result_of(late, 0) is None
    go_on.set()
    assert until(lambda: result_of(late, 0.1)) == "done"


def test_an_error_is_told_and_the_next_to_ask_tries_again():
    tries = []

    @kept
    def fails() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("The text is gone.")
        return 7

    with pytest.raises(ValueError, match="gone"):
        until(lambda: result_of(fails, 0.5))
    assert until(lambda: result_of(fails, 0.5)) == 7


def test_a_function_that_runs_out_of_its_own_time_says_so():
    @kept
    def fails() -> int:
        raise TimeoutError("the disk does not answer")

    with pytest.raises(TimeoutError, match="disk"):
        until(lambda: result_of(fails, 0.5))
