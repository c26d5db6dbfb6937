"""How good is a model, on training text and on text it has never seen?

One random batch is a noisy judge, so a loss is estimated from many. The windows are always the same ones, drawn from
a generator of their own: two models are judged on the same text, and looking does not change a run.

A loss can also be taken apart, position by position, on windows of val that lie side by side.

Shapes in this file:
    W   windows      T   tokens in a window (block_size)
    n   characters that a table of counts looks at, the guessed one among them
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.corpus import Corpus
from tinygpt.counting import NGramModel
from tinygpt.models import LanguageModel
from tinygpt.probes import evaluating
from tinygpt.randomness import generator

LIVE_BATCHES = 20  # while a model trains: enough to see the curve
FINAL_BATCHES = 200  # at the end, as in the lecture: the standard error is then about 0.0075 (0.0095 in windows of 64)
EVALUATION_SEED = 20_230_117  # the day of the lecture; any fixed number would do
WINDOWS = 12_000  # when a loss is taken apart: 96,000 guesses in windows of 8
LECTURE_CHARACTERS = 32 * 8  # characters: the batch_size and block_size of the lecture
TOKENS_AT_ONCE = 4_096  # a few batches in one pass: faster than one by one, and never a long wait


@dataclass
class Tally:
    """A mean loss that is still being added up, piece by piece."""

    windows: int = 0  # how many windows are in
    total: float = 0.0  # the sum of their losses

    @property
    def mean(self) -> float:
        """Nats per character."""
        return self.total / max(1, self.windows)

    @torch.no_grad()
    def add_piece(self, model: LanguageModel, corpus: Corpus, split: str, *, windows: int, block_size: int) -> None:
        """The next few of `windows` fixed windows; leaves the model in evaluation mode."""
        starts = corpus.starts(split, windows, block_size, generator(EVALUATION_SEED))  # the same ones every time
        piece = starts[self.windows : self.windows + max(1, TOKENS_AT_ONCE // block_size)]
        x, y = corpus.windows(split, piece, block_size)  # both (B, T)
        model.eval()
        _, loss = model(x, y)
        self.total += loss.item() * len(piece)
        self.windows += len(piece)


def judging_windows(batches: int, block_size: int) -> int:
    """How many windows have the characters of so many batches of the lecture.

    A run is judged on them whatever its own batches are: small ones would judge badly, large ones cost the largest
    models most, and what two batch sizes lead to is compared on the same text.
    """
    return max(1, batches * LECTURE_CHARACTERS // block_size)


def estimate_loss(
    model: LanguageModel,
    corpus: Corpus,
    split: str,
    *,
    batches: int = FINAL_BATCHES,
    batch_size: int = 32,
    block_size: int = 8,
) -> float:
    """Mean loss over `batches` fixed batches of `split`, in nats per character."""
    return mean_loss(model, corpus, split, windows=batches * batch_size, block_size=block_size)


def judged_loss(model: LanguageModel, corpus: Corpus, split: str, batches: int) -> float:
    """The loss that a run is judged by: over the characters of so many batches of the lecture, in its own windows."""
    T = model.config.block_size
    return mean_loss(model, corpus, split, windows=judging_windows(batches, T), block_size=T)


def mean_loss(model: LanguageModel, corpus: Corpus, split: str, *, windows: int, block_size: int) -> float:
    """Mean loss over so many fixed windows of `split`, in nats per character."""
    tally = Tally()
    with evaluating(model):
        while tally.windows < windows:
            tally.add_piece(model, corpus, split, windows=windows, block_size=block_size)
    return tally.mean


# --- a loss taken apart, position by position -----------------------------------------------------------------------


def val_windows(corpus: Corpus, block_size: int, windows: int = WINDOWS) -> Tensor:
    """The first `windows` windows of val, side by side, with what follows each: at most (windows, block_size + 1).

    Raises ValueError where val is shorter than one window.
    """
    size = len(corpus.val)
    whole = size // (block_size + 1)
    if not whole:
        raise ValueError(f"The val part of this text has {size} characters: too few for block_size = {block_size}.")
    return corpus.val[: whole * (block_size + 1)].view(whole, -1)[:windows]


def spread_windows(corpus: Corpus, block_size: int, windows: int) -> Tensor:
    """At most so many windows, from all over val: its first ones may be one speaker, or one kind of page.

    ValueError as for `val_windows`. (W, T + 1)
    """
    every = val_windows(corpus, block_size, len(corpus.val))
    return every[torch.linspace(0, len(every) - 1, min(windows, len(every)), dtype=torch.float64).round().long()]


def some_windows(corpus: Corpus, block_size: int, tokens: int) -> Tensor:
    """The first windows of val with about `tokens` characters, and 16 of them at least where there are so many.

    ValueError as for `val_windows`. (W, T + 1)
    """
    return val_windows(corpus, block_size, max(16, tokens // block_size))


@torch.no_grad()
def window_costs(model: LanguageModel, windows: Tensor) -> Tensor:
    """What the model pays for each next character of `windows` (W, T + 1), in nats. (W, T)"""
    paid = []
    with evaluating(model):
        for piece in windows.split(max(1, TOKENS_AT_ONCE // windows.shape[1])):
            logits, _ = model(piece[:, :-1])  # (W, T, V); cross_entropy wants (W, V, T)
            paid.append(F.cross_entropy(logits.transpose(1, 2), piece[:, 1:], reduction="none"))
    return torch.cat(paid)


def loss_by_position(model: LanguageModel, corpus: Corpus, *, windows: int = WINDOWS) -> Tensor:
    """Mean val loss at each position of a window: at position t the model has seen t + 1 characters. (T,)"""
    return window_costs(model, val_windows(corpus, model.config.block_size, windows)).mean(0)


def loss_in_use(model: LanguageModel, corpus: Corpus, *, windows: int = WINDOWS) -> Tensor:
    """Mean val loss of the last position only, given 1, 2, ... T characters: what writing really faces. (T,)

    For a model that never sees the future it is the loss by position, up to rounding.
    """
    rows = val_windows(corpus, model.config.block_size, windows)  # (W, T + 1)
    return torch.stack([window_costs(model, rows[:, : t + 2])[:, -1].mean() for t in range(model.config.block_size)])


def counts_by_position(table: NGramModel, corpus: Corpus, block_size: int, *, windows: int = WINDOWS) -> Tensor:
    """Mean val loss of a table of counts at each position; nan where it would need a longer past. (T,)"""
    by_position = table.costs(val_windows(corpus, block_size, windows)).mean(0)  # (T + 2 - n,)
    return F.pad(by_position, (table.n - 2, 0), value=math.nan)[-block_size:]  # the n-gram at i guesses at i + n - 2
