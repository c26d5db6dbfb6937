"""What the hidden layer of a feed-forward part does to each number, there and back."""

import torch
from torch import Tensor
from torch.nn import functional as F


def activation_forward(x: Tensor, name: str) -> Tensor:
    """relu: negative numbers become 0, and `x` itself is changed. gelu: x * Phi(x), which bends smoothly."""
    return x.relu_() if name == "relu" else F.gelu(x)


def activation_backward(d_out: Tensor, x: Tensor, name: str) -> Tensor:
    """The gradient of what came in: of `relu` just where something came through, of `gelu` Phi(x) + x phi(x) times it.

    `x` is what came in; of relu it may be what came out, which is above 0 at the same places.
    """
    if name == "relu":
        found: Tensor = torch.ops.aten.threshold_backward(d_out, x, 0)
    else:
        found = torch.ops.aten.gelu_backward(d_out, x)
    return found
