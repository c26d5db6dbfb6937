"""What the training page says of a step, of a run that writes nothing, and of a press that does nothing."""

import pytest

from tinygpt.engine.records import ENDED
from tinygpt.gpt import GPTConfig
from tinygpt.models import blank
from tinygpt.training.account import StepAccount, matrices
from tinygpt.training.presets import PRESETS
from tinygpt.words.training import LAYERS, NOTHING_WRITTEN, SOON, account_words, length, part_words, twin_words

ACCOUNT = StepAccount(12, 32, "First Cit", 2.4312, 2.3987, "blocks.1.attention.value.0", 0.01234, 0.0056, 0.98765, 1e-3)


def test_a_step_in_four_lines():
    assert account_words(ACCOUNT) == [
        ("Batch", "32 windows of 8, the first ‘First·Ci’ and then ‘t’"),
        ("Its loss", "2.431 before, 2.399 after"),
        ("Moved most", "W_v of head 1, block 2: by 0.56%, 0.012 in length"),
        ("Gradient", "0.988 in length, learning rate 1e-3"),
    ]


def test_every_matrix_of_every_model_has_a_name_in_words():
    models = [preset.spec("", 65).model for preset in PRESETS.values()] + [GPTConfig(positions="none", feed_forward=1)]
    for model in map(blank, models):
        for name, values in model.named_parameters():
            if values.dim() >= 2:
                for part, _ in matrices(model, name, values):
                    words = part_words(part)
                    assert "." not in words and "qkv" not in words, part
                    assert words == part or "block" in words


def test_a_run_that_is_over_or_rests_never_promises_to_write_soon():
    assert NOTHING_WRITTEN.keys() == ENDED | {"paused", "interrupted"}
    assert SOON not in NOTHING_WRITTEN.values()


@pytest.mark.parametrize("status", ["waiting", "training", "paused"])
def test_why_train_began_nothing(status):
    words = twin_words("GPT", status)
    assert words.startswith("This very run ") and "the one on the chart" in words
    assert ("Resume" in words) is (status == "paused")


def test_the_layers_of_a_block_are_those_of_the_model():
    names = {name.split(".")[-2] for name, values in blank(GPTConfig()).named_parameters() if values.dim() >= 2}
    assert names & LAYERS.keys() == LAYERS.keys()


def test_a_length_of_any_size_has_few_characters():
    assert [length(size) for size in (0.0123, 2.06e-9, 3.0, 480.0, 4.8e27)] == [
        "0.012", "2.1\u00b710\u207b\u2079", "3", "480", "4.8\u00b710\u00b2\u2077",
    ]  # fmt: skip
    assert (length(0.98765, 3), length(float("inf")), length(0.0)) == ("0.988", "\u221e", "0")
