"""When a run is beyond hope, by hand: guessing among 65 characters costs ln 65 = 4.17."""

from hypothesis import given
from hypothesis import strategies as st

from tinygpt.spelling import spelled
from tinygpt.training.divergence import FAR_STEPS, LOST_STEPS, Watch, not_a_number


def seen(*losses, vocab_size=65):
    """What the watch says after these losses."""
    watch, words = Watch(), ""
    for loss in losses:
        words = words or watch.see(loss, vocab_size)
    return words


def test_fifty_steps_far_above_guessing_are_enough_and_forty_nine_are_not():
    assert seen(4.2, *[13.0] * FAR_STEPS).startswith("For 50 steps the loss was more than 3 times 4.17")
    assert seen(4.2, *[13.0] * (FAR_STEPS - 1), 4.0) == ""


def test_a_loss_that_shot_up_and_never_came_back_below_guessing():
    words = seen(4.2, 14.0, *[4.6] * LOST_STEPS)
    assert "shot up to 14.0" in words and "above 4.17" in words


def test_a_loss_that_shot_up_and_came_back_is_fine():
    assert seen(4.2, 14.0, *[3.0] * 1_000) == ""


def test_a_slow_start_above_guessing_is_fine():
    assert seen(*[4.7] * 1_000) == ""


@given(st.lists(st.floats(0, 4.1), max_size=500))
def test_no_run_below_guessing_is_ever_called_diverged(losses):
    assert seen(*losses) == ""


def test_a_text_of_one_symbol_never_diverges():
    assert seen(*[0.0] * 1_000, vocab_size=1) == ""


def test_the_sentence_names_step_learning_rate_and_a_way_out():
    assert not_a_number(8, 1e6) == (
        "The loss stopped being a number after step 8: the learning rate 1e6 is too high. "
        "The model of step 8 is kept. Try a learning rate of 1e-3, or a tenth of yours if that is smaller."
    )


def test_a_learning_rate_is_spelled_short_and_nothing_of_it_is_lost():
    assert [spelled(rate) for rate in (1e6, 1.0, 1e-3, 3e-4, 0.00025)] == ["1e6", "1e0", "1e-3", "3e-4", "2.5e-4"]
