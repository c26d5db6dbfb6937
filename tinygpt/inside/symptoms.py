"""What can be measured on a model that went wrong: leaks, rows that do not sum to 1, no sense of order, lost gradients.

Shapes in this file:
    W   windows      T   tokens in a window      C   channels (n_embd)      V   vocab_size
"""

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.attention import causal_mask
from tinygpt.gpt import GPTLanguageModel
from tinygpt.inside.vitals import gradients
from tinygpt.models import LanguageModel
from tinygpt.probes import capture, evaluating
from tinygpt.randomness import generator
from tinygpt.training.state import Point

AVERAGED = 50  # steps: single batches are noisy
# Where nothing else is said: healthy runs, and runs with steps that are too long, over six seeds and batches of 32.
LEAP = 1.5  # times the first loss: 1.1 at most, and those that leap 1.6 and more ...
FAR = 8  # ... and so many times what single losses stray by: 6 at most with batches of 1, and 10 and more
RISE = 0.1  # nats above the lowest mean so far: 0.06 at most, and those that rise again 0.19 and more ...
NOISES = 6  # ... and so many times what two means differ by: 4.5 at most with batches of 4, and 8 and more


class Roughness(NamedTuple):
    """What a curve of losses does, in nats per character."""

    first: float  # the loss of the first step
    peak: float  # the largest
    peak_step: int
    rise: float  # how far the mean of some steps rose above its lowest before
    noise: float  # the standard deviation of one loss
    last: float  # the mean of the last steps
    guessing: float  # ln V

    @property
    def least_peak(self) -> float:
        """What a loss must be above to be a leap."""
        return max(LEAP * self.first, self.first + FAR * self.noise)

    @property
    def least_rise(self) -> float:
        """What a rise must be above to be more than noise: two means of n losses differ by sqrt(2 / n) of it."""
        return max(RISE, NOISES * self.noise * math.sqrt(2 / AVERAGED))

    @property
    def leaps(self) -> bool:
        """Whether a loss is far above the first one."""
        return self.peak > self.least_peak

    @property
    def rises(self) -> bool:
        """Whether the loss, once lower, rose again."""
        return self.rise > self.least_rise

    @property
    def wild(self) -> bool:
        """Whether no healthy run looks like that."""
        return self.leaps or self.rises


def roughness(points: Sequence[Point], vocab_size: int) -> Roughness | None:
    """The curve of a run in numbers; None for fewer points than one mean needs."""
    finite = [point for point in points if math.isfinite(point.loss)]
    if len(finite) < AVERAGED:
        return None
    losses = torch.tensor([point.loss for point in finite], dtype=torch.float64)
    means = losses.unfold(0, AVERAGED, 1).mean(1)
    rise = (means - means.cummin(0).values).max().item()
    # What neighbors differ by as a rule: no leap and no slope moves it. Of normal numbers, half of all neighbors are
    # closer than 0.954 standard deviations.
    noise = median(losses.diff().abs().tolist()) / 0.954
    top = max(finite, key=lambda point: point.loss)
    return Roughness(finite[0].loss, top.loss, top.step, rise, noise, means[-1].item(), math.log(vocab_size))


SHUFFLE_SEED = 8  # of the shuffled pasts: the same ones for every model


class RowFaults(NamedTuple):
    """The rows of weights of all heads of all layers: what they should never do."""

    future: float  # the weight on what comes later, mean over the rows of the worst layer; 0 with a mask
    lowest: float  # the smallest sum of a row, 1 for softmax along it
    highest: float  # and the largest


class Order(NamedTuple):
    """What changes at the last place of a window when all before it is shuffled."""

    first_block: float  # how far the output of the first block moves, as a share of its length
    prediction: float  # how much probability moves to other characters: 0 none, 1 all
    price: float  # how much more the true next character costs, in nats


def attention_rows(model: GPTLanguageModel, rows: Tensor) -> RowFaults:
    """Leaks into the past, and sums of rows, over windows (W, T + 1)."""
    seen = capture(model, rows[:, :-1])
    weights = torch.stack([seen[f"blocks.{layer}.attention.weights"] for layer in range(model.config.n_layer)])
    later = ~causal_mask(weights.shape[-1])  # weights: (n_layer, W, n_head, T, T)
    future, sums = (weights * later).sum(-1).flatten(1).mean(1).max(), weights.sum(-1)
    return RowFaults(future.item(), sums.min().item(), sums.max().item())


@torch.no_grad()
def order_effect(model: GPTLanguageModel, rows: Tensor) -> Order:
    """Whether it matters to the model in which order the past of the last place stands. `rows` is (W, T + 1)."""
    idx, other = rows[:, :-1], shuffled_past(rows[:, :-1])
    with evaluating(model):
        one, two = (model.blocks[0](model.embed(x))[:, -1] for x in (idx, other))  # (W, C)
        before, after = (F.log_softmax(model(x)[0][:, -1], -1) for x in (idx, other))  # (W, V)
    true = rows[:, -1:]
    return Order(
        first_block=((one - two).norm() / one.norm()).item(),
        prediction=(before.exp() - after.exp()).abs().sum(-1).mean().item() / 2,
        price=(before.gather(1, true) - after.gather(1, true)).mean().item(),
    )


def shuffled_past(idx: Tensor) -> Tensor:
    """The same windows, the last token in its place, those before it in another order. (W, T) -> (W, T)"""
    order = torch.rand(idx.shape[0], idx.shape[1] - 1, generator=generator(SHUFFLE_SEED)).argsort(1)
    return torch.cat([idx[:, :-1].gather(1, order), idx[:, -1:]], dim=1)


def reach(model: GPTLanguageModel, rows: Tensor) -> float:
    """How much of the gradient comes through: its norm at the token embedding, as a share of that at the last layer."""
    found = gradients(model, rows)
    return (found["token_embedding_table.weight"].norm() / found["lm_head.weight"].norm()).item()


def smallest_weights(model: LanguageModel) -> float:
    """How large the weights are in the matrix that has the smallest: the root of their mean square."""
    return min(p.detach().pow(2).mean().sqrt().item() for p in model.parameters() if p.dim() >= 2)
