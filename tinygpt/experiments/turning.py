"""Does a curve turn: has the val loss risen since it was lowest, while training text became no dearer? Overfitting.

Every look at val takes the same windows, so two looks differ by what the model learned in between and not by the text.
What is left is the jitter of single steps. It is read off the curve itself: how far a look lies from the middle of its
two neighbors. A rise counts when all of the last three looks are above the lowest by five times that. The long estimate
at the end is over other windows, and not a look.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from tinygpt.experiments.curves import LossCurve

LATER = 3  # looks since the lowest one, all of them above it
LEAST = 0.05  # nats: a smaller rise is not worth a word; four standard errors of two models on the same 640 windows
TIMES = 5.0  # the jitter of a look: the lowest of thirty is two of it too low by luck, and three highs are rare
AROUND = 0.05  # share of the steps so far: over so many to both sides the loss of batches is averaged


class Turn(NamedTuple):
    """Where the val loss of a run was lowest, and what has become of it since. Losses in nats per character."""

    step: int
    lowest: float
    now: float  # the val loss at the end of the curve
    train: float  # training text there


def turn_of(curve: LossCurve) -> Turn | None:
    """Where a curve turned; None where its val loss has not risen, or no more than its jitter explains.

    Where training text has become dearer as well, the steps are too long, and nothing is learned by heart.
    """
    looks = [(p.val, n) for n, p in enumerate(curve.on_the_way) if p.val is not None]
    vals = [val for val, _ in looks]
    if len(vals) <= LATER:
        return None
    lowest, at = min(looks[:-LATER], key=lambda look: look[0])
    rise, least = min(vals[-LATER:]) - lowest, max(LEAST, TIMES * jitter(vals))
    if not rise > least:  # nearly every curve, at every tick of a page: no need to average its batches
        return None
    means = curve.smoothed(AROUND)
    now, train = (curve.final.val, curve.final.loss) if curve.final else (vals[-1], means[-1])
    if now is None or not (now - lowest > least and train - means[at] < rise / 2):
        return None
    return Turn(curve.on_the_way[at].step, lowest, now, train)


def jitter(vals: Sequence[float]) -> float:
    """The standard deviation of single values around a smooth curve, in which a few sharp bends do no harm."""
    bends = [abs(b - (a + c) / 2) for (a, b), (_, c) in pairwise(pairwise(vals))]
    return 1.4826 * median(bends) / 1.5**0.5 if bends else 0.0  # of a normal distribution; a bend has 1.5 its variance
