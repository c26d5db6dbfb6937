"""Muon: a matrix moves by its gradient made orthogonal, so that it turns in all of its directions alike.

A gradient is mostly one or two directions; those that few examples ask for are small in it. Muon keeps the directions
and gives all of them the length 1. Source: "Muon: An optimizer for hidden layers in neural networks" (Keller Jordan,
2024), here in 32 bits.

Shapes in this file:
    n   matrices of one shape      r, c   rows and columns of each      s   the smaller of the two
"""

import math
from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor

from tinygpt.training.flat import Stretch
from tinygpt.training.optimizers import Group, Optimizer

MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # of a x + b x^3 + c x^5, which moves 0 < x <= 1 near 1 in few steps
ROUNDS = 5


def orthogonal(matrices: Tensor) -> Tensor:
    """Each matrix with its singular values near 1, 0.7 to 1.2: (n, r, c) -> (n, r, c)."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices  # (n, s, the larger one)
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=1e-7)  # no singular value is above the root of them all
    x = by_its_square(x) if x.shape[2] >= 2 * x.shape[1] else newton_schulz(x)
    return x.mT if tall else x


def newton_schulz(x: Tensor) -> Tensor:
    """ROUNDS times x -> q x: (n, s, c) -> (n, s, c)."""
    for _ in range(ROUNDS):
        x = torch.bmm(quadratic(torch.bmm(x, x.mT)), x)
    return x


def quadratic(square: Tensor) -> Tensor:
    """q = a + b (x x^T) + c (x x^T)^2, of x x^T: (n, s, s) -> (n, s, s). So q x is a x + b x^3 + c x^5."""
    a, b, c = NEWTON_SCHULZ
    q = torch.baddbmm(square, square, square, beta=b, alpha=c)
    q.diagonal(dim1=-2, dim2=-1).add_(a)
    return q


def by_its_square(x: Tensor) -> Tensor:
    """The same for wide matrices, with no more than two wide products: (n, s, c) -> (n, s, c).

    All q are made of the one x x^T, so they trade places with it and with each other: the next x x^T is q (x x^T) q,
    and what all rounds do is the product of all q.
    """
    square, rounds = torch.bmm(x, x.mT), []  # (n, s, s)
    for left in reversed(range(ROUNDS)):
        rounds.append(q := quadratic(square))
        if left:
            square = torch.bmm(torch.bmm(q, square), q)
    return torch.bmm(reduce(torch.bmm, rounds), x)


class Muon(Optimizer):
    """For the matrices inside of blocks. `shape` of a group says of what shape the matrices are that its numbers hold.

    A qkv holds query, key and value of each head, as the lecture has them: each is turned by itself. The three of all
    heads together would learn no more, and cost ten times as much.
    """

    REMEMBERS = frozenset({"momentum"})

    def __init__(self, groups: Sequence[Group], *, lr: float, stretch: Stretch | None = None) -> None:
        super().__init__(groups, stretch, lr=lr, momentum=MOMENTUM)
        self.momenta: list[Tensor] | None = None  # of each group, once all of its parameters were moved at once

    def move(self, params: list[Tensor], grads: list[Tensor], group: Group) -> None:
        """Along the running mean of the gradient, made orthogonal."""
        for p, gradient in zip(params, grads, strict=True):
            if p not in self.memory:
                self.memory[p] = {"momentum": torch.zeros_like(p)}
            turn(p, gradient, self.memory[p]["momentum"], group)

    @torch.no_grad()
    def move_all(self, stretch: Stretch) -> None:
        """The same for all matrices of a group together."""
        momenta = self.momenta or self._bring_together(stretch)
        groups = zip(*map(self.by_group, stretch), momenta, self.param_groups, strict=True)
        for weights, gradients, mean, group in groups:
            turn(weights, gradients, mean, group)

    def _bring_together(self, stretch: Stretch) -> list[Tensor]:
        """The momenta of all parameters in one vector, of which the memory of each becomes a view."""
        known = [self.memory[p]["momentum"] if p in self.memory else torch.zeros_like(p) for p in self.parameters]
        vector = torch.cat([each.reshape(-1) for each in known])
        pieces = vector.split([p.numel() for p in self.parameters])
        for p, piece in zip(self.parameters, pieces, strict=True):
            self.memory[p] = {"momentum": piece.view(p.shape)}
        self.momenta = self.by_group(vector)
        return self.momenta

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Go on from what `state_dict` gave, for parameters of the same shapes in the same groups."""
        super().load_state_dict(state)
        self.momenta = None


def turn(weights: Tensor, gradients: Tensor, mean: Tensor, group: Group) -> None:
    """Move matrices, whose numbers are these, in place; `mean` of their gradients goes on."""
    rows, columns = group["shape"]
    mean.lerp_(gradients, 1 - group["momentum"])
    ahead = torch.lerp(gradients, mean, group["momentum"])  # Nesterov: where the mean will be one step later
    step = orthogonal(ahead.view(-1, rows, columns)).reshape(weights.shape)
    weights.mul_(1 - group["lr"] * group["weight_decay"])
    weights.add_(step, alpha=-group["lr"] * math.sqrt(max(1.0, rows / columns)))
