"""Exact count models: the floors that every loss curve is measured against.

An n-gram model looks at the last n - 1 characters and answers with counts: of all the times they stood in the training
text, how often did each character follow? Additive smoothing adds `smoothing` to every count, so that what never
happened is unlikely and not impossible (with smoothing 0 a pair that was never seen costs inf):

    P(c | context) = (count(context, c) + smoothing) / (count(context) + smoothing * V)

Shapes in this file:
    N   ids in a text        V   vocab_size        M   distinct n-grams of the training text

A table of V**n cells does not fit (65**5 is 1.2 billion), but only M of them are not zero. An n-gram becomes one
number, its digits in base V; the sorted numbers and their counts are the table.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.corpus import Corpus

LARGEST_KEY = 2**63 - 1  # int64: 5-grams of up to 6,208 characters, 4-grams of up to 55,108

# n -> smoothing. The longer the context, the more of V next characters were never seen after it: +1 each would drown
# the counts. The 1-gram does without as well, unless a character occurs in val only: then it would cost inf.
SMOOTHING = {1: 1.0, 2: 1.0, 3: 0.1, 4: 0.01, 5: 0.01}


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
        keys = ngram_keys(ids, n, vocab_size)
        grams = Counts(*torch.unique(keys, return_counts=True))
        contexts = Counts(*torch.unique(keys // vocab_size, return_counts=True))
        return cls(n, vocab_size, smoothing, grams, contexts)

    def costs(self, ids: Tensor) -> Tensor:
        """What each character costs that has n - 1 others before it: -ln P, in nats. (..., N) -> (..., N - n + 1)

        Raises ValueError for fewer than n ids, where nothing is left to score.
        """
        keys = ngram_keys(ids, self.n, self.vocab_size)
        gram = self.grams(keys).double() + self.smoothing
        context = self.contexts(keys // self.vocab_size).double() + self.smoothing * self.vocab_size
        return context.log() - gram.log()

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


class Floor(NamedTuple):
    """What a model that only counts loses, in nats per character."""

    train: float
    val: float


def floors(corpus: Corpus) -> dict[str, Floor]:
    """The floors of a corpus by name: "uniform" (ln V: every character alike), then "1-gram" to "5-gram".

    All are counted on train. A model is left out where a split is shorter than its n.
    """
    V = corpus.tokenizer.vocab_size
    result = {"uniform": Floor(math.log(V), math.log(V))}
    for n, smoothing in SMOOTHING.items():
        if min(len(corpus.train), len(corpus.val)) >= n and V**n <= LARGEST_KEY:
            model = NGramModel.fit(corpus.train, n, V, smoothing)
            result[f"{n}-gram"] = Floor(model.loss(corpus.train), model.loss(corpus.val))
    return result
