"""A text on its way through a GPT: every number is the model's own, and only heads let rows talk."""

import pytest
import torch

from tests.shares import with_shares
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.stream import read_off, rows_reached, run_through, share_of_heads
from tinygpt.lessons.measured import loaded
from tinygpt.models import build

IDS = torch.tensor([1, 7, 3, 3, 9])


def model(**parts: object) -> GPTLanguageModel:
    made = build(GPTConfig(vocab_size=11, n_embd=16, n_head=2, n_layer=2, **parts), seed=5)
    assert isinstance(made, GPTLanguageModel)
    with_shares(made)
    return made.eval()


@torch.no_grad()
def of_the_model(gpt: GPTLanguageModel, ids: torch.Tensor) -> dict[str, torch.Tensor]:
    """What every module of one plain forward pass hands on, by its name."""
    seen: dict[str, torch.Tensor] = {}
    hooks = [
        module.register_forward_hook(lambda _m, _i, out, name=name: seen.__setitem__(name, out))
        for name, module in gpt.named_modules()
        if name
    ]
    seen["logits"] = gpt(ids[None])[0]
    for hook in hooks:
        hook.remove()
    return seen


@pytest.mark.parametrize("gpt", [model(), loaded("layer-norm").model], ids=["fresh", "shipped"])
def test_the_walk_is_the_model_s_own_forward_pass(gpt):
    own, parts = of_the_model(gpt, IDS), run_through(gpt, IDS)
    by_name = {(part.name, part.block): part for part in parts if part.name != "LayerNorm"}
    for n in range(gpt.config.n_layer):
        heads, mixed, thought = (by_name[name, n] for name in ("heads", "projection", "feed-forward"))
        assert torch.equal(heads.inside, own[f"blocks.{n}.attention.weights"][0])
        torch.testing.assert_close(mixed.comes_out, own[f"blocks.{n}.attention"][0])
        torch.testing.assert_close(thought.comes_out, own[f"blocks.{n}.feed_forward"][0])
        torch.testing.assert_close(thought.inside, own[f"blocks.{n}.feed_forward.activation"][0])
        torch.testing.assert_close(thought.wire, own[f"blocks.{n}"][0])
        first, second = (part for part in parts if part.name == "LayerNorm" and part.block == n)
        torch.testing.assert_close(first.comes_out, own[f"blocks.{n}.norm1"][0])
        torch.testing.assert_close(second.comes_out, own[f"blocks.{n}.norm2"][0])
    torch.testing.assert_close(by_name["output layer", None].comes_out, own["logits"][0])
    torch.testing.assert_close(parts[-1].comes_out, own["logits"][0].softmax(-1))


@pytest.mark.parametrize("more", [{}, {"token_shift": True}, {"token_shift": True, "positions": "none"}], ids=str)
def test_what_is_added_is_the_difference_of_the_wire(more):
    gpt = model(**more)
    parts = run_through(gpt, IDS)
    torch.testing.assert_close(parts[-1].comes_out, gpt(IDS[None])[0][0].softmax(-1))
    for before, part in zip(parts, parts[1:], strict=False):
        change = part.comes_out if part.adds else torch.zeros_like(part.wire)
        torch.testing.assert_close(before.wire + change, part.wire)


def test_only_the_heads_carry_something_from_row_to_row():
    reached = [(part.name, rows_reached(part)) for part in run_through(model(), IDS)]
    assert {name for name, rows in reached if rows > 1} == {"heads"}
    assert all(rows == len(IDS) for name, rows in reached if name == "heads")
    assert all(rows == 1 for name, rows in reached if name != "heads")


def test_the_heads_add_up_to_what_the_projection_adds():
    gpt = model()
    heads, mixed = (
        next(part for part in run_through(gpt, IDS) if part.name == name) for name in ("heads", "projection")
    )
    attention = gpt.blocks[0].attention
    together = share_of_heads(attention, heads.comes_out).sum(0) + attention.projection.bias
    torch.testing.assert_close(together, mixed.comes_out)


def test_what_is_read_off_the_end_of_the_wire_is_the_model_s_guess():
    parts = run_through(gpt := model(), IDS)
    torch.testing.assert_close(read_off(gpt, parts[-1].wire), parts[-1].comes_out)


def test_a_model_without_skips_has_no_wire():
    with pytest.raises(ValueError, match="no wire"):
        run_through(model(residual=False), IDS)
