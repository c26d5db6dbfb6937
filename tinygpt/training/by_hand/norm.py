"""LayerNorm there and back: each vector minus its mean, over its standard deviation, then stretched and moved.

Source: "Layer Normalization" (Ba, Kiros and Hinton, 2016), eq. 4.

Shapes in this file:
    N   tokens of a batch, one after another      C   channels
"""

from typing import NamedTuple

import torch
from torch import Tensor

EPS = 1e-5  # added to the variance, as torch.nn.LayerNorm does


class Norm(NamedTuple):
    """What a LayerNorm has learned, and where the gradients of that go, each (C,)."""

    weight: Tensor
    bias: Tensor
    d_weight: Tensor
    d_bias: Tensor


class Normed(NamedTuple):
    """What a LayerNorm hands on (N, C), and what its way back needs: what came in, and of each token two numbers."""

    out: Tensor
    x: Tensor
    mean: Tensor  # (N, 1)
    rstd: Tensor  # 1 / standard deviation, (N, 1)


def norm_forward(x: Tensor, layer: Norm) -> Normed:
    """h = (x - mean) * rstd, and out = h * weight + bias, for every token by itself: (N, C) -> (N, C)."""
    out, mean, rstd = torch.native_layer_norm(x, layer.weight.shape, layer.weight, layer.bias, EPS)
    return Normed(out, x, mean, rstd)


def norm_backward(d_out: Tensor, normed: Normed, layer: Norm) -> Tensor:
    """From the gradient of what came out to that of `x`: (N, C) -> (N, C). Those of weight and bias go to the layer.

    A channel also moves the mean and the spread of its token, and through them all its other channels. So with
    d_h = d_out * weight: d_x = rstd * (d_h - mean(d_h) - h * mean(d_h * h)). d_weight = the sum of d_out * h over all
    tokens, d_bias = the sum of d_out.
    """
    d_x, d_weight, d_bias = torch.ops.aten.native_layer_norm_backward(
        d_out, normed.x, layer.weight.shape, normed.mean, normed.rstd, layer.weight, layer.bias, (True, True, True)
    )
    layer.d_weight.copy_(d_weight)
    layer.d_bias.copy_(d_bias)
    found: Tensor = d_x
    return found
