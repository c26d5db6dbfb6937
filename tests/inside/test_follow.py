"""One position on its way: numbers of a tiny model by hand, and every stage as the model itself computed it."""

import pytest
import torch

from tests.shares import with_shares
from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.follow import follow
from tinygpt.inside.stream import run_through, share_of_heads
from tinygpt.lessons.measured import GPT, loaded
from tinygpt.models import LanguageModel, build
from tinygpt.probes import changing

IDS = torch.tensor([1, 7, 3, 3, 9])
SWITCHES = [{}, {"residual": False}, {"layer_norm": False}, {"feed_forward": 0}, {"feed_forward": 1}, {"mask": False},
            {"activation": "gelu"}, {"positions": "none"}, {"softmax_dim": -2}, {"projection": False},
            {"dropout": 0.5},
            {"activation": "relu2"}, {"positions": "rotary"}, {"qk_norm": True},
            {"token_shift": True}, {"token_shift": True, "positions": "none"},
            {"surgery": "0.1 cut, 1.0 flat"}]  # fmt: skip


def model(**parts: object) -> GPTLanguageModel:
    made = build(GPTConfig(**({"vocab_size": 11, "n_embd": 16, "n_head": 2, "n_layer": 2} | parts)), seed=5)  # type: ignore[arg-type]
    assert isinstance(made, GPTLanguageModel)
    with_shares(made)
    return made


def stages(gpt: LanguageModel, place: int = 3, ids: torch.Tensor = IDS) -> dict[str, torch.Tensor]:
    found = follow(gpt, ids, place)
    assert len({stage.label for stage in found}) == len(found)
    return {stage.label: stage.values for stage in found}


def test_two_characters_and_one_channel_by_hand():
    """2 and 4 are averaged to 3, times 5 is 15, and 1 makes 16: 4 becomes 20. The scores are 20 and 0."""
    plain = {"n_embd": 1, "n_head": 1, "n_layer": 1, "feed_forward": 0, "layer_norm": False, "positions": "none"}
    gpt = model(vocab_size=2, scale="average", **plain)
    attention = gpt.blocks[0].attention
    with torch.no_grad():
        for weight in gpt.parameters():
            weight.zero_()
        gpt.token_embedding_table.weight.copy_(torch.tensor([[2.0], [4.0]]))
        attention.qkv.weight[2] = 1  # the value; query and key are 0
        attention.projection.weight.fill_(5), attention.projection.bias.fill_(1)
        gpt.lm_head.weight[0] = 1
    expected = {
        "token embedding": [4], "stream": [4], "block 0: head 0 weights": [0.5, 0.5], "block 0: head 0": [3],
        "block 0: head 0 adds": [15], "block 0: attention": [16], "block 0: stream after attention": [20],
        "logits": [20, 0], "probabilities": pytest.approx([1, 0], abs=1e-8),
    }  # fmt: skip
    seen = stages(gpt, 1, torch.tensor([0, 1]))
    assert {label: values.tolist() for label, values in seen.items()} == expected


@pytest.mark.parametrize("parts", SWITCHES, ids=str)
def test_the_way_ends_with_the_model_s_own_guess_and_heads_add_up(parts):
    gpt = model(**parts)
    for place in (0, 3, 4):
        seen, own = stages(gpt, place), gpt.eval()(IDS[None])[0][0, place]
        assert torch.equal(seen["logits"], own) and torch.equal(seen["probabilities"], own.softmax(-1))
        entering = [seen[name] for name in ("token embedding", "token shift", "position") if name in seen]
        torch.testing.assert_close(sum(entering), seen["stream"])
        for n in range(2):
            bias = getattr(gpt.blocks[n].attention.projection, "bias", 0)
            added = sum(seen[f"block {n}: head {h} adds"] for h in range(2)) + bias
            torch.testing.assert_close(added, seen[f"block {n}: attention"])


@pytest.mark.parametrize("gpt", [model(), loaded(GPT).model], ids=["fresh", "shipped"])
def test_every_stage_is_that_of_the_walk_through_the_parts(gpt):
    seen = stages(gpt)
    names = {"projection": "attention", "feed-forward": "feed-forward"}
    for part in run_through(gpt, IDS):
        if part.name in names:
            torch.testing.assert_close(seen[f"block {part.block}: {names[part.name]}"], part.comes_out[3])
            wire = f"block {part.block}: stream after {names[part.name]}"
            torch.testing.assert_close(seen[wire], part.wire[3])
        if part.name == "feed-forward":
            torch.testing.assert_close(seen[f"block {part.block}: LayerNorm 2"], part.goes_in[3])
            torch.testing.assert_close(seen[f"block {part.block}: hidden units"], part.inside[3])
        if part.name == "heads":
            for h, share in enumerate(share_of_heads(gpt.blocks[part.block].attention, part.comes_out)):
                torch.testing.assert_close(seen[f"block {part.block}: head {h} weights"], part.inside[h, 3])
                torch.testing.assert_close(seen[f"block {part.block}: head {h} adds"], share[3])


def test_layer_norm_leaves_mean_0_and_standard_deviation_1():
    before, after = (
        next(stage for stage in follow(model(), IDS, 2) if stage.label == label)
        for label in ("stream", "block 0: LayerNorm 1")
    )
    assert (after.mean, after.std) == pytest.approx((0, 1), abs=1e-4)
    torch.testing.assert_close((before.values - before.mean) / before.std, after.values, atol=1e-4, rtol=0)


def test_hidden_units_that_are_on_are_counted_and_the_strongest_named():
    hidden = next(stage for stage in follow(model(), IDS, 2) if stage.part == "hidden units")
    assert hidden.on == len([value for value in hidden.values.tolist() if value > 0]) and 0 < hidden.on < 64
    [(first, value), (_, next_value)] = hidden.strongest(2)
    assert value == hidden.values.max() == hidden.values[first] and next_value <= value
    assert len(hidden.strongest(100)) == 64


def test_without_a_projection_a_head_fills_its_own_channels():
    gpt = model(projection=False)
    one, two = (stages(gpt)[f"block 0: head {h} adds"] for h in (0, 1))
    assert not one[8:].any() and not two[:8].any() and one[:8].all() and two[8:].all()


def test_a_part_that_is_not_there_is_no_stage():
    bare = {"projection": False, "residual": False, "feed_forward": 0, "layer_norm": False, "n_layer": 1, "n_head": 1}
    of_head = ["head 0 weights", "head 0", "head 0 adds", "attention", "stream after attention"]
    assert list(stages(model(positions="none", **bare))) == [
        "token embedding", "stream", *(f"block 0: {part}" for part in of_head), "logits", "probabilities",
    ]  # fmt: skip


def test_a_part_that_is_switched_off_is_no_stage_and_a_cut_head_adds_nothing():
    seen = stages(model(surgery="0 attention, 1.0 cut, 1 feed-forward"))
    assert not [label for label in seen if label in ("block 0: attention", "block 1: feed-forward")]
    assert torch.equal(seen["block 0: stream after feed-forward"], seen["stream"] + seen["block 0: feed-forward"])
    assert not seen["block 1: head 0 weights"].any() and not seen["block 1: head 0 adds"].any()
    assert seen["block 1: head 1 adds"].any()


def test_a_weight_that_is_changed_by_hand_is_followed_as_it_is_used():
    gpt = model()
    with changing(gpt, {"blocks.0.attention.weights": lambda weights: 0 * weights}):
        seen = stages(gpt)
    assert not seen["block 0: head 0 weights"].any() and not seen["block 0: head 0"].any()
    torch.testing.assert_close(seen["block 0: attention"], gpt.blocks[0].attention.projection.bias.detach())


def test_of_a_bigram_there_is_its_row():
    table = build(BigramConfig(11))
    seen = stages(table)
    assert list(seen) == ["logits", "probabilities"]
    assert torch.equal(seen["logits"], table.token_embedding_table.weight[3])


@pytest.mark.parametrize("place", [-1, 5])
def test_a_place_beyond_the_text_is_said(place):
    with pytest.raises(ValueError, match="places 0 to 4"):
        follow(model(), IDS, place)
    with pytest.raises(ValueError, match="do not fit into block_size"):
        follow(model(), torch.zeros(9, dtype=torch.int64), 0)
