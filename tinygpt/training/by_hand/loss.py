"""The loss there and back: how surprised the model was by what came next.

Shapes in this file:
    N   tokens of a batch, one after another      V   vocab_size
"""

import torch
from torch import Tensor
from torch.nn import functional as F


def loss_forward(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The mean of -ln p of what came, and ln p of everything: (N, V), (N,) -> one number, (N, V)."""
    log_p = torch.log_softmax(logits, -1)
    return F.nll_loss(log_p, targets), log_p


def loss_backward(log_p: Tensor, targets: Tensor) -> Tensor:
    """The gradient of the logits, p - 1 where it came and p elsewhere, over N: (N, V) -> (N, V). Changes `log_p`.

    -ln p[y] = ln(sum of e^z) - z[y]. The logarithm gives each logit e^z / sum = p; z[y] takes 1 from its own.
    """
    p = log_p.exp_()
    return p.scatter_(1, targets[:, None], -1, reduce="add").div_(len(targets))
