"""One step, looked at: its batch, its loss before and after, and what it moved most.

    account = account_of_step(state, corpus)

It is the step that `advance` makes, to the bit: what is measured beside it draws nothing and changes nothing.

Shapes in this file:
    B   windows in the batch      T   tokens in a window      C   channels (n_embd)      hs  head_size
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTLanguageModel
from tinygpt.models import LanguageModel
from tinygpt.probes import evaluating
from tinygpt.training.loop import advance
from tinygpt.training.state import Point, TrainState


@dataclass(frozen=True, slots=True)
class StepAccount:
    """What a single step did. Losses are those of its own batch, without dropout, in nats per character."""

    step: int  # optimizer steps made, this one counted
    windows: int  # in its batch (B)
    first: str  # the first of them, with the character that follows it: T + 1
    before: float  # the loss
    after: float
    moved: str  # the matrix that moved most, by its name in the model: "blocks.0.attention.query.1" for a head's W_q
    change: float  # the length of its change, all numbers together ...
    share: float  # ... and the same as a share of its length before
    gradient: float  # the length of the gradient of all parameters, before any clipping
    learning_rate: float


def account_of_step(state: TrainState, corpus: Corpus) -> tuple[list[Point], StepAccount | None]:
    """Make one step; its point, and an account of it: None where none was made, or its loss was no number."""
    batch: list[Tensor] = []
    seen: list[float] = []

    def look(x: Tensor, y: Tensor) -> None:
        batch[:] = x, y
        seen[:] = _loss(state.model, x, y), _length([p.grad for p in state.model.parameters() if p.grad is not None])

    points = advance(state, corpus, steps=1, witness=look)
    if not points or not batch:
        return points, None
    x, y = batch
    first = corpus.tokenizer.decode([*x[0].tolist(), int(y[0, -1])])
    return points, StepAccount(
        state.step,
        len(x),
        first,
        seen[0],
        _loss(state.model, x, y),
        *moved_most(state.model, state.previous),
        seen[1],
        points[-1].lr,
    )


@torch.no_grad()
def moved_most(model: LanguageModel, previous: list[Tensor]) -> tuple[str, float, float]:
    """Which matrix has moved most from its `previous` numbers, by its own length: its name, how far, and the share.

    Biases and the gains of LayerNorm are left out: a bias begins at zero, so any step is the whole of it.
    """
    moves = [
        (name, float((now - old).norm()), float(old.norm()))
        for (parameter, values), before in zip(model.named_parameters(), previous, strict=True)
        if values.dim() >= 2
        for (name, now), (_, old) in zip(
            matrices(model, parameter, values), matrices(model, parameter, before), strict=True
        )
    ]
    name, change, length = max(moves, key=lambda move: move[1] / max(move[2], 1e-12))
    return name, change, change / max(length, 1e-12)


def matrices(model: LanguageModel, parameter: str, values: Tensor) -> Iterator[tuple[str, Tensor]]:
    """A parameter as the lecture has it: the joined matrix of all heads is W_q, W_k and W_v of each, (hs, C)."""
    name, _, last = parameter.rpartition(".")
    if isinstance(model, GPTLanguageModel) and name.endswith(".qkv"):
        parts = values.view(3, model.config.n_head, -1, values.shape[-1])  # (3 * n_head * hs, C), as the model reads it
        for kind, heads in zip(("query", "key", "value"), parts, strict=True):
            yield from ((f"{name.removesuffix('qkv')}{kind}.{head}", one) for head, one in enumerate(heads))
    else:
        yield (name if last == "weight" else parameter), values


@torch.no_grad()
def _loss(model: LanguageModel, x: Tensor, y: Tensor) -> float:
    with evaluating(model):
        _, loss = model(x, y)
    return float(loss)


def _length(tensors: list[Tensor]) -> float:
    return float(torch.stack([each.norm() for each in tensors]).norm())
