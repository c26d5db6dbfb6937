"""What is said of guesses block by block, with chances that can be counted by hand."""

import pytest
import torch

from tinygpt.gpt import GPTConfig
from tinygpt.inside.layers import LayerGuesses
from tinygpt.words.blocks import changed_words, lens_words, means_words, place_sentences

# Two places, two characters: the embedding is undecided, block 0 sure of half the way, block 1 changes nothing.
CHANCES = torch.tensor([[[0.5, 0.5], [0.5, 0.5]], [[0.75, 0.25], [0.5, 0.5]], [[0.75, 0.25], [0.5, 0.5]]])
SEEN = LayerGuesses(("embedding", "block 0", "block 1"), CHANCES.log())


def test_a_place_says_what_comes_its_chances_and_its_price():
    first, last = place_sentences(SEEN, "ab", [1], "ab")
    assert first == (
        "After \u2018a\u2019 at 0 really comes \u2018b\u2019. Its chance is 0.50 after the embedding, 0.25 after block "
        "0, 0.25 after block 1; in the end it costs 1.39 nats."
    )
    assert last.startswith(
        "After \u2018b\u2019 at 1 the text ends. Likeliest is \u2018a\u2019 with 0.50 after the embed"
    )


def test_each_block_names_the_place_it_changed_most():
    assert changed_words(SEEN, "a ") == (
        "Block 0 changed the guess after \u2018a\u2019 at 0 most: 0.25 of the probability went to other characters. "
        "Block 1 changed no guess at all."
    )


def test_means_are_said_where_something_was_guessed():
    assert means_words(SEEN.after[:2], torch.tensor([[1.0, 2.0], [0.5, 0.5]])) == (
        "In nats, a character of this text costs 1.50 after the embedding, 0.50 after block 0."
    )
    assert means_words(SEEN.after, torch.zeros(3, 0)) == ""


@pytest.mark.parametrize(
    ("parts", "says"),
    [({}, "LayerNorm and the output layer read"), ({"layer_norm": False}, "each block the output layer reads"),
     ({"residual": False}, "no skip connections"), ({"surgery": "0.1 cut"}, "Switched off in it: head 1 of block 0")],
)  # fmt: skip
def test_what_reads_the_stream_and_what_is_odd_about_it(parts, says):
    assert says in lens_words("after 5 steps", GPTConfig(**parts))
