"""What is measured of the heads of one model, stage by stage: what is not known yet comes at the next asking.

Shapes in this file:
    N   passages      L   n_layer      H   n_head
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from torch import Tensor

from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.copying import (
    Cut,
    Follows,
    copied_loss,
    costs_of_copies,
    follows,
    rise_between,
    stripes,
    without,
)
from tinygpt.inside.knockout import Rise
from tinygpt.inside.moments import DICE
from tinygpt.inside.names import NamedHead, named_heads
from tinygpt.inside.passages import Passages, copied_letters, draw_passages
from tinygpt.randomness import generator
from tinygpt.texts.keeping import kept
from tinygpt.training.loop import one_thread
from tinygpt.ui.behind import result_of
from tinygpt.ui.inside.moments import model_after
from tinygpt.ui.inside.opened import corpus_of

R = TypeVar("R")

PATIENCE = 0.7  # seconds that a page waits in all: what small models take on a quiet machine
MOMENT = 0.2  # the same at a tick, so short that nothing on the page fades


@dataclass
class Measured:
    """What is known by now; None where it is still being measured."""

    heads: list[NamedHead] | None = None
    refused: str = ""  # why nothing can be said about copying
    follows: Follows | None = None
    stripes: Tensor | None = None  # (L, H)
    copied: float | None = None  # None also where the text has no copied letters
    rises: dict[Cut, Rise] = field(default_factory=dict)
    complete: bool = False


def measured(name: str, step: int, text: str, config: GPTConfig, *, wait: float = PATIENCE) -> Measured:
    """What is known of a model after `step` steps, each stage asked for when the one before is done.

    ValueError with a sentence where nothing can be measured at all.
    """
    until, found = time.monotonic() + wait, Measured()

    def known(stage: Callable[..., R], *more: object) -> R | None:
        return result_of(stage, until - time.monotonic(), name, step, text, *more)

    if (heads := known(_heads)) is None:
        return found
    found.heads = heads
    try:
        passages_of(text, config.block_size)
    except ValueError as error:
        found.refused, found.complete = str(error), True
        return found
    if (pair := known(_copies)) is None:
        return found
    found.follows, found.stripes, found.copied = pair
    for cut in ((layer, head) for layer in range(config.n_layer) for head in range(config.n_head)):
        if (rise := known(_rise, cut)) is None:
            return found
        found.rises[cut] = rise
    found.complete = True
    return found


@kept
def passages_of(text: str, block_size: int) -> Passages:
    """The passages of a text, with the same dice for every model of that block_size. ValueError where it has none."""
    return draw_passages(corpus_of(text), block_size, generator(DICE))


def _model(name: str, step: int) -> GPTLanguageModel:
    return cast(GPTLanguageModel, model_after(name, step))


@kept
def _heads(name: str, step: int, text: str) -> list[NamedHead]:
    with one_thread():
        return named_heads(_model(name, step), corpus_of(text))


@kept
def _copies(name: str, step: int, text: str) -> tuple[Follows, Tensor, float | None]:
    """Whether the guess follows; the stripes; and what copied letters cost, where the text has some."""
    model, corpus = _model(name, step), corpus_of(text)
    found = passages_of(text, model.config.block_size)
    with one_thread():
        loss = copied_loss(model, corpus) if copied_letters(corpus) else None
        return follows(model, found), stripes(model, found), loss


@kept
def _paid(name: str, step: int, text: str) -> Tensor:
    """What copied letters cost the whole model. (N,)"""
    model = _model(name, step)
    return costs_of_copies(model, passages_of(text, model.config.block_size))


@kept
def _rise(name: str, step: int, text: str, cut: Cut) -> Rise:
    model = _model(name, step)
    with one_thread():
        less = costs_of_copies(without(model, cut), passages_of(text, model.config.block_size))
        return rise_between(_paid(name, step, text), less)
