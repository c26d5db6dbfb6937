"""How rows share their weight out: places that can be counted by hand, and sums that no piece changes."""

import pytest
import torch

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.inside.names import named_heads
from tinygpt.inside.shares import looks_back, same_character, start_of_word, windows_at_once
from tinygpt.models import build

TEXT = Corpus.from_text("to be, or not to be: that is the question.\n" * 40)
V = TEXT.tokenizer.vocab_size


def test_same_characters_of_abca_by_hand():
    assert same_character(torch.tensor([[0, 1, 2, 0]])).nonzero().tolist() == [[0, 0, 3], [0, 3, 0]]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("to be", [[4, 3]]),  # the o sees no beginning: what stands before the window is not known
        (" abc", [[2, 1], [3, 1]]),
        ("a bc de", [[3, 2], [6, 5]]),
        ("abcabc", []),  # one long run: nobody knows where its words begin
    ],
)
def test_the_start_of_a_word_must_be_seen(text, pairs):
    letter = torch.tensor([[char.isalnum() for char in text]])
    assert start_of_word(letter)[0].nonzero().tolist() == pairs


def test_a_head_that_averages_puts_equal_shares_back():
    gpt = build(GPTConfig(V, n_embd=16, n_head=2, n_layer=2, scale="average"))
    T = gpt.config.block_size
    expected = sum(1 / (t + 1) for t in range(2, T)) / (T - 2)
    torch.testing.assert_close(looks_back(gpt, TEXT, 2), torch.full((2, 2), expected))


def test_an_attention_part_that_is_off_looks_nowhere():
    gpt = build(GPTConfig(V, n_embd=16, n_head=2, n_layer=2, surgery="0 attention"))
    looks = looks_back(gpt, TEXT, 1)
    assert not looks[0].any() and looks[1].all()


def test_pieces_make_no_difference():
    """More windows than one pass takes: the shares of all of them, whatever was read at once."""
    config = GPTConfig(V, block_size=32, n_embd=16, n_head=4, n_layer=4)
    model, long = build(config, seed=3), Corpus.from_text(TEXT.text * 200)
    assert windows_at_once(config, 32) < 500 / 2
    [first, *_] = named_heads(model, long, tokens=16_000)
    assert first.scores["one back"] == pytest.approx(looks_back(model, long, 1, windows=500)[0, 0].item(), rel=1e-5)
