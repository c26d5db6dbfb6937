"""A linear layer there and back: out = x W^T + b.

Shapes in this file:
    N   tokens of a batch, one after another (T * B)      I, O   channels that go in, channels that come out
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Linear(NamedTuple):
    """What a layer has learned, and where the gradients of that go, each of the same shape."""

    weight: Tensor  # (O, I)
    bias: Tensor | None  # (O,)
    d_weight: Tensor
    d_bias: Tensor | None


def linear_forward(x: Tensor, layer: Linear) -> Tensor:
    """Every output is a weighted sum of all inputs: (N, I) -> (N, O)."""
    if layer.bias is None:
        return torch.mm(x, layer.weight.t())
    return torch.addmm(layer.bias, x, layer.weight.t())


def linear_backward(d_out: Tensor, x: Tensor, layer: Linear) -> Tensor:
    """From the gradient of what came out to that of `x`: (N, O) -> (N, I). Those of weight and bias go to the layer.

    out[n, o] = sum over i of x[n, i] W[o, i] + b[o]. Each x[n, i] went into all outputs of its token, each W[o, i] into
    one output of every token, and b[o] as well: d_x = d_out W, d_W = d_out^T x, d_b = the sum of all rows of d_out.
    """
    torch.mm(d_out.t(), x, out=layer.d_weight)
    if layer.d_bias is not None:
        torch.sum(d_out, 0, out=layer.d_bias)
    return torch.mm(d_out, layer.weight)
