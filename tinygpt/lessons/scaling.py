"""What lesson 5 measures, once for each kind of random numbers: many draws at every head_size, kept until the end."""

import functools
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.attention import Stages, attention_stages
from tinygpt.gpt import SCALES, scale_factor
from tinygpt.randomness import generator
from tinygpt.variance import (
    B,
    Distribution,
    Spread,
    T,
    effective_characters,
    gradient_size,
    query_gradient,
    random_qk,
    running_sums,
    saturated,
    score_variance,
    spread,
)

SEED = 1337
DRAWS = 400  # of a whole batch, as the study notebooks draw it once
SIZES = (2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512)  # where the slider of sca-2 stops
TERMS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # where the slider of sca-1 stops: so many products are added
LONG = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)  # sca-5
FEW = (4, 16, 64, 256)  # sca-6, and the heads that were trained
N_EMBD, SHARED = 32, (4, 8, 16, 32)  # sca-7: n_embd shared out among 8, 4, 2, 1 heads

CHARACTERS = "to be or"
ROW_SEED = 11  # one query and eight keys, of which a head uses the first head_size numbers
STAGES = {"scores": False, "scaled": True}  # what `scale` is for each


@functools.cache
def variances(head_size: int, distribution: Distribution, seed: int = SEED) -> dict[str, Tensor]:
    """The variance of the scores of DRAWS batches, undivided and divided: of the same draws. Each (DRAWS,)"""
    return {
        stage: score_variance(
            head_size, scale=scale, draws=DRAWS, distribution=distribution, generator=generator(seed + head_size)
        )
        for stage, scale in STAGES.items()
    }


@functools.cache
def spreads(
    distribution: Distribution, sizes: tuple[int, ...] = SIZES, *, draws: int = DRAWS
) -> dict[str, tuple[Spread, ...]]:
    """At each of `sizes` the mean of the first `draws` draws, and what nine of all DRAWS in ten lie between."""
    found = [variances(size, distribution) for size in sizes]
    return {
        stage: tuple(spread(one[stage])._replace(mean=one[stage][:draws].mean().item()) for one in found)
        for stage in STAGES
    }


@functools.cache
def row(head_size: int) -> dict[str, list[float]]:
    """The weights of one query over eight keys, undivided and divided."""
    source = generator(ROW_SEED)
    q = torch.randn(1, SIZES[-1], generator=source)[:, :head_size]
    k = torch.randn(len(CHARACTERS), SIZES[-1], generator=source)[:, :head_size]
    return {
        stage: attention_stages(q, k, scale=scale, mask=False).weights[0].tolist() for stage, scale in STAGES.items()
    }


def one_draw(head_size: int, seed: int, distribution: Distribution = "randn") -> tuple[Tensor, Tensor, Stages]:
    """Queries, keys and scores of one batch, as the study notebook draws them. (1, B, T, hs) twice, (1, B, T, T)"""
    q, k = random_qk(head_size, distribution=distribution, generator=generator(seed))
    return q, k, attention_stages(q, k, mask=False)


class Walks(NamedTuple):
    """Scores of random queries and keys, added product by product."""

    drawn: Tensor  # from 0 on, (DRAWN, TERMS[-1] + 1)
    ends: dict[int, Tensor]  # what all WALKS come to after each of TERMS, (WALKS,)
    sizes: dict[int, float]  # what they would come to on average if no product were negative


DRAWN, WALK_DRAWS = 60, 640
WALKS = WALK_DRAWS * B * T


@functools.cache
def walks(seed: int = SEED) -> Walks:
    """A score of TERMS[-1] products as a walk, many times."""
    q, k = (one.flatten(0, 2) for one in random_qk(TERMS[-1], draws=WALK_DRAWS, generator=generator(seed)))
    sums, sizes = running_sums(q, k), running_sums(q.abs(), k.abs())  # both (WALKS, TERMS[-1])
    drawn = torch.nn.functional.pad(sums[:DRAWN], (1, 0))
    at = {n: sums[:, n - 1].clone() for n in TERMS}
    return Walks(drawn, at, {n: sizes[:, n - 1].mean().item() for n in TERMS})


class Rows(NamedTuple):
    """What softmax makes of thousands of rows of random scores, a number at each of LONG."""

    hot: list[float]  # the share that puts more than variance.HOT on one character
    passed_on: list[float]  # the median gradient
    effective: list[float]  # as if looking at so many characters, on average


ROW_DRAWS = 250
QUERY_DRAWS = 1_250
QUERIES = QUERY_DRAWS * B * T
ROW_COUNT = ROW_DRAWS * 4 * 8


@functools.cache
def rows(seed: int = SEED) -> dict[str, Rows]:
    """Thousands of rows of weights at each of LONG, undivided and divided."""
    found = {stage: Rows([], [], []) for stage in STAGES}
    source = generator(seed)
    for size in LONG:
        q, k = random_qk(size, draws=ROW_DRAWS, generator=source)
        for stage, scale in STAGES.items():
            weights = attention_stages(q, k, scale=scale, mask=False).weights  # (D, B, T, T)
            found[stage].hot.append(saturated(weights))
            found[stage].passed_on.append(gradient_size(weights).median().item())
            found[stage].effective.append(effective_characters(weights).mean().item())
    return found


@functools.cache
def query_gradients(head_size: int, seed: int = SEED) -> dict[str, Tensor]:
    """The gradients that reach QUERIES queries, undivided and divided. Each (QUERIES,)"""
    q, k = random_qk(head_size, draws=QUERY_DRAWS, generator=generator(seed))
    return {stage: query_gradient(q, k, scale=scale).flatten() for stage, scale in STAGES.items()}


@functools.cache
def means(distribution: Distribution, seed: int = SEED) -> list[float]:
    """The mean of plain scores at each of FEW, over many draws."""
    source = generator(seed)
    qk = (random_qk(size, draws=ROW_DRAWS, distribution=distribution, generator=source) for size in FEW)
    return [attention_stages(q, k, mask=False).scores.mean().item() for q, k in qk]


class Wrong(NamedTuple):
    """Scores of rand instead of randn: how wide its scores are within rows, and the mean largest weight of a row."""

    within: float
    largest: float


@functools.cache
def wrong_dice(head_size: int, seed: int = SEED) -> Wrong:
    """What torch.rand gives, divided, over many draws."""
    q, k = random_qk(head_size, draws=ROW_DRAWS, distribution="rand", generator=generator(seed))
    stages = attention_stages(q, k, mask=False)
    return Wrong(stages.scaled.var(dim=-1).mean().item(), stages.weights.amax(-1).mean().item())


@functools.cache
def by_scale(seed: int = SEED) -> dict[str, tuple[list[float], list[float]]]:
    """For every way to scale: the variance of the scores and the mean largest of 8 weights, at each of SHARED."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    for scale in SCALES[:-1]:  # all but "average"
        wide, largest = found[scale] = [], []
        for size in SHARED:
            factor = scale_factor(scale, head_size=size, n_embd=N_EMBD)
            q, k = random_qk(size, draws=ROW_DRAWS, generator=generator(seed))
            stages = attention_stages(q, k, scale=factor, mask=False)
            wide.append(stages.scaled.var().item())
            largest.append(stages.weights.amax(-1).mean().item())
    return found


def at(size: int, values: list[float], sizes: tuple[int, ...] = LONG) -> float:
    """The number that belongs to `size`."""
    return values[sizes.index(size)]
