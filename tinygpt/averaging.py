"""The mathematical trick: every position averages its past, in three ways that give the same numbers.

Shapes in this file:
    B   sequences in the batch      C   channels
    T   tokens in a sequence
"""

import math
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.attention import causal_mask
from tinygpt.randomness import generator


def mean_by_loop(x: Tensor) -> Tensor:
    """Version 1: the mean of each token and all before it, one by one; `xbow` in the lecture. (B, T, C) -> (B, T, C)"""
    xbow = torch.zeros_like(x)
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            xbow[b, t] = x[b, : t + 1].mean(dim=0)  # (t + 1, C) -> (C,)
    return xbow


def mean_by_tril(x: Tensor) -> Tensor:
    """Version 2: all means at once, as one matrix product. (B, T, C) -> (B, T, C)"""
    return tril_weights(x.shape[1]) @ x  # (T, T) @ (B, T, C) -> (B, T, C)


def mean_by_softmax(x: Tensor) -> Tensor:
    """Version 3: the same product with weights out of a softmax: scores may be learned. (B, T, C) -> (B, T, C)"""
    return softmax_weights(x.shape[1]) @ x  # (T, T) @ (B, T, C) -> (B, T, C)


def tril_weights(T: int) -> Tensor:
    """How much each token takes from each: equal shares of its past, `wei` in the lecture. Rows sum to 1. (T, T)"""
    wei = torch.tril(torch.ones(T, T))
    return wei / wei.sum(dim=1, keepdim=True)


def softmax_weights(T: int, fill: float = float("-inf")) -> Tensor:
    """The same shares out of scores of 0, with `fill` as the score of the future. (T, T)

    Only -inf gives the future nothing: e to any other score is a share.
    """
    scores = torch.zeros(T, T).masked_fill(~causal_mask(T), fill)
    return F.softmax(scores, dim=-1)


def weights_of(scores: Tensor) -> Tensor:
    """The weights that a softmax makes of any scores, the future masked. (T, T) -> (T, T)"""
    return F.softmax(scores.masked_fill(~causal_mask(len(scores)), float("-inf")), dim=-1)


def score_for_share(share: float, others: int, *, among: int = 1) -> float:
    """Which score gives `among` positions that share of their row together, while `others` keep the score 0.

    share = among * e^s / (among * e^s + others), solved for s.
    """
    return math.log(share / (1 - share) * others / among)


def softmax_then_zero(T: int) -> Tensor:
    """A mistake to look at: the future is set to 0 after the softmax, so rows no longer sum to 1. (T, T)"""
    return F.softmax(torch.zeros(T, T), dim=-1).masked_fill(~causal_mask(T), 0.0)


def softmax_of_averages(T: int, *, mask: bool = True) -> Tensor:
    """Softmax of what is averaged already, as one cell of the study notebook does it. (T, T)

    With the mask the kept scores of a row are equal, and equal scores get equal shares: nothing changes.
    """
    wei = tril_weights(T)
    return F.softmax(wei.masked_fill(~causal_mask(T), float("-inf")) if mask else wei, dim=-1)


def changed_rows(x: Tensor, other: Tensor) -> Tensor:
    """How far each row of xbow moves, at most, when the input `x` becomes `other`. Two (B, T, C) -> (T,)"""
    return (mean_by_tril(other) - mean_by_tril(x)).abs().amax(dim=(0, 2))


def trick_matrices(T: int = 3) -> dict[str, Tensor]:
    """The study notebook's left factors: ones, the lower triangle, the triangle with rows that sum to 1. (T, T)"""
    ones = torch.ones(T, T)
    return {"ones": ones, "tril": torch.tril(ones), "rows sum to 1": tril_weights(T)}


def microseconds(version: Callable[[Tensor], Tensor], T: int, *, B: int = 4, C: int = 32, repeats: int = 5) -> float:
    """The median time of one call on a random (B, T, C), in microseconds."""
    x, times = torch.randn(B, T, C, generator=generator(0)), []
    for _ in range(repeats + 1):
        began = perf_counter()
        version(x)
        times.append(perf_counter() - began)
    return 1e6 * median(times[1:])  # the first call warms up


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
