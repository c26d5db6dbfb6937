"""One step of training a table, slowly: the loss of a batch, its gradient, and what the step changes.

The gradient of the loss says for each number of the table how the loss changes when that number grows. For a row of
logits it is p - one-hot: what the row says, minus 1 for what really came, averaged over the guesses of the batch.

Shapes in this file:
    B   sequences in the batch      V   vocab_size
    T   ids in a context
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.bigram import BigramLanguageModel
from tinygpt.corpus import Corpus
from tinygpt.lessons.tables import notebook_table
from tinygpt.randomness import generator
from tinygpt.training.optimizers import AdamW

NOTEBOOK_RATE = 1e-3  # the study notebook's


class SlowStep(NamedTuple):
    """What a step saw and did. All tables are (V, V), of logits; the losses are those of its batch."""

    pairs: Tensor  # how often each pair is in the batch
    before: Tensor
    gradient: Tensor
    after: Tensor
    loss: float
    loss_after: float


def slow_step(model: BigramLanguageModel, x: Tensor, y: Tensor, learning_rate: float = NOTEBOOK_RATE) -> SlowStep:
    """Train `model` for one step on a batch, as the study notebook does; `x` and `y` are (B, T)."""
    table = model.token_embedding_table.weight  # (V, V)
    before = table.detach().clone()
    optimizer = notebook_optimizer(model, learning_rate)
    logits, loss = model(x, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    assert table.grad is not None
    with torch.no_grad():
        loss_after = float(model(x, y)[1])
    return SlowStep(
        _pairs(x, y, len(table)), before, table.grad.clone(), table.detach().clone(), loss.item(), loss_after
    )


def notebook_optimizer(model: BigramLanguageModel, learning_rate: float) -> AdamW:
    """The study notebook's `torch.optim.AdamW(m.parameters(), lr=...)`, with torch's usual settings."""
    group = {"params": list(model.parameters()), "weight_decay": 0.01}
    return AdamW([group], lr=learning_rate, betas=(0.9, 0.999))


def _pairs(x: Tensor, y: Tensor, vocab_size: int) -> Tensor:
    """How often each character is to be guessed after each. Two (B, T) -> (V, V)"""
    counts = torch.zeros(vocab_size, vocab_size)
    return counts.index_put((x.flatten(), y.flatten()), torch.ones(x.numel()), accumulate=True)


def gradient_by_hand(table: Tensor, pairs: Tensor) -> Tensor:
    """p - one-hot, averaged over the batch: what `loss.backward()` finds. Two (V, V) -> (V, V)"""
    times = pairs.sum(dim=1, keepdim=True)  # (V, 1): how often each row was asked
    return (times * F.softmax(table, dim=-1) - pairs) / pairs.sum()


def first_batches(corpus: Corpus, x: Tensor, y: Tensor, steps: list[int], seed: int = 1337) -> dict[int, Tensor]:
    """The table after so many steps, the first of them on the batch `x`, `y` (B, T), the others on new ones. (V, V)"""
    model, _ = notebook_table(corpus.tokenizer.vocab_size, seed)
    optimizer, source, kept = notebook_optimizer(model, NOTEBOOK_RATE), generator(seed), {}
    for step in range(1, max(steps) + 1):
        optimizer.zero_grad()
        model(x, y)[1].backward()
        optimizer.step()
        if step in steps:
            kept[step] = model.token_embedding_table.weight.detach().clone()
        x, y = corpus.batch("train", len(x), len(x[0]), source)
    return kept
