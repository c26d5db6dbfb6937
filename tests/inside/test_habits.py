"""Where heads look on average, on models whose answer is known by hand."""

import math

import pytest
import torch

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.inside.vitals import habits
from tinygpt.models import build
from tinygpt.probes import capture

TEXT = Corpus.from_text("to be, or not to be: that is the question.\n" * 20)
V = TEXT.tokenizer.vocab_size


def test_a_head_that_averages_spreads_over_all_it_may_see():
    seen = habits(build(GPTConfig(V, block_size=4, n_head=2, n_layer=1, scale="average")), TEXT)
    rows = [2, 3, 4]  # row t sees t + 1 characters; row 0 is left out
    by_hand = [1 / n for n in rows], [1 / n for n in rows], [math.log(n) for n in rows], rows, [0, 0, 0]
    for name, found, expected in zip(seen._fields, seen, by_hand, strict=True):
        assert found.tolist() == pytest.approx([sum(expected) / 3] * 2, abs=1e-6), name


def test_without_a_mask_every_row_spreads_over_the_whole_window():
    seen = habits(build(GPTConfig(V, n_layer=2, scale="average", mask=False)), TEXT, layer=1)
    torch.testing.assert_close(seen.itself, torch.full((4,), 1 / 8))
    torch.testing.assert_close(seen.spread, torch.full((4,), 8.0))


def test_the_numbers_are_those_of_the_captured_weights():
    model = build(GPTConfig(V, block_size=4, n_embd=8, n_head=2, n_layer=1))
    idx = TEXT.val[:10].view(2, 5)[:, :4]  # two windows side by side, each with what follows it cut off
    weights = capture(model, idx)["blocks.0.attention.weights"]
    seen = habits(model, TEXT, windows=2)
    for h in range(2):
        assert seen.itself[h].item() == pytest.approx(sum(weights[b, h, t, t] for b in (0, 1) for t in (1, 2, 3)) / 6)
        assert seen.back[h].item() == pytest.approx(sum(weights[b, h, t, t - 1] for b in (0, 1) for t in (1, 2, 3)) / 6)
