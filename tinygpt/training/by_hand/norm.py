"""LayerNorm there and back: each vector minus its mean, over its standard deviation, then stretched and moved.

Source: "Layer Normalization" (Ba, Kiros and Hinton, 2016), eq. 4.

Shapes in this file:
    N   tokens of a batch, one after another      C   channels
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from tinygpt.training.by_hand.two_way import learned

EPS = 1e-5  # added to the variance, as torch.nn.LayerNorm does


class Normed(NamedTuple):
    """What the way back of a LayerNorm needs: what came in (N, C), and of each token two numbers."""

    x: Tensor
    mean: Tensor  # (N, 1)
    rstd: Tensor  # 1 / standard deviation, (N, 1)


class Norm(NamedTuple):
    """What a LayerNorm has learned, and where the gradients of that go, each (C,)."""

    weight: Tensor
    bias: Tensor
    d_weight: Tensor
    d_bias: Tensor

    @classmethod
    def of(cls, layer: nn.LayerNorm) -> "Norm":
        """That layer, where its numbers lie."""
        (weight, d_weight), (bias, d_bias) = learned(layer.weight), learned(layer.bias)
        return cls(weight, bias, d_weight, d_bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Normed]:
        """h = (x - mean) * rstd, and out = h * weight + bias, for every token by itself: (N, C) -> (N, C)."""
        out, mean, rstd = torch.native_layer_norm(x, self.weight.shape, self.weight, self.bias, EPS)
        return out, Normed(x, mean, rstd)

    def backward(self, d_out: Tensor, kept: Normed) -> Tensor:
        """d_x = rstd * (d_h - mean(d_h) - h * mean(d_h * h)) with d_h = d_out * weight: (N, C) -> (N, C).

        A channel also moves the mean and the spread of its token, and through them all its other channels. d_weight is
        the sum of d_out * h over all tokens, d_bias that of d_out.
        """
        d_x, d_weight, d_bias = torch.ops.aten.native_layer_norm_backward.default(
            d_out, kept.x, self.weight.shape, kept.mean, kept.rstd, self.weight, self.bias, (True, True, True)
        )
        self.d_weight.copy_(d_weight)
        self.d_bias.copy_(d_bias)
        found: Tensor = d_x
        return found
