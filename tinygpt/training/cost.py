"""How long will this run take on this machine? Estimated from short measurements, made here.

A step costs a sum: each price times how much there is of it (work.py). The prices are those that fit the measurements
best, none below 0.
"""

import threading
import time
from dataclasses import dataclass, replace
from functools import cache

import torch

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig, build
from tinygpt.training.evaluation import LIVE_BATCHES, estimate_loss
from tinygpt.training.loop import advance, one_thread
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start
from tinygpt.training.work import Amounts, amounts, optimizer_operations, windows_to_judge

REHEARSAL = Corpus.from_text("to be or not to be that is the question " * 60)
_measuring = threading.Lock()  # two at once would halve each other's speed
TURN = 0.003  # seconds of steps that are measured together, about; a longer step alone ...
FEWEST = 5  # ... and at least so many turns
ROUNDS = 300  # of the search for the prices; more change nothing


@dataclass(frozen=True)
class Machine:
    """What a step costs here, and a look at a loss."""

    prices: Amounts  # seconds
    look: float  # what it costs to estimate the loss of a batch, as a share of a step without its scores
    score_of_a_look: float  # seconds of one of V at one place: many windows at once, so other memory each time

    def step_seconds(self, model: ModelConfig, batch_size: int) -> float:
        """Seconds of one training step."""
        return sum(price * much for price, much in zip(self.prices, amounts(model, batch_size), strict=True))

    def run_seconds(self, spec: RunSpec) -> float:
        """Seconds of a whole run: its steps, its live estimates with one at the end, its final evaluation."""
        config, what = spec.train, (spec.model, spec.train.batch_size)
        step = self.step_seconds(*what) + self.optimizer_seconds(spec)
        return config.max_steps * step + windows_to_judge(spec) / config.batch_size * self.look_seconds(*what)

    def look_seconds(self, model: ModelConfig, batch_size: int) -> float:
        """Seconds of a batch in an estimate of the loss."""
        scores = amounts(model, batch_size).score
        seen = self.look * (self.readable_seconds(model, batch_size) - self.prices.score * scores)
        return seen + self.score_of_a_look * scores

    def readable_seconds(self, model: ModelConfig, batch_size: int) -> float:
        """Seconds of a step whose products are all torch.mm, as they are in the model that is judged."""
        large = amounts(model, batch_size).large
        return self.step_seconds(model, batch_size) + (self.prices.operation - self.prices.large) * large

    def optimizer_seconds(self, spec: RunSpec) -> float:
        """Seconds of the products of one step that make gradients orthogonal."""
        small, large = optimizer_operations(spec)
        return self.prices.operation * small + self.prices.large * large


def this_machine() -> Machine:
    """What a step costs here, measured once in this process; whoever asks meanwhile waits a second."""
    with _measuring:
        return _measured()


def measured_models() -> list[tuple[ModelConfig, int]]:
    """Models and batches in which one price or another counts most: each price needs a few, and none of them long."""
    V = REHEARSAL.tokenizer.vocab_size
    sizes = (  # n_layer, n_embd, n_head, block_size, batch_size
        (1, 32, 4, 8, 32), (4, 32, 4, 8, 32), (2, 128, 4, 8, 32), (1, 32, 4, 64, 16), (2, 16, 4, 32, 32),
        (1, 128, 2, 32, 32), (2, 32, 8, 4, 64), (8, 32, 4, 8, 8), (1, 32, 8, 8, 64), (2, 64, 4, 64, 8),
    )  # fmt: skip
    bare = GPTConfig(V, n_head=1, n_layer=1, projection=False, feed_forward=0, residual=False, layer_norm=False)
    gpts = [
        (GPTConfig(V, n_layer=L, n_embd=C, n_head=n_head, block_size=T), batch_size)
        for L, C, n_head, T, batch_size in sizes
    ]
    many: list[ModelConfig] = [GPTConfig(3_000, n_layer=1), BigramConfig(1_700)]  # different characters
    tables: list[ModelConfig] = [BigramConfig(V), BigramConfig(65)]
    return [*((each, 32) for each in tables), (bare, 32), *gpts, *((each, 32) for each in many)]


@cache
def _measured() -> Machine:
    models = measured_models()
    seconds_per_step(*models[0])  # what is measured first in a process finds nothing warm
    turns = [[seconds_per_step(*each) for each in models] for _ in range(2)]  # speed drifts: all, then all again
    steps = [min(pair) for pair in zip(*turns, strict=True)]
    prices = Amounts(*fitted([amounts(*each) for each in models], steps))
    machine = Machine(prices, 0.0, 0.0)
    looks = []
    for n in (3, 5):  # one small, one that is mostly arithmetic
        saved = machine.readable_seconds(*models[n]) - machine.step_seconds(*models[n])
        looks.append(seconds_of_a_look(*models[n]) / (steps[n] + saved))
    machine = replace(machine, look=sum(looks) / len(looks))
    wide = models[-2]
    beyond = seconds_of_a_look(*wide) - machine.look_seconds(*wide)
    return replace(machine, score_of_a_look=max(0.0, beyond / amounts(*wide).score))


def fitted(amounts: list[Amounts], seconds: list[float]) -> list[float]:
    """The prices, none below 0, with which sums of amounts come nearest to these seconds, each as a share of itself.

    One price after another is set to its best while the others stay, again and again: coordinate descent for least
    squares that are not negative (Lawson and Hanson, 1974, chapter 23, is the problem).
    """
    A = torch.tensor(amounts, dtype=torch.float64) / torch.tensor(seconds, dtype=torch.float64)[:, None]
    size = A.amax(0).clamp(min=1e-300)  # a channel costs a billionth of a step: all in the same size
    A = A / size
    gram: list[list[float]] = (A.t() @ A).tolist()
    wanted: list[float] = A.sum(0).tolist()
    prices = [0.0] * len(wanted)
    for _ in range(ROUNDS):
        for j, row in enumerate(gram):
            off = sum(a * price for a, price in zip(row, prices, strict=True)) - wanted[j]
            prices[j] = max(0.0, prices[j] - off / row[j]) if row[j] else 0.0
    return [price / float(each) for price, each in zip(prices, size, strict=True)]


def rehearsal(V: int) -> Corpus:
    """A text with so many different characters."""
    if V == REHEARSAL.tokenizer.vocab_size:
        return REHEARSAL
    return Corpus.from_text("".join(map(chr, range(0x4E00, 0x4E00 + V))) * (1 + 1_000 // V))


def seconds_of_a_look(model: ModelConfig, batch_size: int) -> float:
    """Seconds of a batch in an estimate of the loss: the shortest of three."""
    corpus, untrained, batches, times = rehearsal(model.vocab_size), build(model), 2 * LIVE_BATCHES, []
    how = {"batches": batches, "batch_size": batch_size, "block_size": model.block_size}
    with one_thread():
        for _ in range(3):
            began = time.perf_counter()
            estimate_loss(untrained, corpus, "val", **how)
            times.append(time.perf_counter() - began)
    return min(times) / batches


def seconds_per_step(model: ModelConfig, batch_size: int = 32, lasting: float = 0.03) -> float:
    """Of real steps for some hundredths of a second, after some to warm up; the quickest quarter of all turns
    counts, since what else runs here disturbs some of them."""
    corpus = rehearsal(model.vocab_size)
    config = TrainConfig(max_steps=10_000, eval_interval=10_000, batch_size=batch_size)
    state = start(RunSpec(model, config, "rehearsal"), corpus)
    advance(state, corpus, steps=5)
    began = time.perf_counter()
    advance(state, corpus, steps=1)
    at_once = max(1, round(TURN / (time.perf_counter() - began)))  # each call of `advance` costs a little as well
    began, times = time.perf_counter(), list[float]()
    while len(times) < FEWEST or time.perf_counter() - began < lasting:
        before = time.perf_counter()
        advance(state, corpus, steps=at_once)
        times.append((time.perf_counter() - before) / at_once)
    return sorted(times)[len(times) // 4]
