"""All numbers that a model learns in one vector, and their gradients in another.

Every weight of the model is a view, a piece of the one vector with a shape of its own, and its gradient is the same
piece of the other. So a step of the optimizer is one call and not one a weight, and to keep all weights is one copy.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tinygpt.gpt import GPTLanguageModel


class Stretch(NamedTuple):
    """The numbers of some parameters, which lie one behind the other in the vectors of a model; both (S,)."""

    weights: Tensor
    gradients: Tensor


class Flat:
    """The vectors of a model: `weights`, `gradients`, and `previous`, the weights that were kept last; each (P,).

    Matrices come first, then what has one dimension: an optimizer treats the two in different ways. With `blocks_first`
    the matrices of blocks stand before them all, kind by kind: those of one kind can be read as one pile of matrices.
    """

    def __init__(
        self, model: nn.Module, previous: Sequence[Tensor] | None = None, *, blocks_first: bool = False
    ) -> None:
        self.parameters = list(model.parameters())
        self.of_blocks = matrices_of_blocks(model) if blocks_first else []
        first = [p for _, group in self.of_blocks for p in group]
        matrices = [p for p in self.parameters if p.dim() >= 2 and not any(p is each for each in first)]
        vectors = [p for p in self.parameters if p.dim() < 2]
        self.groups = [matrices, vectors] if vectors else [matrices]  # all but those of `of_blocks`
        self.order = [*first, *matrices, *vectors]
        self.before = sum(p.numel() for p in first)
        self.weights = torch.cat([p.detach().reshape(-1) for p in self.order])
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
        parts = vector.split([p.numel() for p in self.order])
        views = {p: part.view(p.shape) for p, part in zip(self.order, parts, strict=True)}
        return [views[p] for p in self.parameters]

    @property
    def all(self) -> "Stretch":
        """The numbers of all groups, one behind the other."""
        return Stretch(self.weights[self.before :], self.gradients[self.before :])

    @property
    def inner(self) -> "Stretch":
        """The numbers of `of_blocks`, one behind the other."""
        return Stretch(self.weights[: self.before], self.gradients[: self.before])

    def keep(self) -> None:
        """Remember the weights as they are."""
        self.previous.copy_(self.weights)

    def go_back(self) -> None:
        """Take the weights that were kept last."""
        self.weights.copy_(self.previous)


def matrices_of_blocks(model: nn.Module) -> list[tuple[tuple[int, int], list[Tensor]]]:
    """Of each kind of matrix that blocks have, its shape and that parameter of every block; none for a bigram.

    A qkv is the query, key and value matrices of all heads, one below the other, so its shape is that of one of them.
    """
    if not isinstance(model, GPTLanguageModel):
        return []
    kinds: dict[str, list[Tensor]] = {}
    for name, p in model.named_parameters():
        if name.startswith("blocks.") and p.dim() == 2:
            kinds.setdefault(name.split(".", 2)[2], []).append(p)
    found = []
    for name, group in kinds.items():
        rows, columns = group[0].shape
        found.append(((rows // (3 * model.config.n_head) if "qkv" in name else rows, columns), group))
    return found
