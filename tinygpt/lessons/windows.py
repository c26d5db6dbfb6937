"""Where may a window begin? What the study notebook's slip, len(data) - batch_size, does to the last ones.

Shapes in this file:
    N   ids in the text        T   ids in a context (block_size)
"""

from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor


class Draw(NamedTuple):
    """`randint(starts, (batch_size,))` over a text: how many starts can be drawn, and how many of them are bad."""

    starts: int  # 0 to starts - 1 can be drawn
    bad: int  # of these, how many give a window that is too short
    missed: int  # good starts that are never drawn
    batch_size: int

    @property
    def failure(self) -> float:
        """The probability that a batch holds a short window, so that `torch.stack` stops."""
        return 1 - (1 - self.bad / self.starts) ** self.batch_size


def draw(length: int, subtracted: int, *, batch_size: int, block_size: int) -> Draw:
    """What `randint(length - subtracted, (batch_size,))` can draw; right is `subtracted == block_size`.

    Raises ValueError where there is nothing to draw.
    """
    starts, good = length - subtracted, length - block_size
    if min(starts, good) < 1:
        raise ValueError(f"A text of {length} ids has no window of {block_size} + 1 ids to draw.")
    return Draw(starts, bad=max(0, starts - good), missed=max(0, good - starts), batch_size=batch_size)


def cut_windows(data: Tensor, start: int, block_size: int) -> tuple[Tensor, Tensor]:
    """x and y as the study notebook cuts them, at the end shorter than block_size. (N,) -> two of up to (T,)"""
    return data[start : start + block_size], data[start + 1 : start + block_size + 1]


# The four windows of 8 + 1 ids that the study notebook prints as its first batch: x is the first 8, y the last 8.
# Seed 1337 draws them from the exact file with its own slip, so a lesson without that file needs them here.
LECTURE_BATCH = (
    (1, 60, 39, 47, 50, 1, 63, 53, 59),
    (46, 43, 39, 60, 43, 52, 1, 44, 53),
    (1, 46, 43, 56, 43, 1, 63, 53, 59),
    (61, 47, 50, 50, 1, 57, 39, 63, 0),
)


def context_examples(x: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """The T questions of one window: each context, x[: t + 1], with its target, y[t]. `x` and `y` are (T,)"""
    for t in range(len(x)):
        yield x[: t + 1], y[t]
