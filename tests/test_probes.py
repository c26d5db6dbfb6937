"""Looking inside changes nothing."""

import torch

from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.probes import capture

CONFIG = GPTConfig(vocab_size=11, n_embd=8, n_head=2, n_layer=2)


def test_the_captured_weights_are_those_of_the_very_pass():
    model, idx = build(CONFIG), torch.tensor([[1, 2, 3], [4, 5, 6]])
    seen = capture(model, idx)
    weights = seen["blocks.0.attention.weights"]
    assert weights.shape == (2, 2, 3, 3)  # (B, n_head, T, T)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 2, 3))
    torch.testing.assert_close(seen["blocks.1.attention.scores"].shape, torch.Size([2, 2, 3, 3]))


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
