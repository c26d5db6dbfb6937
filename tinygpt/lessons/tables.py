"""A table of pairs as a language model: row i says how likely each character is after character i.

Every loss here is exact: a table needs no sample of the text, only its counts of pairs. Of that loss the table of the
counts themselves pays the least, their own uncertainty; what another table pays beyond it is called KL.

    loss(P, counts) = entropy(counts) + kl(P, counts)

Shapes in this file:
    N   ids in a text        V   vocab_size
    P   a table of probabilities (V, V): row = the character we stand on, column = the one that comes next
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.bigram import BigramConfig, BigramLanguageModel
from tinygpt.counting import ngram_keys
from tinygpt.generation import generate
from tinygpt.models import blank, build, with_memory
from tinygpt.randomness import generator

LEAST = 1e-30  # instead of a probability of 0, where a logarithm has to be finite; nobody lives to see it drawn


def pair_counts(ids: Tensor, vocab_size: int) -> Tensor:
    """How often each character follows each in `ids` (N,). Exact whole numbers, float64 (V, V)

    A text of fewer than two characters has no pairs: all zeros.
    """
    keys = ngram_keys(ids, 2, vocab_size) if len(ids) > 1 else torch.zeros(0, dtype=torch.int64)
    return torch.bincount(keys, minlength=vocab_size**2).view(vocab_size, vocab_size).double()


def probabilities(counts: Tensor, smoothing: float = 0.0) -> Tensor:
    """Counts as shares of their rows, `smoothing` added to each. (V, V) -> (V, V)

    A character that nothing ever followed gets a row of equal shares: the least it can say.
    """
    more = counts + smoothing
    sums = more.sum(dim=1, keepdim=True)  # (V, 1)
    return torch.where(sums > 0, more / sums.clamp(min=LEAST), 1 / len(counts))


def softmax_of_table(model: BigramLanguageModel) -> Tensor:
    """What a bigram model says, as probabilities. float64 (V, V)"""
    return F.softmax(model.token_embedding_table.weight.detach().double(), dim=-1)


def as_model(P: Tensor) -> BigramLanguageModel:
    """A bigram model that says `P` (V, V), because softmax undoes the logarithm."""
    config = BigramConfig(vocab_size=len(P))
    model = with_memory(blank(config))
    assert isinstance(model, BigramLanguageModel)
    model.token_embedding_table.weight.data = P.clamp(min=LEAST).log().float()
    return model.eval()


def row_losses(P: Tensor, counts: Tensor) -> Tensor:
    """The mean of -ln P over what followed each character, nan where nothing did. Two (V, V) -> (V,)"""
    return -torch.xlogy(counts, P).sum(dim=1) / counts.sum(dim=1)  # xlogy: what never came costs nothing


def loss(P: Tensor, counts: Tensor) -> float:
    """What `P` costs on the whole text that was counted, in nats per character; nan without a pair. Two (V, V)"""
    return float(-torch.xlogy(counts, P).sum() / counts.sum())


def entropy(counts: Tensor) -> float:
    """The counts' own uncertainty: no table of pairs costs less on that text. (V, V)"""
    return loss(probabilities(counts), counts)


def kl(P: Tensor, counts: Tensor) -> float:
    """What `P` costs more than the counts' own table, in nats per character; 0 only for that table. Two (V, V)"""
    return loss(P, counts) - entropy(counts)


def row_kl(P: Tensor, counts: Tensor) -> Tensor:
    """What each row costs more than the counts' own row, nan where nothing followed its character. -> (V,)"""
    return row_losses(P, counts) - row_losses(probabilities(counts), counts)


def notebook_table(vocab_size: int, seed: int = 1337) -> tuple[BigramLanguageModel, torch.Generator]:
    """The study notebook's untrained model, and the generator with which it goes on to write.

    It draws a batch of four first and the table right after, from one generator.
    """
    source = generator(seed)
    torch.randint(2, (4,), generator=source)  # where the four windows start; how far they may does not matter here
    model = build(BigramConfig(vocab_size=vocab_size), generator=source)
    assert isinstance(model, BigramLanguageModel)
    return model, source


def write(P: Tensor, first: int, length: int, seed: int = 1337) -> list[int]:
    """Ids that `P` (V, V) writes after `first`: the same `seed`, the same dice."""
    tokens = generate(as_model(P), torch.tensor([[first]]), length, generator=generator(seed))
    return [token.id for token in tokens]


def passes(steps: Sequence[int], values: Sequence[float], goal: float) -> float | None:
    """About where a falling curve first goes below `goal`, on a straight line between logarithms; None if never."""
    for (a, high), (b, low) in pairwise(zip(steps, values, strict=True)):
        if high > goal >= low > 0:
            share = math.log(high / goal) / math.log(high / low)
            return a + (b - a) * share if a == 0 else a * (b / a) ** share
    return None


class WorkedRow(NamedTuple):
    """A row of logits turned into a loss, digit by digit: each number follows from those that are printed before it."""

    shown: list[int]  # ids: the largest logits, and what really came
    logits: list[float]  # four digits, as the study notebook prints them
    powers: list[float]  # e to each, four digits
    others: float  # the sum of the powers that are not shown
    total: float
    shares: list[float]  # power / total, four figures
    loss: float  # -ln of the last one's share, two digits


def softmax_of_row(row: Tensor, came: int, most: int = 4) -> WorkedRow:
    """A row of logits (V,) by hand, for the character that really `came`, which stands last."""
    largest = [i for i in row.argsort(descending=True, stable=True).tolist() if i != came][: most - 1]
    shown = [*largest, came]
    printed = [round(float(z), 4) for z in row]
    powers = [round(math.exp(z), 4) for z in printed]
    total = round(sum(powers), 4)
    shares = [four_figures(powers[i] / total) for i in shown]
    others = round(total - sum(powers[i] for i in shown), 4)
    return WorkedRow(
        shown, [printed[i] for i in shown], [powers[i] for i in shown], others, total, shares, -math.log(shares[-1])
    )


def four_figures(share: float) -> float:
    """A share as it is printed: 0.3412, 0.04213, 0.000421."""
    return round(share, share_digits(share))


def share_digits(share: float) -> int:
    """How many digits behind the point print four figures of a share."""
    return max(4, 3 - math.floor(math.log10(share))) if share > 0 else 4
