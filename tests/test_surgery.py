"""Surgery equals the mathematics: a head that is cut hands on zero, a flat one a plain average, a part nothing."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from tinygpt.averaging import mean_by_loop
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.probes import capture
from tinygpt.surgery import OF_A_HEAD, Operation, read_surgery, write_surgery

CONFIG = GPTConfig(vocab_size=7, block_size=6, n_embd=8, n_head=2, n_layer=2)
IDX = torch.tensor([[3, 1, 4, 1, 5, 2]])
ATTENTION = "blocks.0.attention"


def operated(surgery, config=CONFIG):
    """A model with this surgery; its weights are those of the model without it."""
    model = build(config).eval()
    model.operate(surgery)
    return model


def test_a_head_that_is_cut_hands_on_zero_in_a_model_of_two_tokens():
    config = GPTConfig(
        vocab_size=2, block_size=2, n_embd=2, n_head=2, n_layer=1, projection=False, residual=False, layer_norm=False,
        feed_forward=0, positions="none",
    )  # fmt: skip
    model = build(config)
    with torch.no_grad():
        model.token_embedding_table.weight.copy_(torch.eye(2))
        # Two heads of one channel: queries and keys are zero, so both look at all alike; values are x times 4 and 8.
        values = torch.tensor([[4.0, 0.0], [0.0, 8.0]])
        model.blocks[0].attention.qkv.weight.copy_(torch.cat([torch.zeros(4, 2), values]))
        model.lm_head.weight.copy_(torch.eye(2)), model.lm_head.bias.zero_()
    idx = torch.tensor([[0, 1]])  # head 0 sees 4, then 0; head 1 sees 0, then 8
    assert model(idx)[0].tolist() == [[[4, 0], [2, 4]]]
    model.operate("0.1 cut")
    assert model(idx)[0].tolist() == [[[4, 0], [2, 0]]]
    model.operate("0.0 cut, 0.1 cut")
    assert model(idx)[0].tolist() == [[[0, 0], [0, 0]]]
    model.operate("")
    assert model(idx)[0].tolist() == [[[4, 0], [2, 4]]], "nothing was lost"


def test_a_flat_head_is_the_plain_average_of_all_before_it():
    seen = capture(operated("0.1 flat"), IDX)
    whole = capture(operated(""), IDX)
    weights, value = seen[f"{ATTENTION}.weights"], seen[f"{ATTENTION}.value"]
    assert_close(weights[:, 1] @ value[:, 1], mean_by_loop(value[:, 1]))
    assert weights[0, 1, 2].tolist() == pytest.approx([1 / 3] * 3 + [0] * 3)
    assert weights[:, 0].equal(whole[f"{ATTENTION}.weights"][:, 0]), "the other head looks as before"


def test_what_a_head_that_is_cut_used_is_nothing():
    seen, whole = capture(operated("0.0 cut"), IDX), capture(operated(""), IDX)
    assert not seen[f"{ATTENTION}.weights"][:, 0].any()
    assert seen[f"{ATTENTION}.weights"][:, 1].equal(whole[f"{ATTENTION}.weights"][:, 1])
    assert not seen["logits"].allclose(whole["logits"])


@pytest.mark.parametrize(("part", "index"), [("attention", 0), ("feed-forward", 1)])
def test_a_part_that_is_switched_off_adds_nothing(part, index):
    model = operated(f"0 {part}, 1 attention, 1 feed-forward")
    with torch.no_grad():
        x = model.embed(IDX)
        block = model.blocks[0]
        kept = (block.norm1, block.attention) if index else (block.norm2, block.feed_forward)
        by_hand = x + kept[1](kept[0](x))
        assert_close(model(IDX)[0], model.lm_head(model.norm(by_hand)))


def test_all_heads_cut_leave_the_bias_of_the_projection():
    cut, off = operated("0.0 cut, 0.1 cut"), operated("0 attention")
    with torch.no_grad():
        cut.blocks[0].attention.projection.bias.zero_()
        assert_close(cut(IDX)[0], off(IDX)[0])


def test_without_surgery_nothing_is_computed_otherwise():
    assert build(CONFIG)(IDX)[0].equal(operated("")(IDX)[0])


def test_no_gradient_reaches_what_is_switched_off():
    model = operated("0.1 cut, 1.0 flat, 1 feed-forward")
    model(IDX, IDX)[1].backward()
    first, second = (block.attention.qkv.weight.grad.view(3, 2, 4, 8) for block in model.blocks)
    assert not first[:, 1].any() and first[:, 0].any(), "of the head that is cut nothing is learnt"
    assert not second[:2, 0].any() and second[2, 0].any(), "a flat head asks nothing, and still hands on"
    assert model.blocks[1].feed_forward.expand.weight.grad is None


OPERATIONS = st.builds(
    lambda block, head, what: Operation(block, head if what in OF_A_HEAD else -1, what),
    st.integers(0, 63), st.integers(0, 127), st.sampled_from(["cut", "flat", "attention", "feed-forward"]),
)  # fmt: skip


@given(st.lists(OPERATIONS, max_size=8, unique=True))
def test_what_is_written_is_read_again(operations):
    assert read_surgery(write_surgery(tuple(operations))) == tuple(sorted(operations))


def test_equal_surgery_makes_equal_configs():
    written = GPTConfig(n_layer=2, surgery=" 1 feed-forward,0.2 cut , 0.1 flat,0.2 cut")
    assert written.surgery == "0.1 flat, 0.2 cut, 1 feed-forward"
    assert written == GPTConfig(n_layer=2, surgery="0.2 cut, 1 feed-forward, 0.1 flat")


@pytest.mark.parametrize(
    ("surgery", "words", "changes"),
    [
        ("0.2", "surgery must be like", {}),
        ("head 2", "surgery must be like", {}),
        ("3 attention", "there is no block 3, the last of 3 is 2", {}),
        ("0.4 cut", "there is no head 4, the last of 4 is 3", {}),
        ("0 feed-forward", "no feed-forward", {"feed_forward": 0}),
        ("0 attention", "without a skip connection", {"residual": False}),
        ("0.1 cut, 0.1 flat", "head 1 of block 0 cannot be cut and flat at once", {}),
    ],
)
def test_what_a_model_has_not_cannot_be_switched_off(surgery, words, changes):
    with pytest.raises(ValueError, match=words):
        GPTConfig(surgery=surgery, **changes)
