"""What would be guessed after each block: the last one's is the model's own, and a small model can be read by hand."""

import math

import pytest
import torch

from tinygpt.corpus import load_corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.layers import read_layers
from tinygpt.lessons.measured import GPT, loaded
from tinygpt.models import build
from tinygpt.training.evaluation import val_windows, window_costs

IDS = torch.tensor([1, 7, 3, 3, 9])
HALVES = ("embedding", "attention 0", "feed-forward 0", "attention 1", "feed-forward 1")


def model(**parts: object) -> GPTLanguageModel:
    made = build(GPTConfig(**({"vocab_size": 11, "n_embd": 16, "n_head": 2, "n_layer": 2} | parts)), seed=5)  # type: ignore[arg-type]
    assert isinstance(made, GPTLanguageModel)
    return made


@pytest.mark.parametrize(
    "parts",
    [{}, {"residual": False}, {"layer_norm": False}, {"feed_forward": 0}, {"feed_forward": 1, "activation": "gelu"},
     {"positions": "none"}, {"mask": False}, {"softmax_dim": -2}, {"projection": False}, {"dropout": 0.5},
     {"surgery": "0.1 cut, 1 attention"}, {"surgery": "0 feed-forward, 1 feed-forward"}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("halves", [False, True])
def test_after_the_last_block_it_is_the_model_s_own_guess(parts, halves):
    gpt = model(**parts)
    seen, own = read_layers(gpt, IDS, halves=halves), gpt.eval()(IDS[None])[0][0].softmax(-1)
    torch.testing.assert_close(seen.probabilities[-1], own)
    assert seen.probabilities.shape == (len(seen.after), 5, 11)
    torch.testing.assert_close(seen.probabilities.sum(-1), torch.ones(len(seen.after), 5))


def test_the_stages_are_named_in_their_order():
    assert read_layers(model(), IDS).after == ("embedding", "block 0", "block 1")
    assert read_layers(model(), IDS, halves=True).after == HALVES
    assert read_layers(model(feed_forward=0), IDS, halves=True).after == ("embedding", "attention 0", "attention 1")


def test_a_block_ends_where_its_second_half_does():
    whole, halves = read_layers(model(), IDS), read_layers(model(), IDS, halves=True)
    torch.testing.assert_close(whole.log_probabilities, halves.log_probabilities[::2])


def test_a_model_of_one_channel_by_hand():
    """The stream is 0, so both characters are alike; attention adds ln 3: then one of them has three quarters."""
    plain = {"n_embd": 1, "n_head": 1, "n_layer": 1, "feed_forward": 0, "layer_norm": False, "positions": "none"}
    gpt = model(vocab_size=2, **plain)
    with torch.no_grad():
        for weight in gpt.parameters():
            weight.zero_()
        gpt.blocks[0].attention.projection.bias.fill_(math.log(3))
        gpt.lm_head.weight[0] = 1
    seen = read_layers(gpt, torch.tensor([1, 0, 1]))
    torch.testing.assert_close(seen.probabilities[:, 0], torch.tensor([[1 / 2, 1 / 2], [3 / 4, 1 / 4]]))
    torch.testing.assert_close(seen.changes, torch.full((1, 3), 1 / 4))
    costs = seen.costs(torch.tensor([1, 0, 1]))  # of the 0, then of the 1
    torch.testing.assert_close(costs, torch.tensor([[math.log(2)] * 2, [math.log(4 / 3), math.log(4)]]))


def test_a_part_that_adds_nothing_changes_no_guess_and_the_most_changed_place_is_found():
    gpt = model()
    with torch.no_grad():
        gpt.blocks[0].attention.projection.weight.zero_()
        gpt.blocks[0].attention.projection.bias.zero_()
    seen = read_layers(gpt, IDS, halves=True)
    assert not seen.changes[0].any() and (seen.changes[1:] > 0).all()
    assert seen.most_changed.tolist() == [row.index(max(row)) for row in seen.changes.tolist()]


def test_a_part_that_is_switched_off_changes_no_guess():
    seen = read_layers(model(surgery="0 attention, 1 feed-forward"), IDS, halves=True)
    assert seen.after == HALVES and seen.changes.any(1).tolist() == [False, True, True, False]


def test_heads_of_another_width_than_the_embedding_cannot_be_read_off():
    bare = {"projection": False, "residual": False, "feed_forward": 0, "n_layer": 1}
    with pytest.raises(ValueError, match="hands 8 numbers to the output layer"):
        read_layers(model(fixed_head_size=4, **bare), IDS)


def test_the_shipped_gpt_knows_more_after_each_block():
    gpt, corpus = loaded(GPT).model, load_corpus("shakespeare-plays")
    windows = val_windows(corpus, gpt.config.block_size, 100)
    costs = torch.stack([read_layers(gpt, window[:-1]).costs(window[:-1]) for window in windows])  # (W, S, T - 1)
    torch.testing.assert_close(costs[:, -1], window_costs(gpt, windows)[:, :-1], atol=1e-5, rtol=0)
    means = costs.mean((0, 2)).tolist()
    assert len(means) == 4 and sorted(means, reverse=True) == means
