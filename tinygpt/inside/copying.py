"""Does a model copy? Named by cause, not by looks.

A passage (inside.passages) holds a stretch of held-out text twice, and breaks off inside the second copy:

    ...the king the ki          the letter to guess is the n of the first copy
    ...the kiXg the ki          with another letter in its place: whoever copies now guesses that one

So the test exchanges one letter of the first copy and sees whether the guess follows (`follows`). Then heads are cut,
and the loss of the letter to be copied rises where they are needed (`rise_without`). The usual score of an "induction
head" is a look: the weight on the place after the first copy's letter ("In-context learning and induction heads",
2022). It is here too (`stripes`), beside the causes, since a model that copies may hardly show it.

Shapes in this file:
    N   passages      T   tokens in a window (block_size)      V   vocab_size
    L   n_layer       H   n_head                               W   windows
"""

from itertools import combinations
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.knockout import Rise, operated
from tinygpt.inside.passages import Passages, copied_letters
from tinygpt.inside.shares import weights_of_all, windows_at_once
from tinygpt.models import LanguageModel
from tinygpt.probes import evaluating
from tinygpt.surgery import Operation, read_surgery, write_surgery
from tinygpt.training.evaluation import TOKENS_AT_ONCE, some_windows, window_costs

TOKENS = 8_192  # characters of val that the loss of copied letters is read off

Cut = tuple[int, int]  # layer and head


class Follows(NamedTuple):
    """How the guess moves when the letter of the first copy is another one, on average over passages."""

    score: float  # 0: not at all, as without copying; 1: all its probability goes from the old letter to the new one
    error: float  # its standard error
    up: float  # how much more probable the new letter became; the score is the mean of this and ...
    down: float  # ... how much less probable the old one, or 0 where that is below it
    old: float  # how probable the old letter was before


def follows(model: LanguageModel, found: Passages) -> Follows:
    """Whether the guess follows the letter of the first copy."""
    before, after = (_guesses(model, idx).exp() for idx in (found.idx, found.exchanged))  # (N, V)
    old, new = found.old[:, None], found.new[:, None]
    up = (after.gather(1, new) - before.gather(1, new)).double()
    down = (before.gather(1, old) - after.gather(1, old)).double()
    moved = (up + down) / 2
    score, error = moved.mean().clamp(min=0), moved.std() / len(moved) ** 0.5  # a nan stays one: the weights are broken
    return Follows(*map(float, (score, error, up.mean(), down.mean(), before.gather(1, old).mean())))


def rise_without(model: GPTLanguageModel, found: Passages, *cut: Cut) -> Rise:
    """How much more the letters to be copied cost, in nats, when these heads are cut together.

    ValueError for a head that the model does not have.
    """
    return rise_between(costs_of_copies(model, found), costs_of_copies(without(model, *cut), found))


def costs_of_copies(model: LanguageModel, found: Passages) -> Tensor:
    """What the letter to be copied costs in each passage, in nats. (N,)"""
    return -_guesses(model, found.idx).gather(1, found.old[:, None])[:, 0]


def without(model: GPTLanguageModel, *cut: Cut) -> GPTLanguageModel:
    """The model with these heads cut together, beside what was off before. ValueError as for `rise_without`."""
    others = [one for one in read_surgery(model.config.surgery) if (one.block, one.head) not in cut]
    return operated(model, write_surgery((*others, *(Operation(layer, head, "cut") for layer, head in cut))))


def rise_between(before: Tensor, after: Tensor) -> Rise:
    """How much more is paid after than before, passage by passage, both (N,)."""
    more = (after - before).double()
    return Rise(float(more.mean()), float(more.std() / len(more) ** 0.5))


def pairs_across_layers(config: GPTConfig) -> list[tuple[Cut, Cut]]:
    """Every two heads of different layers: copying as it is known takes one of each."""
    heads = [(layer, head) for layer in range(config.n_layer) for head in range(config.n_head)]
    return [(one, other) for one, other in combinations(heads, 2) if one[0] != other[0]]


def stripes(model: GPTLanguageModel, found: Passages) -> Tensor:
    """The weight of each head from the last place of a passage on the letter to be copied: on average. (L, H)"""
    (N, T), config = found.idx.shape, model.config
    total = torch.zeros(config.n_layer * config.n_head)
    for some in torch.arange(N).split(windows_at_once(config, T)):
        weights = weights_of_all(model, found.idx[some])  # (N, L * H, T, T)
        total += weights[torch.arange(len(some)), :, -1, found.place[some]].sum(0)
    return total.view(config.n_layer, config.n_head) / N


def copied_loss(model: LanguageModel, corpus: Corpus, *, tokens: int = TOKENS) -> float:
    """What a letter of a second word costs whose original is in the window, in nats; 0 for whoever copies perfectly.

    Read off about `tokens` characters of val. ValueError for a text that has no such lines, or too short windows.
    """
    T = model.config.block_size
    copies = copied_letters(corpus)
    rows = some_windows(corpus, T, tokens)  # (W, T + 1)
    back = torch.zeros_like(corpus.val)
    if copies:
        back[copies.place] = copies.distance
    back = back[: rows.numel()].view_as(rows)[:, 1:]
    there = (back > 0) & (back <= torch.arange(1, T + 1))
    if not there.any():
        raise ValueError(f"In windows of {T} characters of this text, no word stands behind itself: nothing is copied.")
    return float(window_costs(model, rows)[there].mean())


@torch.no_grad()
def _guesses(model: LanguageModel, idx: Tensor) -> Tensor:
    """The log of how likely each letter is to follow. (N, T) -> (N, V)"""
    pieces = idx.split(max(1, TOKENS_AT_ONCE // idx.shape[1]))
    with evaluating(model):
        return torch.cat([F.log_softmax(model(piece)[0][:, -1], -1) for piece in pieces])
