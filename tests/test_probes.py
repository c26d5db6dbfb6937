"""Looking inside changes nothing."""

from concurrent.futures import ThreadPoolExecutor

import torch

from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.probes import capture, entering

CONFIG = GPTConfig(vocab_size=11, n_embd=8, n_head=2, n_layer=2)


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
