"""The only training loop: a resumable loop over a value.

    state = start(spec, corpus)
    points = advance(state, corpus, steps=200)  # or seconds=0.5

One call of 1,000 steps and ten calls of 100, with the state written to bytes and read back between them, give the
same weights to the bit: whatever the next step needs is in the state, and all chance comes from its one generator.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.divergence import Watch, not_a_number
from tinygpt.evaluation import FINAL_BATCHES, LIVE_BATCHES, Tally, estimate_loss
from tinygpt.models import LanguageModel, build
from tinygpt.randomness import generator as seeded
from tinygpt.spec import RunSpec, TrainConfig
from tinygpt.tokenizer import CharTokenizer

__all__ = ["Point", "RunSpec", "TrainConfig", "TrainState", "advance", "estimate_loss", "start", "train"]


class Point(NamedTuple):
    """One step as the curve shows it. Losses are in nats per character."""

    step: int  # optimizer steps made before this loss was measured
    loss: float  # of this step's batch; of FINAL_BATCHES training batches in the last point
    val: float | None  # on unseen text, when it was measured
    lr: float
    seconds: float  # of training, since this state was made or read
    tokens: int  # characters trained on so far


@dataclass
class TrainState:
    """Everything the next step needs. `ended` is "" while there is work, then "finished" or "diverged"."""

    spec: RunSpec
    tokenizer: CharTokenizer
    model: LanguageModel
    optimizers: tuple[torch.optim.Optimizer, ...]
    generator: torch.Generator
    previous: list[Tensor]  # the weights under which the last finite loss was measured
    step: int = 0
    watch: Watch = field(default_factory=Watch)
    tallies: dict[str, Tally] = field(default_factory=lambda: {"train": Tally(), "val": Tally()})
    ended: str = ""
    note: str = ""  # why it ended, for people
    seconds: float = 0.0  # a clock is not part of the bytes: two equal runs would differ

    @property
    def tokens(self) -> int:
        """Characters trained on so far."""
        return self.step * self.spec.train.batch_size * self.spec.model.block_size


def start(spec: RunSpec, corpus: Corpus) -> TrainState:
    """A run before its first step. ValueError where the model does not fit the text."""
    if spec.model.vocab_size != corpus.tokenizer.vocab_size:
        raise ValueError(
            f"the model knows {spec.model.vocab_size} characters and the text has {corpus.tokenizer.vocab_size}: "
            f"set vocab_size={corpus.tokenizer.vocab_size}"
        )
    generator = seeded(spec.train.seed)
    model = build(spec.model, generator=generator)
    previous = [p.detach().clone() for p in model.parameters()]
    return TrainState(spec, corpus.tokenizer, model, make_optimizers(spec.train, model), generator, previous)


def make_optimizers(config: TrainConfig, model: LanguageModel) -> tuple[torch.optim.Optimizer, ...]:
    """AdamW, as in the lecture; only matrices decay ("Decoupled Weight Decay Regularization", 2019)."""
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}]
    if vectors:
        groups.append({"params": vectors, "weight_decay": 0.0})
    betas = (0.9, config.beta2)
    return (torch.optim.AdamW(groups, lr=config.learning_rate, betas=betas, fused=True),)  # one kernel for all tensors


def train(spec: RunSpec, corpus: Corpus) -> Iterator[Point]:
    """Train from scratch, yielding one point per step; stop iterating to stop training."""
    state = start(spec, corpus)
    while not state.ended:
        yield from advance(state, corpus, steps=spec.train.eval_interval)


def advance(
    state: TrainState, corpus: Corpus, *, steps: int | None = None, seconds: float | None = None
) -> list[Point]:
    """Go on for `steps` steps or `seconds` seconds, whichever is over first; the points on the way.

    At least one step is made. After the last one follows the final evaluation, in pieces that also fit into
    `seconds`. Changes `state` in place; call again until `state.ended`.
    """
    points: list[Point] = []
    first, began, before = state.step, time.perf_counter(), state.seconds
    with one_thread():
        while not state.ended:
            if state.step < state.spec.train.max_steps:
                if steps is not None and state.step - first >= steps:
                    break
                point = one_step(state, corpus)
            else:
                point = one_piece_of_the_final_evaluation(state, corpus)
            state.seconds = before + time.perf_counter() - began
            if point:
                points.append(point._replace(seconds=state.seconds))
            if seconds is not None and state.seconds - before >= seconds:
                break
    return points


@contextmanager
def one_thread() -> Iterator[None]:
    """One torch thread inside: one and two threads add in another order and give other bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def one_step(state: TrainState, corpus: Corpus) -> Point | None:
    """One optimizer step on one random batch; the loss before it, or None where it is not a number any more."""
    config = state.spec.train
    val = live_estimate(state, corpus) if state.step % config.eval_interval == 0 else None
    state.model.train()
    x, y = corpus.batch("train", config.batch_size, state.spec.model.block_size, state.generator)  # both (B, T)
    _, loss = state.model(x, y)
    if not math.isfinite(measured := loss.item()):
        give_up(state)
        return None
    point = Point(state.step, measured, val, config.learning_rate_at(state.step), 0.0, state.tokens)
    torch._foreach_copy_(state.previous, [p.detach() for p in state.model.parameters()])
    update(state, loss)
    state.step += 1
    state.note = state.watch.see(measured, state.spec.model.vocab_size)
    state.ended = "diverged" if state.note else ""
    return point


def update(state: TrainState, loss: Tensor) -> None:
    """Move every weight a little against its gradient."""
    config, lr = state.spec.train, state.spec.train.learning_rate_at(state.step)
    for optimizer in state.optimizers:
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.zero_grad(set_to_none=True)
    loss.backward()
    if config.grad_clip:
        torch.nn.utils.clip_grad_norm_(state.model.parameters(), config.grad_clip)
    for optimizer in state.optimizers:
        optimizer.step()


def live_estimate(state: TrainState, corpus: Corpus) -> float | None:
    """Val loss on a few batches, always the same ones; None where it is not a number any more."""
    model, config = state.spec.model, state.spec.train
    val = estimate_loss(
        state.model, corpus, "val", batches=LIVE_BATCHES, batch_size=config.batch_size, block_size=model.block_size
    )
    return val if math.isfinite(val) else None


def give_up(state: TrainState) -> None:
    """The loss is not a number any more: end, with the weights of the last loss that was one."""
    with torch.no_grad():
        torch._foreach_copy_([p.detach() for p in state.model.parameters()], state.previous)
    state.step = max(0, state.step - 1)
    state.ended = "diverged"
    state.note = not_a_number(state.step, state.spec.train.learning_rate)


def one_piece_of_the_final_evaluation(state: TrainState, corpus: Corpus) -> Point | None:
    """A few batches more of the last estimate; the last point, once both splits are done."""
    config, block_size = state.spec.train, state.spec.model.block_size
    windows = FINAL_BATCHES * config.batch_size
    for split, tally in state.tallies.items():
        if tally.windows < windows:
            tally.add_piece(state.model, corpus, split, windows=windows, block_size=block_size)
            break
    if any(tally.windows < windows for tally in state.tallies.values()):
        return None
    train_loss, val_loss = (tally.mean for tally in state.tallies.values())
    if not (math.isfinite(train_loss) and math.isfinite(val_loss)):
        give_up(state)
        return None
    state.ended = "finished"
    return Point(state.step, train_loss, val_loss, config.learning_rate_at(state.step - 1), 0.0, state.tokens)
