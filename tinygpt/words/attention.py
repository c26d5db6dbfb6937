"""Who looks at whom, in words."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.spelling import number, powered, spoken, thousands


class Look(NamedTuple):
    """One character looks at another: `row` is the place that looks, `column` the place looked at."""

    row: int
    column: int
    weight: float


def strongest_look(weights: Tensor, *, rows: range | None = None) -> Look:
    """The largest weight below the first row, where it is always 1; or among `rows`. `weights` is (T, T)."""
    rows = rows or range(min(1, len(weights) - 1), len(weights))
    part = weights[rows.start : rows.stop]  # (rows, T)
    row, column = divmod(int(part.argmax()), part.shape[1])
    return Look(rows.start + row, column, float(part[row, column]))


def who_looks(row: int, looking: str, column: int, looked_at: str) -> str:
    """ "1, a space, looks at 0, 'a'"."""
    return f"{row}, {spoken(looking)}, looks at {column}, {spoken(looked_at)}"


def softmax_step(scaled: Tensor, row: list[float | None], j: int) -> str:
    """One weight as the softmax makes it, e^score over the sum of its row: "e^(1.0986) ÷ 4.00 = 0.750"."""
    seen = torch.tensor([w is not None for w in row])
    total = float(scaled[seen].double().exp().sum())
    return f"e^({number(float(scaled[j]), 4)}) \u00f7 {amount(total)} = {number(row[j] or 0.0, 3)}"


def amount(value: float, digits: int = 2) -> str:
    """A positive number of any size in a few characters: 4.00, 0.0033, 115 870, and what e to a large score gives:
    4.4\u00b710\u00b2\u2078. Never 0.00 for what is not 0. `digits` is how exactly, where that is not by the way."""
    if 0.1 <= value < 10_000 or value in (0, float("inf")):
        return number(value, digits if value < 100 else 2)
    if 0.001 <= value < 0.1:
        return number(value, digits + 2)
    if 10_000 <= value < 1e6:
        return thousands(round(value))
    return powered(value, digits - 1)


def as_printed(values: Tensor, digits: int = 4) -> Tensor:
    """Numbers as a reader has them who sees so many digits, so that a pocket calculator finds what comes next."""
    return torch.round(values.double(), decimals=digits)


def strongest_words(weights: Tensor, characters: Sequence[str]) -> str:
    """The strongest tile below the first row, and the most even row, as sentences. `weights` is (T, T)."""
    if len(characters) == 1:
        return "There is only one tile: a single character can look at nothing but itself."
    i, j, w = strongest_look(weights)
    words = (
        f"The strongest tile is below the first row: position {i}, {spoken(characters[i])}, puts {number(w)} of its "
        f"attention on position {j}, {spoken(characters[j])}."
    )
    if len(characters) < 4:
        return words
    r = min(range(2, len(characters)), key=lambda r: float(weights[r].max()) * (r + 1))
    return words + (
        f" The most even row is {r}, {spoken(characters[r])}: its largest weight is {number(float(weights[r].max()))}, "
        f"where an even share would be {number(1 / (r + 1))}."
    )


def heatmap_words(weights: Tensor, characters: Sequence[str]) -> str:
    """The figure in words, for those who do not see it."""
    T, (i, j, w) = len(characters), strongest_look(weights)
    future = "nothing above the diagonal; " if T > 1 and not bool(weights.triu(1).any()) else ""
    return (
        f"Attention weights as a {T} by {T} matrix: rows look, columns are looked at; {future}the strongest below the "
        f"first row is {number(w)}, from {spoken(characters[i])} at {i} to {spoken(characters[j])} at {j}."
    )
