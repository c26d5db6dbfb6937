"""Exact count models: the floors that every loss curve is measured against.

An n-gram model looks at the last n - 1 characters and answers with counts: of all the times they stood in the training
text, how often did each character follow? Additive smoothing adds `smoothing` to every count, so that what never
happened is unlikely and not impossible (with smoothing 0 a pair that was never seen costs inf):

    P(c | context) = (count(context, c) + smoothing) / (count(context) + smoothing * V)

How much, the training text itself chooses: its last tenth is held out, and then all of it is counted.

Shapes in this file:
    N   ids in a text        V   vocab_size        M   distinct n-grams of the training text

A table of V**n cells does not fit (65**5 is 1.2 billion), but only M of them are not zero. An n-gram becomes one
number, its digits in base V; the sorted numbers and their counts are the table.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.corpus import Corpus, split_point

LARGEST_KEY = 2**63 - 1  # int64: 5-grams of up to 6,208 characters, 4-grams of up to 55,108

# n -> smoothing that serves on the lecture's text. The longer the context, the more of V next characters were never
# seen after it: +1 each would drown the counts. The 1-gram does without as well, unless a character occurs in val only:
# then it would cost inf.
SMOOTHING = {1: 1.0, 2: 1.0, 3: 0.1, 4: 0.01, 5: 0.01}
TRIED = (1_000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)  # on any other text
WORTH = 0.01  # nats: what gains less than this is no better
# Counts of each n-gram that occurs, on average. A table of M numbers, fitted to N characters, costs about M / 2N nats
# more on new text than the best one (Akaike, 1974): with 50 counts a number that is WORTH at most.
ENOUGH = 50
WINDOW, WINDOWS = 8, 640  # a live estimate reads 20 batches of 32 windows of 8 characters


class Counts(NamedTuple):
    """How often things occur: sorted distinct keys and their counts, both (M,), int64."""

    keys: Tensor
    counts: Tensor

    def __call__(self, keys: Tensor) -> Tensor:
        """The count of each of `keys`, 0 for what never occurred. (N,) -> (N,)"""
        place = torch.searchsorted(self.keys, keys).clamp(max=len(self.keys) - 1)
        return torch.where(self.keys[place] == keys, self.counts[place], 0)


@dataclass(frozen=True)
class NGramModel:
    """Counts of all n characters in a row, and of the n - 1 characters before the last."""

    n: int
    vocab_size: int
    smoothing: float
    grams: Counts
    contexts: Counts

    @classmethod
    def fit(cls, ids: Tensor, n: int, vocab_size: int, smoothing: float = 1.0) -> "NGramModel":
        """Count all n-grams of `ids` (N,). Raises ValueError for n < 1, negative smoothing, or fewer than n ids."""
        if n < 1 or smoothing < 0:
            raise ValueError(f"n must be at least 1 and smoothing at least 0, got n={n} and smoothing={smoothing}.")
        if vocab_size**n > LARGEST_KEY:
            raise ValueError(f"{n}-grams of {vocab_size:,} characters cannot be counted here; take a smaller n.")
        grams = Counts(*torch.unique(ngram_keys(ids, n, vocab_size), return_counts=True))
        contexts, row = torch.unique_consecutive(grams.keys // vocab_size, return_inverse=True)  # (M,) of sorted keys
        totals = torch.zeros_like(contexts).index_add(0, row, grams.counts)
        return cls(n, vocab_size, smoothing, grams, Counts(contexts, totals))

    def costs(self, ids: Tensor) -> Tensor:
        """What each character costs that has n - 1 others before it: -ln P, in nats. (..., N) -> (..., N - n + 1)

        Raises ValueError for fewer than n ids, where nothing is left to score.
        """
        return self.costs_under(ids, [self.smoothing])[0]

    def costs_under(self, ids: Tensor, smoothings: Sequence[float]) -> list[Tensor]:
        """The costs of `ids` under each of `smoothings` instead of its own."""
        keys, V = ngram_keys(ids, self.n, self.vocab_size), self.vocab_size
        gram, context = self.grams(keys).double(), self.contexts(keys // V).double()
        return [(context + smoothing * V).log() - (gram + smoothing).log() for smoothing in smoothings]

    def loss(self, ids: Tensor) -> float:
        """The mean cost over `ids` (N,), in nats per character; the first n - 1 ids are context only."""
        return float(self.costs(ids).mean())

    def probabilities(self, context: Tensor) -> Tensor:
        """How likely each character is after the last n - 1 ids of `context` (N,). (V,)

        A context that was never seen says nothing: equal shares. Raises ValueError for fewer than n - 1 ids.
        """
        before = len(context) - (self.n - 1)
        if before < 0:
            raise ValueError(f"A {self.n}-gram looks at {self.n - 1} characters, and here are {len(context)}.")
        key = ngram_keys(context[before:], self.n - 1, self.vocab_size)  # (1,)
        counts = self.grams(key * self.vocab_size + torch.arange(self.vocab_size))  # (1,) + (V,) -> (V,)
        shares = counts.double() + self.smoothing
        return shares / shares.sum() if shares.sum() > 0 else torch.full_like(shares, 1 / self.vocab_size)


def ngram_keys(ids: Tensor, n: int, vocab_size: int) -> Tensor:
    """Each n ids in a row as one number with the digits id, base `vocab_size`. (..., N) -> (..., N - n + 1)"""
    *before, N = ids.shape
    if N < n:
        raise ValueError(f"A {n}-gram needs {n} characters, and this text has {N}.")
    keys = torch.zeros(*before, N - n + 1, dtype=torch.int64)
    for i in range(n):
        keys = keys * vocab_size + ids[..., i : i + N - n + 1]
    return keys


def shares_after(ids: Tensor, letters: Tensor, vocab_size: int) -> Tensor:
    """What comes next, as each of `letters` alone tells it: the last is one place before it, the first is T places.

    Of all the times such a letter stands so far before a character of `ids` (N,): how often is it which? (T, V)
    A letter that never stands there says nothing: equal shares.
    """
    T, rows = len(letters), []
    for i, letter in enumerate(letters):
        after = ids[T - i :][ids[: i - T] == letter]
        counts = torch.bincount(after, minlength=vocab_size).double()
        rows.append(counts / len(after) if len(after) else torch.full_like(counts, 1 / vocab_size))
    return torch.stack(rows)


class Floor(NamedTuple):
    """What a model that only counts loses, in nats per character, and how far that is the best of its kind."""

    train: float
    val: float
    smoothing: float = 0.0  # added to every count
    counts: float = math.inf  # of each n-gram that occurs in train, on average
    lowest: float = math.inf  # val under the smoothing that turns out best for val, which nobody can know beforehand
    noise: float = 0.0  # the standard error of this loss when only a few windows are read, as while a model trains

    @property
    def sure(self) -> bool:
        """Whether no other table of as many characters is clearly better on val: there is enough to count, and of the
        same counts no other smoothing would have been."""
        return self.counts >= ENOUGH and self.val - self.lowest <= WORTH


def floors(corpus: Corpus) -> dict[str, Floor]:
    """The floors of a corpus by name: "uniform" (ln V: every character alike), then "1-gram" to "5-gram".

    All are counted on train. A model is left out where a split is shorter than its n.
    """
    V = corpus.tokenizer.vocab_size
    result = {"uniform": Floor(math.log(V), math.log(V))}
    for n in SMOOTHING:
        if min(len(corpus.train), len(corpus.val)) >= n and V**n <= LARGEST_KEY:
            result[f"{n}-gram"] = _floor(corpus, n, V)
    return result


def _floor(corpus: Corpus, n: int, V: int) -> Floor:
    """One table, counted on train with the smoothing that train itself chooses."""
    model = NGramModel.fit(corpus.train, n, V, chosen_smoothing(corpus.train, n, V))
    costs, *others = model.costs_under(corpus.val, [model.smoothing, *TRIED])
    windows = costs.unfold(0, min(WINDOW, len(costs)), 1).mean(1)
    return Floor(
        model.loss(corpus.train), float(costs.mean()), model.smoothing,
        counts=(len(corpus.train) - n + 1) / len(model.grams.keys),
        lowest=min(float(other.mean()) for other in others),
        noise=float(windows.std(correction=0)) / math.sqrt(WINDOWS),
    )  # fmt: skip


def chosen_smoothing(train: Tensor, n: int, vocab_size: int) -> float:
    """The smoothing with which counts of the first nine tenths of `train` (N,) serve best on its last tenth.

    The lecture's, where there is too little to hold out, and where no other gains WORTH for each character of the
    context: the longer that is, the more was never seen, and the less can any one number be right for all of it.
    """
    usual, counted = SMOOTHING[n], split_point(len(train))
    if min(counted, len(train) - counted) < n:
        return usual
    model = NGramModel.fit(train[:counted], n, vocab_size)
    losses = [float(costs.mean()) for costs in model.costs_under(train[counted:], TRIED)]
    best = min(losses)
    return usual if losses[TRIED.index(usual)] <= best + WORTH * max(1, n - 1) else TRIED[losses.index(best)]
