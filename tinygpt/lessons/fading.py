"""Where gradients fade: in a softmax that is sure of itself, and on the way down through many blocks.

Shapes in this file:
    R   rows that are drawn      T   characters of a row
"""

from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.models import build
from tinygpt.randomness import generator
from tinygpt.training.by_hand.step import pass_of

T, ROWS = 8, 4_000


class Passed(NamedTuple):
    """Rows of weights, and what softmax hands back to their scores. Both (R, T)"""

    weights: Tensor
    d_scores: Tensor


def through_softmax(head_size: int, divide: bool, seed: int = 1337) -> Passed:
    """Random queries and keys of variance 1; the loss asks as much of every row, whatever its head_size."""
    source = generator(seed)
    d_weights = torch.randn(ROWS, T, generator=source)
    q = torch.randn(ROWS, 1, head_size, generator=source)
    k = torch.randn(ROWS, T, head_size, generator=source)
    scores = (q @ k.mT)[:, 0] * (head_size**-0.5 if divide else 1.0)
    weights = scores.softmax(-1)
    return Passed(weights, softmax_backward(d_weights, weights))


def softmax_backward(d_weights: Tensor, weights: Tensor) -> Tensor:
    """From the gradient of weights to that of scores, as attention does it: two (..., T) -> (..., T)."""
    return weights * (d_weights - (d_weights * weights).sum(-1, keepdim=True))


def by_block(n_layer: int, skips: bool, norms: bool, idx: Tensor, targets: Tensor, vocab_size: int) -> list[float]:
    """How large the gradient of each block's queries, keys and values is, before the first step, from block 0 on.

    The length of it as one long vector, for a GPT of the lecture's size over a batch: two (B, T).
    """
    config = GPTConfig(vocab_size, block_size=idx.shape[1], n_layer=n_layer, residual=skips, layer_norm=norms)
    model = build(config)
    assert isinstance(model, GPTLanguageModel)
    pass_of(model)(idx, targets)
    weights = [model.get_parameter(f"blocks.{n}.attention.qkv.weight") for n in range(n_layer)]
    return [float(weight.grad.norm()) for weight in weights if weight.grad is not None]
