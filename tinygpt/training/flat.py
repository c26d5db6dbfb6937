"""All numbers that a model learns in one vector, and their gradients in another.

Every weight of the model is a view, a piece of the one vector with a shape of its own, and its gradient is the same
piece of the other. So a step of the optimizer is one call and not one a weight, and to keep all weights is one copy.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Stretch(NamedTuple):
    """The numbers of some parameters, which lie one behind the other in the vectors of a model; both (S,)."""

    weights: Tensor
    gradients: Tensor


class Flat:
    """The vectors of a model: `weights`, `gradients`, and `previous`, the weights that were kept last; each (P,).

    Matrices come first, then what has one dimension: an optimizer treats the two in different ways.
    """

    def __init__(self, model: nn.Module, previous: Sequence[Tensor] | None = None) -> None:
        self.parameters = list(model.parameters())
        matrices = [p for p in self.parameters if p.dim() >= 2]
        vectors = [p for p in self.parameters if p.dim() < 2]
        self.groups = [matrices, vectors] if vectors else [matrices]
        self.weights = torch.cat([p.detach().reshape(-1) for p in (*matrices, *vectors)])
        self.gradients = torch.zeros_like(self.weights)
        for p, weight in zip(self.parameters, self.pieces(self.weights), strict=True):
            p.data = weight
        self.give_gradients()
        self.previous = self.weights.clone()
        if previous is not None:
            torch._foreach_copy_(self.pieces(self.previous), list(previous))

    def give_gradients(self) -> None:
        """Every parameter has its piece as its gradient, also one that was left out before."""
        for p, gradient in zip(self.parameters, self.pieces(self.gradients), strict=True):
            p.grad = gradient

    def pieces(self, vector: Tensor) -> list[Tensor]:
        """A vector (P,) as views with the shapes of the model's parameters, in their order."""
        order = [p for group in self.groups for p in group]
        parts = vector.split([p.numel() for p in order])
        views = {p: part.view(p.shape) for p, part in zip(order, parts, strict=True)}
        return [views[p] for p in self.parameters]

    @property
    def all(self) -> "Stretch":
        """The numbers of all groups, one behind the other."""
        return Stretch(self.weights, self.gradients)

    def keep(self) -> None:
        """Remember the weights as they are."""
        self.previous.copy_(self.weights)

    def go_back(self) -> None:
        """Take the weights that were kept last."""
        self.weights.copy_(self.previous)
