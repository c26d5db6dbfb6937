"""One weight of one head is changed by hand on one text: what the model then expects next.

    edit_weight(model, ids, Cell(block=0, head=2, row=5, column=3), 0.9)

The other weights of the row share what is left, in the proportions that they had, so that the row still sums to what it
summed to. The pass goes on with the changed row: later blocks read what it gathered.

Shapes in this file:
    T   tokens in the text      V   vocab_size
"""

from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.gpt import GPTLanguageModel
from tinygpt.probes import capture, changing


class Cell(NamedTuple):
    """A weight of a map: in row `row` it says how much `column` is looked at."""

    block: int
    head: int
    row: int
    column: int


class Edited(NamedTuple):
    """The row before and after, and what is expected after its character."""

    before: Tensor  # (T,)
    after: Tensor  # (T,)
    guess: Tensor  # how likely each character is to come next, (V,)
    changed: Tensor  # the same with the changed weight, (V,)


def edit_weight(model: GPTLanguageModel, ids: Tensor, cell: Cell, weight: float) -> Edited:
    """The model on `ids` (T,) with one weight set to `weight`.

    ValueError, in words, where that is no share, where the mask hides the place, or where the attention is off.
    """
    if not 0 <= weight <= 1:
        raise ValueError(f"a weight is a share between 0 and 1, got {weight}")
    if model.config.mask and cell.column > cell.row:
        raise ValueError("the mask hides what comes later: choose a place at the left of the row's own, or its own")
    name = f"blocks.{cell.block}.attention.weights"
    seen = capture(model, ids[None])
    if name not in seen:
        raise ValueError(f"the attention of block {cell.block} is switched off, so it has no weights")
    with changing(model, {name: lambda weights: with_weight(weights, cell, weight)}):
        after = capture(model, ids[None])
    rows = (found[name][0, cell.head, cell.row] for found in (seen, after))
    guesses = (found["logits"][0, cell.row].softmax(-1) for found in (seen, after))
    return Edited(*rows, *guesses)


def with_weight(weights: Tensor, cell: Cell, weight: float) -> Tensor:
    """The weights (B, n_head, T, T) with one of them set in each text; the others of its row keep their proportions."""
    changed = weights.clone()
    row = changed[:, cell.head, cell.row]  # (B, T), a view
    rest, total = row.sum(-1, keepdim=True) - row[:, cell.column, None], row.sum(-1, keepdim=True)
    row *= torch.where(rest > 0, (total - weight).clamp(min=0) / rest, 0.0)
    row[:, cell.column] = weight
    return changed
