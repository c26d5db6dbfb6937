"""How wild a curve is: numbers that tell steps that are too long from the noise of single batches."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from tinygpt.training.state import Point

AVERAGED = 20  # steps: single batches are noisy
LEAP = 1.5  # times the first loss
RISE = 0.3  # nats above the lowest mean so far: healthy runs stay below 0.1
EARLY = 200  # steps in which a healthy run has come below guessing


class Roughness(NamedTuple):
    """What a curve of losses does, in nats per character."""

    first: float  # the loss of the first step
    peak: float  # the largest
    peak_step: int
    rise: float  # how far the mean of some steps rose above its lowest before
    last: float  # the mean of the last steps
    guessing: float  # ln V
    steps: int

    @property
    def wild(self) -> bool:
        """Whether no healthy run looks like that."""
        useless = self.steps >= EARLY and self.last > self.guessing
        return self.peak > LEAP * self.first or self.rise > RISE or useless


def roughness(points: Sequence[Point], vocab_size: int) -> Roughness | None:
    """The curve of a run in numbers; None for fewer points than one mean needs."""
    losses = [point.loss for point in points if math.isfinite(point.loss)]
    if len(losses) < AVERAGED:
        return None
    sums = [0.0]
    for loss in losses:
        sums.append(sums[-1] + loss)
    means = [(b - a) / AVERAGED for a, b in zip(sums[:-AVERAGED], sums[AVERAGED:], strict=True)]
    lowest, rise = means[0], 0.0
    for mean in means:
        lowest = min(lowest, mean)
        rise = max(rise, mean - lowest)
    top = max((point for point in points if math.isfinite(point.loss)), key=lambda point: point.loss)
    return Roughness(
        losses[0], top.loss, top.step, rise, means[-1], math.log(vocab_size), max(point.step for point in points)
    )
