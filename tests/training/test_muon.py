"""Muon: directions stay, lengths become one; queries, keys and values apart; all at once is each alone."""

import math

import pytest
import torch

from tests.training.test_flat import CONFIG, moved
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.randomness import generator
from tinygpt.training.flat import Flat
from tinygpt.training.loop import advance
from tinygpt.training.muon import MOMENTUM, POLYNOMIALS, by_its_square, by_rounds, orthogonal
from tinygpt.training.optimizers import AdamW
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import flat_for, make_optimizers, start

MUON = TrainConfig(optimizer="muon", weight_decay=0.1)


def made(config=CONFIG, *, train=MUON):
    """A model, its vectors and its optimizers."""
    model = build(config, seed=3)
    flat = flat_for(train, model)
    return model, flat, make_optimizers(train, flat)


def random(*shape, seed=1):
    return torch.randn(shape, generator=generator(seed))


@pytest.mark.parametrize("shape", [(5, 24, 24), (3, 16, 64), (3, 64, 16), (2, 5, 7), (1, 1, 9), (1, 1, 1)])
def test_all_directions_become_about_equally_long(shape):
    lengths = torch.linalg.svdvals(orthogonal(random(*shape)))
    assert lengths.max() < 2
    assert (lengths > 0.18).float().mean() > 0.95, "of a square matrix a few are so short that three rounds are too few"


def test_each_polynomial_is_the_best_for_what_the_ones_before_left():
    """From 0.001 on, and from a 41.5th of the largest at least, none of its degree stays nearer to 1: four errors of
    one size, in turn above and below (Chebyshev). Only then it is scaled to lie evenly around 1."""
    least, most = 0.001, 1.0
    for a, b, c in POLYNOMIALS:
        x = torch.linspace(max(least, 0.02407327424182761 * most), most, 100_001, dtype=torch.float64)
        y = a * x + b * x**3 + c * x**5
        y = y * 2 / (y.min() + y.max())
        turns = torch.cat([y[:1], y[1:-1][(y[1:-1] - y[:-2]) * (y[2:] - y[1:-1]) < 0], y[-1:]]) - 1
        assert len(turns) == 4 and (turns[1:] * turns[:-1] < 0).all()
        torch.testing.assert_close(turns.abs(), turns.abs().max().expand(4), rtol=1e-5, atol=0)
        least = a * least + b * least**3 + c * least**5
        most = 2 - least


def test_directions_stay():
    """u, s, v -> u, about 1, v: what comes out has the singular vectors of what went in."""
    x = random(1, 6, 9)
    u, _, vh = torch.linalg.svd(x, full_matrices=False)
    turned = u.mT @ orthogonal(x) @ vh.mT
    torch.testing.assert_close(turned, torch.diag_embed(turned.diagonal(dim1=-2, dim2=-1)), atol=1e-5, rtol=0)


def test_one_number_by_hand():
    """1 -> 8.2872 - 23.5959 + 17.3004 = 1.9917, and so on: of one size whatever it was, and 0 stays 0."""
    x = 1.0
    for a, b, c in POLYNOMIALS:
        x = a * x + b * x**3 + c * x**5
    for number in (1e-3, 7.0, -7.0):
        assert orthogonal(torch.full((1, 1, 1), number, dtype=torch.float64)).item() == pytest.approx(
            math.copysign(x, number), abs=1e-5
        )
    assert not orthogonal(torch.zeros(2, 3, 3)).any()


@pytest.mark.parametrize("rate", [1e39, 1e300])
@pytest.mark.parametrize("optimizer", ["adamw", "sgd", "muon"])
def test_a_rate_beyond_all_numbers_ends_in_a_sentence(optimizer, rate):
    corpus = Corpus.from_text("to be or not to be " * 9)
    config = TrainConfig(max_steps=5, batch_size=2, optimizer=optimizer, learning_rate=rate)
    state = start(RunSpec(GPTConfig(corpus.tokenizer.vocab_size, block_size=4, n_embd=8), config, ""), corpus)
    advance(state, corpus, steps=5)
    assert state.ended == "diverged" and "learning rate" in state.note


def test_the_short_way_for_wide_matrices_is_the_long_one_up_to_rounding():
    x = random(3, 8, 40)
    x = x / torch.linalg.matrix_norm(x, keepdim=True)
    torch.testing.assert_close(by_its_square(x), by_rounds(x), atol=1e-5, rtol=1e-5)


def test_a_step_by_hand_turns_query_key_and_value_of_each_head_by_itself():
    model, flat, (muon, _) = made(train=TrainConfig(optimizer="muon", learning_rate=0.5, weight_decay=0.2))
    qkv = model.blocks[1].attention.qkv.weight
    before = qkv.detach().clone()
    moved(muon, flat, 1)
    ahead = (1 - MOMENTUM**2) * qkv.grad  # the mean is (1 - m) g after one step, and Nesterov looks m of it ahead
    step = torch.cat([orthogonal(each[None])[0] for each in ahead.chunk(3 * CONFIG.n_head)])
    torch.testing.assert_close(qkv.detach(), (1 - 0.5 * 0.02) * before - 0.5 * step, atol=1e-5, rtol=1e-5)


def test_tables_the_output_layer_and_vectors_are_left_to_adamw():
    model, _, (muon, adamw) = made()
    of_blocks = {name for name, p in model.named_parameters() if any(p is each for each in muon.parameters)}
    assert of_blocks == {name for name, p in model.named_parameters() if name.startswith("blocks.") and p.dim() == 2}
    assert len(of_blocks) == 2 * 4 and len(muon.parameters) + len(adamw.parameters) == len(list(model.parameters()))
    assert [group["weight_decay"] for group in adamw.param_groups] == [
        0.01,
        0.0,
    ]  # a 10th, for its rate is 10 times as large


def test_a_table_of_pairs_has_no_blocks():
    assert [type(each) for each in made(BigramConfig())[2]] == [AdamW]


def test_a_tall_matrix_moves_farther():
    (expand,) = [group for group in made()[2][0].param_groups if group["shape"] == (24, 6)]
    assert {group["shape"] for group in made()[2][0].param_groups} == {(2, 6), (6, 6), (24, 6), (6, 24)}
    assert len(expand["params"]) == CONFIG.n_layer
    model, flat, (muon, _) = made(train=TrainConfig(optimizer="muon", learning_rate=0.5, weight_decay=0.0))
    part = model.blocks[0].feed_forward
    before = [each.weight.detach().clone() for each in (part.expand, part.shrink)]
    moved(muon, flat, 1)
    for each, old, times in zip((part.expand, part.shrink), before, (2, 1), strict=True):  # the root of 4 rows a column
        step = orthogonal((1 - MOMENTUM**2) * each.weight.grad[None])[0]
        torch.testing.assert_close(each.weight.detach(), old - 0.5 * times * step, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_all_at_once_is_each_alone_up_to_the_last_digits():
    _, together, at_once = made()
    _, alone, each = made()
    for optimizer in each:
        optimizer.stretch = None
    for ours, theirs in zip(at_once, each, strict=True):
        moved(ours, together, 20)
        moved(theirs, alone, 20)
    torch.testing.assert_close(together.weights, alone.weights, rtol=1e-4, atol=1e-4)
    ours, theirs = at_once[0].state_dict(), each[0].state_dict()
    assert ours["param_groups"] == theirs["param_groups"] and ours["state"].keys() == theirs["state"].keys()
    for i, values in ours["state"].items():
        torch.testing.assert_close(values["momentum"], theirs["state"][i]["momentum"])


def test_it_goes_on_from_what_it_gave():
    _, one, (whole, _) = made()
    cut, first, (before, _) = made()
    moved(whole, one, 5)
    moved(before, first, 5)
    second = flat_for(MUON, cut)
    after, _ = make_optimizers(MUON, second)
    after.load_state_dict(before.state_dict())
    moved(whole, one, 5, seed=1)
    moved(after, second, 5, seed=1)
    assert torch.equal(one.weights, second.weights)


def test_what_has_no_gradient_stays_and_is_not_remembered():
    model, flat, (muon, _) = made()
    qkv = model.blocks[0].attention.qkv.weight
    still, others = qkv.detach().clone(), flat.weights.clone()
    flat.gradients.copy_(random(*flat.gradients.shape))
    qkv.grad = None
    muon.step()
    assert torch.equal(qkv, still) and not torch.equal(flat.weights, others)
    assert len(muon.state_dict()["state"]) == len(muon.parameters) - 1
    flat.give_gradients()
    muon.step()
    assert not torch.equal(qkv, still) and len(muon.state_dict()["state"]) == len(muon.parameters)


def test_for_every_other_optimizer_the_numbers_lie_as_they_did():
    model = build(CONFIG, seed=3)
    matrices = [p.detach().flatten() for p in model.parameters() if p.dim() == 2]
    vectors = [p.detach().flatten() for p in model.parameters() if p.dim() == 1]
    flat = Flat(model)
    assert torch.equal(flat.weights, torch.cat([*matrices, *vectors]))
    assert len(flat.all.weights) == len(flat.weights) and not len(flat.inner.weights)
