"""How far a number moves in a step: by the gradient alone, by momentum, by AdamW, and at a learning rate too large.

Shapes in this file:
    V   vocab_size      N   steps      B, T  sequences of a batch, characters of a sequence
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.lessons.tables import notebook_table
from tinygpt.models import LanguageModel
from tinygpt.randomness import generator
from tinygpt.training.by_hand.step import pass_of
from tinygpt.training.optimizers import SGD, AdamW

BETA1, BETA2, EPS = 0.9, 0.999, 1e-8  # torch's own settings of AdamW


class Moved(NamedTuple):
    """One number under AdamW, step by step. All (N,)"""

    means: Tensor  # a running mean of its gradients, corrected: momentum
    squares: Tensor  # a running mean of their squares, corrected
    moves: Tensor  # by how much it moved


def adamw_on_one_number(gradients: Tensor, learning_rate: float) -> Moved:
    """What AdamW does to a number with these gradients (N,), without its decay.

    m = 0.9 m + 0.1 g and v = 0.999 v + 0.001 g^2. Both begin at 0 and so are too small at first; each is divided by the
    share that it has seen. The number moves by -rate * m / sqrt(v): Kingma and Ba, "Adam" (2015), algorithm 1.
    """
    mean = square = 0.0
    found = []
    for n, g in enumerate(gradients.double().tolist(), 1):
        mean = BETA1 * mean + (1 - BETA1) * g
        square = BETA2 * square + (1 - BETA2) * g**2
        m, v = mean / (1 - BETA1**n), square / (1 - BETA2**n)
        found.append((m, v, -learning_rate * m / (math.sqrt(v) + EPS)))
    return Moved(*torch.tensor(found, dtype=torch.float64).t())


class TrainedTable(NamedTuple):
    """What a table met in a training, step by step."""

    gradients: Tensor  # of every number, (N, V, V)
    pairs: Tensor  # how often each pair was in the batches, (V, V)
    moved: Tensor  # how far every number has come in all, (V, V)


def train_a_table(corpus: Corpus, steps: int, learning_rate: float, *, adamw: bool, seed: int = 1337) -> TrainedTable:
    """The study notebook's table, trained by AdamW without its decay, or by plain descent on the same batches."""
    model, _ = notebook_table(corpus.tokenizer.vocab_size, seed)
    step, source, table = pass_of(model), generator(seed), model.token_embedding_table.weight
    groups = [{"params": [table], "weight_decay": 0.0}]
    optimizer = AdamW(groups, lr=learning_rate, betas=(BETA1, BETA2)) if adamw else SGD(groups, lr=learning_rate)
    seen, pairs, before = [], torch.zeros(table.shape), table.detach().clone()
    for _ in range(steps):
        x, y = corpus.batch("train", 32, 8, source)
        step(x, y)
        assert table.grad is not None
        seen.append(table.grad.clone())
        pairs.index_put_((x.flatten(), y.flatten()), torch.ones(x.numel()), accumulate=True)
        optimizer.step()
    return TrainedTable(torch.stack(seen), pairs, table.detach() - before)


class Stepped(NamedTuple):
    """One plain step at a learning rate, and many."""

    predicted: float  # the loss after a step, if the loss were as straight as its gradient says
    observed: float  # the loss on the same batch after it
    losses: list[float]  # of the batches of many steps, each before its step; not a number where it exploded


def at_rates(model: LanguageModel, corpus: Corpus, rates: Sequence[float], steps: int, T: int) -> list[Stepped]:
    """What plain gradient descent does at each of these learning rates, from the same weights with the same batches."""
    step, parameters = pass_of(model), list(model.parameters())
    first = [p.detach().clone() for p in parameters]
    found = []
    for rate in rates:
        source, losses = generator(1337), []
        predicted = observed = math.nan
        for n in range(steps):
            x, y = corpus.batch("train", 32, T, source)
            losses.append(step(x, y).item())
            gradients = [p.grad for p in parameters if p.grad is not None]
            if n == 0:
                predicted = losses[0] - rate * sum(float((g**2).sum()) for g in gradients)
            torch._foreach_add_([p.data for p in parameters], gradients, alpha=-rate)
            if n == 0:
                with torch.no_grad():
                    observed = float(model(x, y)[1])
        found.append(Stepped(predicted, observed, losses))
        torch._foreach_copy_([p.data for p in parameters], first)
    return found
