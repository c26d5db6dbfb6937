"""Are two tensors equal? Equal bits, the largest difference, and what `torch.allclose` makes of it.

Two right programs may differ in the last bits: one adds and then divides, the other divides and then adds, and
every operation rounds.
"""

from typing import NamedTuple

import torch
from torch import Tensor

ATOL, RTOL = 1e-8, 1e-5  # the tolerances of torch.allclose


class Agreement(NamedTuple):
    """How far two tensors of `entries` numbers agree."""

    equal: Tensor  # bool, the shape of both: where the bits are the same
    largest: float  # the largest difference
    close: bool  # what torch.allclose says
    worst: tuple[int, ...]  # where the difference exceeds the tolerance most
    tolerance: float  # what allclose allows there: ATOL + RTOL * |b|

    @property
    def entries(self) -> int:
        return self.equal.numel()


def agreement(a: Tensor, b: Tensor) -> Agreement:
    """How far `a` and `b`, of one shape, agree; `torch.allclose(a, b)` allows each entry ATOL + RTOL * |b|."""
    difference = (a - b).abs()
    allowed = ATOL + RTOL * b.abs()
    worst = torch.unravel_index((difference - allowed).argmax(), a.shape)
    place = tuple(int(i) for i in worst)
    return Agreement(a == b, float(difference.max()), torch.allclose(a, b), place, float(allowed[place]))
