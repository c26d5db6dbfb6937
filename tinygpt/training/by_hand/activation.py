"""What the hidden layer of a feed-forward part does to each number, there and back.

Shapes in this file:
    N   tokens of a batch, one after another      H   channels of the hidden layer
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


class Relu(NamedTuple):
    """Negative numbers become 0."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """out = max(x, 0); `x` itself is changed, which the layer before it needs no more: (N, H) -> (N, H)."""
        out = x.relu_()
        return out, out

    def backward(self, d_out: Tensor, out: Tensor) -> Tensor:
        """Just where something came through: (N, H) -> (N, H). It is written over `out`, which has served by then."""
        found: Tensor = torch.ops.aten.threshold_backward.grad_input(d_out, out, 0, grad_input=out)
        return found


class Relu2(NamedTuple):
    """Negative numbers become 0, all others their square."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """out = max(x, 0)^2; `x` itself is changed, which the layer before it needs no more: (N, H) -> (N, H)."""
        r = x.relu_()
        return r * r, r

    def backward(self, d_out: Tensor, r: Tensor) -> Tensor:
        """d_x = d_out * 2 r: (N, H) -> (N, H). It is written over `r`, which has served by then."""
        return r.mul_(d_out).mul_(2)


class Gelu(NamedTuple):
    """x * Phi(x), where Phi is the share of a normal distribution below x: it bends smoothly."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """out = x Phi(x): (N, H) -> (N, H)."""
        return F.gelu(x), x

    def backward(self, d_out: Tensor, x: Tensor) -> Tensor:
        """d_x = d_out * (Phi(x) + x phi(x)), where phi is the density of that distribution: (N, H) -> (N, H)."""
        found: Tensor = torch.ops.aten.gelu_backward.default(d_out, x)
        return found
