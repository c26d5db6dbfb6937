"""What can be measured on a model that went wrong, on models whose answer is known."""

from dataclasses import replace

import pytest
import torch

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.inside.symptoms import attention_rows, order_effect, reach, shuffled_past, smallest_weights
from tinygpt.models import build
from tinygpt.training.evaluation import val_windows
from tinygpt.training.presets import PRESETS

TEXT = Corpus.from_text("to be, or not to be: that is the question.\n" * 40)
V = TEXT.tokenizer.vocab_size
ROWS = val_windows(TEXT, 8)
HEAD = replace(PRESETS["one-head"].model, vocab_size=V)
BLOCKS = replace(PRESETS["blocks"].model, vocab_size=V)


def test_an_average_over_the_whole_window_leaks_by_hand():
    """Without a mask the row of place t puts (7 - t) eighths on what comes later: 28/64 on average."""
    seen = attention_rows(build(replace(HEAD, mask=False, scale="average")), ROWS)
    assert seen == pytest.approx((28 / 64, 1, 1))


def test_columns_that_sum_to_1_make_rows_that_do_not():
    """Equal scores: column s shares 1 among the 8 - s places that see it, so row 0 sums to 1/8."""
    seen = attention_rows(build(replace(HEAD, softmax_dim=-2, scale="average")), ROWS)
    assert seen == pytest.approx((0, 1 / 8, sum(1 / n for n in range(1, 9))))


def test_a_healthy_model_leaks_nothing():
    assert attention_rows(build(BLOCKS), ROWS) == pytest.approx((0, 1, 1))


def test_a_shuffled_past_keeps_its_characters_and_the_last_place():
    idx = ROWS[:, :-1]
    other = shuffled_past(idx)
    assert torch.equal(other[:, -1], idx[:, -1]) and torch.equal(other.sort(1).values, idx.sort(1).values)
    assert not torch.equal(other, idx) and torch.equal(other, shuffled_past(idx))


def test_one_block_without_positions_is_blind_to_order_and_several_are_not():
    lone = order_effect(build(replace(HEAD, positions="none")), ROWS)
    several = order_effect(build(replace(BLOCKS, positions="none")), ROWS)
    assert max(lone.first_block, lone.prediction, abs(lone.price)) < 1e-5
    assert several.first_block < 1e-5 < 1e-4 < several.prediction  # the mask betrays places to the second block
    assert order_effect(build(HEAD), ROWS).first_block > 0.01


def test_without_skips_hardly_any_gradient_reaches_the_embeddings():
    assert reach(build(replace(BLOCKS, residual=False)), ROWS) < reach(build(BLOCKS), ROWS) / 50


def test_the_smallest_weights_by_hand():
    """An even draw from -a to a has a mean square of a^2 / 3, and torch's a for 32 inputs is 1 / sqrt(32)."""
    model = build(HEAD)
    assert smallest_weights(model) == pytest.approx((1 / 96) ** 0.5, rel=0.05)
    with torch.no_grad():
        model.lm_head.weight.fill_(-0.01)
    assert smallest_weights(model) == pytest.approx(0.01)


def test_looking_leaves_the_model_as_it_was():
    model = build(GPTConfig(V, dropout=0.5))
    assert order_effect(model, ROWS) == order_effect(model, ROWS)
    reach(model, ROWS)
    assert model.training and all(p.grad is None for p in model.parameters())
