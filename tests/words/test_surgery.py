"""Surgery in words: true of every operation, and of a change that may be chance."""

import pytest

from tinygpt.gpt import GPTConfig
from tinygpt.inside.knockout import Rise, each_alone
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.words.surgery import missed_words, rise_words, run_words, surgery_words


def test_every_operation_has_words():
    assert surgery_words("0.2 cut, 0.3 flat, 1 attention, 1 feed-forward") == (
        "head 2 of block 0 cut, head 3 of block 0 flattened, attention of block 1 off and feed-forward of block 1 off"
    )
    assert surgery_words("") == ""
    config = GPTConfig(n_layer=2)
    assert len({surgery_words(one) for one in each_alone(config)}) == 2 * (4 + 2)


def test_a_run_says_what_was_done_to_it_and_when():
    whole = RunSpec(GPTConfig(), TrainConfig(max_steps=2_000))
    assert run_words(whole) == ""
    assert run_words(whole.operated("0.1 flat", 1_500)) == "From step 1\u202f500 on: head 1 of block 0 flattened."


def test_a_change_within_its_own_error_is_called_chance():
    assert "may be chance" in rise_words("0.1 cut", Rise(0.01, 0.01))
    assert "rises by 0.180 nats per character (standard error 0.004)" in rise_words("0.1 cut", Rise(0.18, 0.004))
    assert "falls by 0.180" in rise_words("0.1 cut", Rise(-0.18, 0.004))


@pytest.mark.parametrize(("guessed", "begins"), [("0.1 cut", "**Right.**"), ("0.0 cut", "**Not head 0 of block 0**")])
def test_the_head_that_is_missed_most_is_named_either_way(guessed, begins):
    words = missed_words({"0.0 cut": Rise(0.02, 0.001), "0.1 cut": Rise(0.18, 0.001)}, guessed)
    assert words.startswith(begins) and "Head 1 of block 0 is missed most" in words and "by 0.180" in words
    assert "head 0 of block 0 is missed least, by 0.020" in words


def test_two_heads_that_are_nearer_than_their_errors_are_nearly_the_same():
    heads = {"0.0 cut": Rise(0.122, 0.0055), "0.1 cut": Rise(0.126, 0.0057), "1.0 cut": Rise(-0.001, 0.002)}
    words = missed_words(heads, "0.0 cut")
    assert words.startswith("**Nearly head 0 of block 0**") and "nearer than these measures can tell" in words
    assert "head 0 of block 1 is missed least, if at all" in words
