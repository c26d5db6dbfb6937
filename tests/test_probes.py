"""Looking inside changes nothing."""

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch
from torch import nn

from tests.every_setting import each_value
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.probes import capture, entering, unwatched
from tinygpt.settings import settings_of

CONFIG = GPTConfig(vocab_size=11, n_embd=8, n_head=2, n_layer=2)
SWITCHED = [each for each in each_value() if each.values[1].name in settings_of(each.values[0].model)]


def test_the_captured_weights_are_those_of_the_very_pass():
    model, idx = build(CONFIG), torch.tensor([[1, 2, 3], [4, 5, 6]])
    seen = capture(model, idx)
    weights = seen["blocks.0.attention.weights"]
    assert weights.shape == (2, 2, 3, 3)  # (B, n_head, T, T)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 2, 3))
    torch.testing.assert_close(seen["blocks.1.attention.scores"].shape, torch.Size([2, 2, 3, 3]))


def test_what_enters_a_module_is_what_the_one_before_it_gave():
    model, idx = build(CONFIG), torch.tensor([[1, 2, 3]])
    seen = entering(model, idx, ["blocks.0", "blocks.0.norm1", "norm"])
    assert torch.equal(seen["blocks.0"], model.embed(idx)) and torch.equal(seen["blocks.0.norm1"], seen["blocks.0"])
    assert torch.equal(seen["norm"], model.blocks[1](model.blocks[0](seen["blocks.0"])))
    assert torch.equal(seen["logits"], model(idx)[0])


def test_a_module_that_is_not_there_or_not_used_is_left_out():
    model = build(GPTConfig(vocab_size=11, n_embd=8, n_head=2, n_layer=1, feed_forward=0))
    names = ["blocks.0.norm2", "blocks.0.feed_forward", "norm"]
    assert set(entering(model, torch.tensor([[1]]), names)) == {"norm", "logits"}


def test_looking_leaves_no_trace():
    model, idx = build(CONFIG), torch.tensor([[1, 2, 3]])
    model.train()
    names = set(vars(model.blocks[0].attention))
    before = model(idx)[0]
    capture(model, idx)
    torch.testing.assert_close(model(idx)[0], before)
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())
    assert set(vars(model.blocks[0].attention)) == names


def test_two_people_who_look_at_once_see_their_own():
    model = build(CONFIG)
    texts = [torch.tensor([[i, (i + 1) % 5, 2]]) for i in range(4)]
    alone = [capture(model, idx)["blocks.0.attention.weights"] for idx in texts]

    def look(n: int) -> bool:
        return all(torch.equal(capture(model, texts[n])["blocks.0.attention.weights"], alone[n]) for _ in range(100))

    with ThreadPoolExecutor(4) as people:
        assert all(people.map(look, range(4)))


@pytest.mark.parametrize(("spec", "setting", "value"), SWITCHED)
def test_unwatched_a_model_computes_the_same_bits(spec, setting, value):
    model = build(spec.model).eval()
    idx = torch.randint(spec.model.vocab_size, (2, spec.model.block_size), generator=torch.Generator().manual_seed(3))
    assert torch.equal(unwatched(model)(idx)[0], model(idx)[0])


def test_unwatched_a_model_has_the_same_weights_and_leaves_the_first_one_alone():
    model, idx = build(CONFIG).eval(), torch.tensor([[1, 2, 3]])
    names, plain = {name: set(vars(module)) for name, module in model.named_modules()}, unwatched(model)
    before = plain(idx)[0]
    with torch.no_grad():
        model.lm_head.bias += 1
    torch.testing.assert_close(plain(idx)[0], before + 1)
    assert {name: set(vars(module)) for name, module in model.named_modules()} == names
    assert type(model.lm_head) is nn.Linear


def test_unwatched_a_model_that_trains_still_drops_numbers():
    model, idx = build(replace(CONFIG, dropout=0.5)), torch.tensor([[1, 2, 3]])
    assert not torch.equal(unwatched(model.train())(idx)[0], unwatched(model)(idx)[0])
    assert torch.equal(unwatched(model.eval())(idx)[0], model(idx)[0])


def test_a_part_with_a_hook_is_still_watched():
    model, seen = build(CONFIG).eval(), []
    model.blocks[1].attention.weights.register_forward_hook(lambda _module, _inputs, weights: seen.append(weights))
    unwatched(model)(torch.tensor([[1, 2, 3]]))
    assert [weights.shape for weights in seen] == [(1, 2, 3, 3)]


def test_a_part_whose_forward_was_exchanged_keeps_it():
    model, idx = build(CONFIG).eval(), torch.tensor([[1, 2, 3]])
    other = copy.deepcopy(model)
    other.blocks[0].feed_forward.forward = torch.zeros_like
    assert torch.equal(unwatched(other)(idx)[0], other(idx)[0])
    assert not torch.equal(other(idx)[0], model(idx)[0])
