"""A part that is switched off adds nothing, and its model is left alone."""

import pytest
import torch

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.knockout import looks_back, rise, without
from tinygpt.inside.stream import run_through
from tinygpt.models import build

IDS = torch.tensor([1, 2, 3, 0, 2])
CORPUS = Corpus.from_text("a text of a few letters, over and over. " * 40)


def model() -> GPTLanguageModel:
    made = build(GPTConfig(vocab_size=CORPUS.tokenizer.vocab_size, n_embd=16, n_head=2, n_layer=2), seed=5)
    assert isinstance(made, GPTLanguageModel)
    return made.eval()


@pytest.mark.parametrize(("part", "name"), [("attention", "projection"), ("feed-forward", "feed-forward")])
def test_a_part_that_is_off_adds_nothing_and_the_others_still_do(part, name):
    for now in run_through(without(model(), part, block=1), IDS):
        if now.adds:
            assert bool(now.comes_out.any()) != (now.name == name and now.block == 1)


def test_with_one_head_off_the_other_one_is_all_there_is():
    gpt = model()
    off = without(gpt, "attention", block=0, head=0)
    assert not off.blocks[0].attention.projection.weight[:, :8].any()
    assert torch.equal(
        off.blocks[0].attention.projection.weight[:, 8:], gpt.blocks[0].attention.projection.weight[:, 8:]
    )


def test_the_model_itself_stays_as_it_is():
    gpt = model()
    before = {name: weight.clone() for name, weight in gpt.state_dict().items()}
    without(gpt, "feed-forward", block=0)
    assert all(torch.equal(weight, before[name]) for name, weight in gpt.state_dict().items())


def test_nothing_switched_off_costs_nothing():
    gpt = model()
    assert rise(gpt, gpt, CORPUS) == (0, 0)
    assert rise(gpt, without(gpt, "attention", block=0), CORPUS).error > 0


def test_a_head_that_averages_puts_equal_shares_back():
    gpt = model()
    for block in gpt.blocks:
        block.attention.scale = 0.0  # all scores equal
    T = gpt.config.block_size
    expected = sum(1 / (t + 1) for t in range(2, T)) / (T - 2)
    torch.testing.assert_close(looks_back(gpt, CORPUS, 2), torch.full((2, 2), expected))


def test_without_a_skip_nothing_can_be_switched_off():
    bare = build(GPTConfig(residual=False), seed=5)
    with pytest.raises(ValueError, match="needs skips"):
        without(bare, "attention", block=0)
