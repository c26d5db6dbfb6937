"""All weights in one vector: what is moved at once moves as each would alone, and what was kept comes back."""

import pytest
import torch

from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.randomness import generator
from tinygpt.training.flat import Flat
from tinygpt.training.optimizers import Optimizer
from tinygpt.training.spec import TrainConfig
from tinygpt.training.state import make_optimizers

CONFIG = GPTConfig(17, block_size=5, n_embd=6, n_head=3, n_layer=2)


def moved(optimizer: Optimizer, flat: Flat, steps: int, *, without: str = "", seed: int = 0) -> None:
    """So many steps with random gradients; some parameter may have none."""
    for step in range(steps):
        flat.gradients.copy_(torch.randn(flat.gradients.shape, generator=generator(100 * seed + step)))
        if without:
            flat.parameters[0].grad = None
        optimizer.step()


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_all_at_once_is_each_alone_up_to_the_last_digit(name):
    """A kernel takes the last few numbers of a vector one by one, and rounds them in another way."""
    config = TrainConfig(optimizer=name, weight_decay=0.1)
    one, other = (build(CONFIG, seed=3) for _ in range(2))
    together, alone = Flat(one), Flat(other)
    (at_once,), (each,) = make_optimizers(config, together), make_optimizers(config, alone)
    each.stretch = None
    moved(at_once, together, 20)
    moved(each, alone, 20)
    torch.testing.assert_close(together.weights, alone.weights, rtol=1e-6, atol=1e-7)
    ours, theirs = at_once.state_dict(), each.state_dict()
    assert ours["param_groups"] == theirs["param_groups"] and ours["state"].keys() == theirs["state"].keys()
    for i, values in ours["state"].items():
        for part, value in values.items():
            torch.testing.assert_close(value, theirs["state"][i][part], rtol=1e-5, atol=1e-7)


def test_it_goes_on_from_what_was_written_down():
    config, whole, cut = TrainConfig(weight_decay=0.1), build(CONFIG, seed=3), build(CONFIG, seed=3)
    one, first = Flat(whole), Flat(cut)
    (optimizer,) = make_optimizers(config, one)
    (before,) = make_optimizers(config, first)
    moved(optimizer, one, 5)
    moved(before, first, 5)
    second = Flat(cut)
    (after,) = make_optimizers(config, second)
    after.load_state_dict(before.state_dict())
    for each, flat in ((optimizer, one), (after, second)):
        moved(each, flat, 5, seed=1)
    assert torch.equal(one.weights, second.weights)


def test_a_weight_without_a_gradient_stays_and_the_others_move():
    flat, twin = Flat(build(CONFIG, seed=3)), Flat(build(CONFIG, seed=3))
    (optimizer,), (alone,) = make_optimizers(TrainConfig(), flat), make_optimizers(TrainConfig(), twin)
    alone.stretch = None
    moved(optimizer, flat, 3)
    still, others = flat.parameters[0].detach().clone(), flat.weights.clone()
    moved(optimizer, flat, 3, without="the first")
    assert torch.equal(flat.parameters[0], still) and not torch.equal(flat.weights, others)
    steps = {float(values["step"]) for values in optimizer.state_dict()["state"].values()}
    assert steps == {3.0, 6.0}
    flat.give_gradients()
    moved(optimizer, flat, 2)
    assert {float(values["step"]) for values in optimizer.state_dict()["state"].values()} == {5.0, 8.0}
    moved(alone, twin, 3)
    moved(alone, twin, 3, without="the first")
    twin.give_gradients()
    moved(alone, twin, 2)
    torch.testing.assert_close(flat.weights, twin.weights, rtol=1e-5, atol=1e-7)


def test_what_was_kept_comes_back():
    model = build(CONFIG, seed=3)
    flat = Flat(model)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    flat.keep()
    flat.weights.add_(1.0)
    assert not torch.equal(model.lm_head.weight, before["lm_head.weight"]), "the model reads the vector"
    assert all(torch.equal(a, b) for a, b in zip(flat.pieces(flat.previous), before.values(), strict=True))
    flat.go_back()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
