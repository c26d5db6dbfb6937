"""A linear layer there and back: out = x W^T + b.

Shapes in this file:
    N   tokens of a batch, one after another (T * B)      I, O   channels that go in, channels that come out
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from tinygpt.training.by_hand.products import multiply, multiply_into
from tinygpt.training.by_hand.two_way import learned


class Linear(NamedTuple):
    """What a layer has learned, and where the gradients of that go, each of the same shape."""

    weight: Tensor  # (O, I)
    turned: Tensor  # the same numbers the other way round, (I, O)
    bias: Tensor | None  # (O,)
    d_weight: Tensor
    d_bias: Tensor | None

    @classmethod
    def of(cls, layer: nn.Linear) -> "Linear":
        """That layer, where its numbers lie."""
        weight, d_weight = learned(layer.weight)
        bias, d_bias = (None, None) if layer.bias is None else learned(layer.bias)
        return cls(weight, weight.t(), bias, d_weight, d_bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Every output is a weighted sum of all inputs: (N, I) -> (N, O)."""
        return multiply(x, self.turned, self.bias), x

    def backward(self, d_out: Tensor, x: Tensor) -> Tensor:
        """d_x = d_out W, d_W = d_out^T x, d_b = the sum of all rows of d_out: (N, O) -> (N, I).

        out[n, o] = sum over i of x[n, i] W[o, i] + b[o]. Each x[n, i] went into all outputs of its token, each W[o, i]
        into one output of every token, and b[o] as well.
        """
        multiply_into(self.d_weight, d_out.t(), x)
        if self.d_bias is not None:
            torch.sum(d_out, 0, out=self.d_bias)
        return multiply(d_out, self.weight)
