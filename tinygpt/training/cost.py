"""How long will this run take on this machine? Estimated from three short measurements, made here.

A step of a tiny model is two things: a number of small operations, each with a fixed price (Python, one kernel), and
arithmetic. The first is counted in layers, the second in floating point operations:

    seconds per step = per_step + per_layer * n_layer + floating point operations / speed
"""

import math
import threading
import time
from dataclasses import dataclass, replace
from functools import cache

import torch

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig, count_parameters
from tinygpt.training.evaluation import FINAL_BATCHES, LIVE_BATCHES
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

REHEARSAL = Corpus.from_text("to be or not to be that is the question " * 60)
_measuring = threading.Lock()  # two at once would halve each other's speed
FORWARD_SHARE = 1 / 3  # a forward pass is a third of a step: the backward pass costs twice as much


@dataclass(frozen=True)
class Machine:
    """What a step costs here, in seconds."""

    per_step: float
    per_layer: float
    per_operation: float  # one floating point operation

    def step_seconds(self, model: ModelConfig, batch_size: int) -> float:
        """Seconds of one training step."""
        layers = model.n_layer if isinstance(model, GPTConfig) else 0
        return self.per_step + self.per_layer * layers + self.per_operation * operations(model, batch_size)

    def run_seconds(self, spec: RunSpec) -> float:
        """Seconds of a whole run: its steps, its live estimates, its final evaluation."""
        config = spec.train
        looks = math.ceil(config.max_steps / config.eval_interval) * LIVE_BATCHES + 2 * FINAL_BATCHES
        arithmetic = self.per_operation * operations(spec.model, config.batch_size) * FORWARD_SHARE
        return config.max_steps * self.step_seconds(spec.model, config.batch_size) + looks * arithmetic


def operations(model: ModelConfig, batch_size: int) -> float:
    """Floating point operations of one training step: 6 for each weight and token, and the T x T attention.

    "Scaling Laws for Neural Language Models" (2020), section 2.1, with the table of the embeddings left out.
    """
    tokens = batch_size * model.block_size
    if not isinstance(model, GPTConfig):
        return 6.0 * tokens * model.vocab_size  # softmax over a row of the table
    tables = (model.vocab_size + model.block_size) * model.n_embd
    attention = 12.0 * model.n_layer * model.n_embd * model.block_size
    return tokens * (6.0 * max(0, count_parameters(model) - tables) + attention)


def this_machine() -> Machine:
    """What a step costs here, measured once in this process; whoever asks meanwhile waits a second."""
    with _measuring:
        return _measured()


@cache
def _measured() -> Machine:
    """Three short runs: a table; one layer and four layers; and a model that is mostly arithmetic."""
    V = REHEARSAL.tokenizer.vocab_size
    small = GPTConfig(V, n_layer=1)
    large = GPTConfig(V, block_size=32, n_embd=128, n_layer=2)
    one, four, heavy = (seconds_per_step(model) for model in (small, replace(small, n_layer=4), large))
    per_layer = max(0.0, (four - one) / 3)
    per_operation = max(1e-13, (heavy - one - per_layer) / (operations(large, 32) - operations(small, 32)))
    return Machine(seconds_per_step(BigramConfig(V)), per_layer, per_operation)


def seconds_per_step(model: ModelConfig, steps: int = 12) -> float:
    """The median of a few real steps with batches of 32, after two to warm up."""
    state = start(RunSpec(model, TrainConfig(max_steps=100, eval_interval=100), "rehearsal"), REHEARSAL)
    advance(state, REHEARSAL, steps=2)
    times = []
    for _ in range(steps):
        began = time.perf_counter()
        advance(state, REHEARSAL, steps=1)
        times.append(time.perf_counter() - began)
    return torch.tensor(times).median().item()
