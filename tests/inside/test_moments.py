"""A model at one moment: numbers by hand on two tokens, and against the very pass that made its guesses."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.inside.moments import evenness, moment_at, writes
from tinygpt.models import LanguageModel, build
from tinygpt.probes import capture
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import at_the_start, start

TEXT = Corpus.from_text("to be, or not to be: that is the question.\n" * 40)
V = TEXT.tokenizer.vocab_size


def model(**parts: object) -> LanguageModel:
    """A small GPT that nobody trained: its numbers are as good as any to check arithmetic."""
    sizes = {"block_size": 8, "n_embd": 8, "n_head": 2, "n_layer": 2}
    return build(GPTConfig(V, **(sizes | parts)), seed=5).eval()  # type: ignore[arg-type]


def two_letters(to_b: float) -> LanguageModel:
    """A table of two characters; after the first one, the second has odds of `to_b` to 1."""
    table = build(BigramConfig(2))
    with torch.no_grad():
        table.token_embedding_table.weight.copy_(torch.tensor([[0.0, math.log(to_b)], [0.0, 0.0]]))
    return table


def test_the_maps_are_those_of_the_pass_that_made_the_guesses():
    gpt, ids = model(), TEXT.val[:8]
    found, seen = moment_at(gpt, ids, step=7), capture(gpt, ids[None])
    assert found.step == 7 and found.maps.shape == (2, 2, 8, 8) and found.guesses.shape == (8, V)
    for layer in (0, 1):
        assert torch.equal(found.maps[layer], seen[f"blocks.{layer}.attention.weights"][0])
    assert torch.equal(found.guesses, seen["logits"][0].softmax(-1))


def test_costs_of_a_table_by_hand():
    found = moment_at(two_letters(3.0), torch.tensor([0, 1, 0]))  # after 0: 1/4 and 3/4; after 1: 1/2 and 1/2
    assert found.costs.tolist() == pytest.approx([math.log(4 / 3), math.log(2)])
    torch.testing.assert_close(found.guesses[0], torch.tensor([0.25, 0.75]))
    assert found.maps.shape == (0, 0, 3, 3) and found.evenness.shape == (0, 0, 3), "a table has no heads"


def test_evenness_by_hand():
    even, sharp = [0.5, 0.5], [1.0, 0.0]
    found = evenness(torch.tensor([[[1.0, 0.0], even], [[1.0, 0.0], sharp], [[1.0, 0.0], [0.25, 0.75]]]))
    assert found[:, 0].isnan().all(), "the first row has no choice"
    quarter = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75)) / math.log(2)
    assert found[:, 1].tolist() == pytest.approx([1.0, 0.0, quarter])
    assert evenness(torch.tensor([[0.5, 0.5], [1.0, 0.0]]), mask=False).tolist() == [1.0, 0.0]


def test_a_flat_head_is_even_and_a_cut_one_has_no_evenness():
    found = moment_at(model(surgery="0.0 flat, 1.1 cut"), TEXT.val[:8])
    torch.testing.assert_close(found.evenness[0, 0, 1:], torch.ones(7))
    assert found.evenness[1, 1].isnan().all() and not found.maps[1, 1].any()
    assert not found.evenness[1, 0, 1:].isnan().any()


def test_attention_that_is_off_has_no_map_and_the_other_block_has():
    found = moment_at(model(surgery="0 attention"), TEXT.val[:8])
    assert found.maps[0].isnan().all() and found.evenness[0].isnan().all()
    torch.testing.assert_close(found.maps[1].sum(-1), torch.ones(2, 8))


@given(st.integers(1, 12))
def test_it_reads_what_fits_and_guesses_what_follows(length):
    found = moment_at(model(), TEXT.val[:length])
    assert len(found.guesses) == found.maps.shape[-1] == min(length, 8)
    assert len(found.costs) == min(length - 1, 8)


@pytest.mark.parametrize("parts", [{"mask": False}, {"softmax_dim": -2}, {"scale": "average"}], ids=str)
def test_evenness_is_a_share_whatever_the_rules(parts):
    rows = moment_at(model(**parts), TEXT.val[:8]).evenness[:, :, 1:]
    assert ((rows >= 0) & (rows <= 1 + 1e-6)).all()


def test_nothing_to_read_is_said():
    with pytest.raises(ValueError, match="type a character that this model knows"):
        moment_at(model(), torch.tensor([], dtype=torch.int64))


def test_every_moment_has_the_same_dice():
    tokenizer = TEXT.tokenizer
    assert writes(model(), tokenizer) == writes(model(), tokenizer) and len(writes(model(), tokenizer)) == 60
    assert writes(model(), tokenizer)[:9] == writes(model(), tokenizer, length=9)
    broken = model()
    with torch.no_grad():
        next(broken.parameters()).fill_(torch.nan)
    assert writes(broken, tokenizer) == ""


@pytest.mark.parametrize("config", [GPTConfig(V, n_layer=1), GPTConfig(V, init="gpt2"), BigramConfig(V)], ids=str)
def test_the_first_weights_are_those_that_a_run_began_with(config):
    spec = RunSpec(config, TrainConfig(max_steps=10, seed=3), "any")
    began, again = start(spec, TEXT).model.state_dict(), at_the_start(spec).state_dict()
    assert began.keys() == again.keys() and all(torch.equal(began[name], again[name]) for name in began)


def test_a_fork_began_whole():
    spec = RunSpec(GPTConfig(V), TrainConfig(max_steps=10), "any").operated("0.0 cut", 5)
    assert at_the_start(spec).config.surgery == ""
