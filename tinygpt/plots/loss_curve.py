"""One run's losses as the chart shows them: measured now and then on unseen text, smoothed on training text."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

SMOOTHED = 0.03  # of the steps so far, to both sides, are averaged for the training line: single batches are noisy


@dataclass(frozen=True)
class LossCurve:
    """One run as the chart shows it. `points` are (step, batch loss, val loss or None), thinned.

    The point at `max_steps` is not a batch but the estimate at the end, of many; 0 where that step is not known.
    """

    run: str
    label: str
    role: str
    dash: int
    points: Sequence[tuple[int, float, float | None]]
    max_steps: int = 0

    @property
    def vals(self) -> list[tuple[int, float]]:
        """Where the val loss was measured: (step, val loss)."""
        return [(step, val) for step, _, val in self.points if val is not None]

    @cached_property
    def train(self) -> list[tuple[int, float]]:
        """The thin line: (step, mean loss of the batches around it); the estimate at the end stays as it is."""
        steps, losses = [step for step, _, _ in self.points], [loss for _, loss, _ in self.points]
        means = running_mean(steps, losses, SMOOTHED * (steps[-1] - steps[0]) if steps else 0)
        if self.max_steps and steps[-1:] == [self.max_steps]:
            means[-1] = losses[-1]
        return list(zip(steps, means, strict=True))


def running_mean(steps: Sequence[int], losses: Sequence[float], over: float) -> list[float]:
    """Each loss averaged with those up to `over` steps away; near the start, where it falls fast, with fewer."""
    means = []
    for step in steps:
        reach = min(over, (step - steps[0]) / 2)
        near = losses[bisect_left(steps, step - reach) : bisect_right(steps, step + reach)]
        means.append(sum(near) / len(near))  # not a difference of running sums: one huge loss would spoil all after it
    return means
