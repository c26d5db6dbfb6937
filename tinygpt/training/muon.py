"""Muon: a matrix moves by its gradient made orthogonal, so that it turns in all of its directions alike.

A gradient is mostly one or two directions; those that few examples ask for are small in it. Muon keeps the directions
and gives all of them about the same length. Sources: "Muon: An optimizer for hidden layers in neural networks" (Keller
Jordan, 2024) and, for the polynomials, "The Polar Express" (Amsel, Persson, Musco and Gower, 2025); here in 32 bits.

Shapes in this file:
    n   matrices of one shape      r, c   rows and columns of each      s   the smaller of the two
"""

import math
from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor

from tinygpt.training.by_hand.products import multiply_each
from tinygpt.training.flat import Stretch
from tinygpt.training.optimizers import Group, Optimizer

MOMENTUM = 0.9  # runs here are short: at 0.95, which is usual, the mean is still about old gradients
# Of a x + b x^3 + c x^5, one after another: the best there are for 0.001 <= x <= 1, none of which ends farther from 1
# than it must. Three rounds are far from the end of it, and cost little; with more a run is no sooner at its loss.
POLYNOMIALS = (
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
)


def orthogonal(matrices: Tensor) -> Tensor:
    """Each matrix with singular values of about the same size: (n, r, c) -> (n, r, c).

    Those from a 300th of the matrix' Frobenius norm on end between 0.1 and 2, smaller ones have grown 134 times.
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices  # (n, s, the larger one)
    # The Frobenius norm is at least the largest singular value, so none is above 1 after this.
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=1e-7)
    x = by_its_square(x) if x.shape[2] >= 2 * x.shape[1] else by_rounds(x)
    return x.mT if tall else x


def by_rounds(x: Tensor) -> Tensor:
    """x -> q x, once for each polynomial: (n, s, c) -> (n, s, c)."""
    for polynomial in POLYNOMIALS:
        x = multiply_each(quadratic(multiply_each(x, x.mT), *polynomial), x)
    return x


def quadratic(square: Tensor, a: float, b: float, c: float) -> Tensor:
    """q = a + b (x x^T) + c (x x^T)^2, of x x^T: (n, s, s) -> (n, s, s). So q x is a x + b x^3 + c x^5."""
    q = multiply_each(square, square).mul_(c).add_(square, alpha=b)
    q.diagonal(dim1=-2, dim2=-1).add_(a)
    return q


def by_its_square(x: Tensor) -> Tensor:
    """The same for wide matrices, with no more than two wide products: (n, s, c) -> (n, s, c).

    All q are made of the one x x^T, so they trade places with it and with each other: the next x x^T is q (x x^T) q,
    and what all rounds do is the product of all q.
    """
    square, rounds = multiply_each(x, x.mT), list[Tensor]()  # (n, s, s)
    for polynomial in POLYNOMIALS:
        if rounds:
            square = multiply_each(multiply_each(rounds[-1], square), rounds[-1])
        rounds.append(quadratic(square, *polynomial))
    return multiply_each(reduce(multiply_each, rounds), x)


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
    weights.sub_(step.mul_(group["lr"] * math.sqrt(max(1.0, rows / columns))))  # a rate too large is infinite, no error
