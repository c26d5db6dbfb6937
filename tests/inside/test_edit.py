"""A weight that is changed by hand is what the rest of the pass reads, and its row keeps its sum."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from tinygpt.gpt import GPTConfig
from tinygpt.inside.edit import Cell, edit_weight, with_weight
from tinygpt.models import build
from tinygpt.probes import capture

CONFIG = GPTConfig(vocab_size=7, block_size=6, n_embd=8, n_head=2, n_layer=2)
IDS = torch.tensor([3, 1, 4, 1, 5, 2])


def test_the_others_share_what_is_left():
    weights = torch.tensor([[[[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.2, 0.6, 0.2]]]])
    assert_close(with_weight(weights, Cell(0, 0, 2, 1), 0.2)[0, 0, 2], torch.tensor([0.4, 0.2, 0.4]))
    assert_close(with_weight(weights, Cell(0, 0, 0, 0), 0.5)[0, 0, 0], torch.tensor([0.5, 0.0, 0.0]))
    assert weights[0, 0, 2].tolist() == pytest.approx([0.2, 0.6, 0.2]), "the weights themselves stay"


def test_a_head_that_may_hand_on_one_value_alone_hands_on_that():
    config = GPTConfig(
        vocab_size=2, block_size=2, n_embd=2, n_head=1, n_layer=1, projection=False, residual=False, layer_norm=False,
        feed_forward=0, positions="none",
    )  # fmt: skip
    model = build(config)
    with torch.no_grad():
        model.token_embedding_table.weight.copy_(torch.eye(2))
        model.blocks[0].attention.qkv.weight.copy_(torch.cat([torch.zeros(4, 2), torch.eye(2)]))  # values are x
        model.lm_head.weight.copy_(torch.eye(2)), model.lm_head.bias.zero_()
    found = edit_weight(model, torch.tensor([0, 1]), Cell(0, 0, 1, 0), 1.0)
    assert found.before.tolist() == [0.5, 0.5] and found.after.tolist() == [1, 0]
    assert_close(found.guess, torch.tensor([0.5, 0.5]))
    assert_close(found.changed, torch.tensor([1.0, 0.0]).softmax(0))


@given(st.integers(0, 1), st.integers(0, 1), st.integers(0, 5), st.data(), st.floats(0, 1))
def test_a_row_still_sums_to_one_and_what_came_before_stays(block, head, row, data, weight):
    model = build(CONFIG).eval()
    column = data.draw(st.integers(0, row))
    found = edit_weight(model, IDS, Cell(block, head, row, column), weight)
    assert found.after[column].item() == pytest.approx(weight)
    if row:
        assert found.after.sum().item() == pytest.approx(1, abs=1e-5)
    assert_close(found.guess, capture(model, IDS[None])["logits"][0, row].softmax(-1))


def test_a_weight_set_to_what_it_is_changes_nothing():
    model = build(CONFIG).eval()
    cell = Cell(1, 1, 4, 2)
    weight = float(capture(model, IDS[None])["blocks.1.attention.weights"][0, 1, 4, 2])
    found = edit_weight(model, IDS, cell, weight)
    assert_close(found.changed, found.guess)
    assert_close(found.after, found.before)


def test_what_cannot_be_changed_is_said():
    model = build(CONFIG)
    with pytest.raises(ValueError, match="mask hides"):
        edit_weight(model, IDS, Cell(0, 0, 1, 2), 0.5)
    with pytest.raises(ValueError, match="share between 0 and 1"):
        edit_weight(model, IDS, Cell(0, 0, 2, 1), 1.5)
    model.operate("0 attention")
    with pytest.raises(ValueError, match="attention of block 0 is switched off"):
        edit_weight(model, IDS, Cell(0, 0, 2, 1), 0.5)
