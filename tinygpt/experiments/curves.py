"""Runs as charts of losses see them: where each point stands on an axis, and the mean of those that are one variant.

Runs that differ by their seed alone are one variant.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from tinygpt.models import Leak
from tinygpt.training.state import Point

Axis = Literal["steps", "tokens", "seconds", "FLOPs"]
ACROSS: tuple[Axis, ...] = ("steps", "tokens", "seconds", "FLOPs")


@dataclass(frozen=True)
class LossCurve:
    """One run as the charts of losses see it."""

    run: str
    label: str  # its name, or that of the variant it belongs to
    role: str  # of its family, for the hue
    points: Sequence[Point]  # thinned; the one at `max_steps` is no batch but the estimate at the end, of many
    max_steps: int = 0  # 0 where nobody knows
    per_step: float = 0.0  # floating point operations of a step
    target: float | None = None  # the val loss that the lecture states for it
    moving: bool = False  # it will go on: then the end of the chart does not wait for it
    lost: bool = False  # it diverged or failed: where it broke off is no end
    kept: bool = False  # the model of its lowest val loss is kept beside the last one
    leak: Leak = ""  # by what it sees the answer: then it is set apart
    forked: bool = False  # it begins where it left another run, which is drawn beside it

    @property
    def vals(self) -> list[tuple[int, float]]:
        """Where the val loss was measured: (step, val loss)."""
        return [(point.step, point.val) for point in self.points if point.val is not None]

    @property
    def final(self) -> Point | None:
        """The estimate at the end of a run that has gone all its way; None of any other."""
        last = self.points[-1] if self.points else None
        return last if last and self.max_steps and last.step == self.max_steps and last.val is not None else None

    @property
    def on_the_way(self) -> Sequence[Point]:
        """All points but the estimate at the end, which is measured on far more batches than they are."""
        return self.points[:-1] if self.final else self.points

    def x(self, point: Point, axis: Axis) -> float:
        """Where a point stands: steps made, characters trained on, seconds of training, operations done."""
        if axis == "FLOPs":
            return point.step * self.per_step
        return {"steps": point.step, "tokens": point.tokens, "seconds": point.seconds}[axis]

    def length(self, axis: Axis) -> float:
        """How far it will get, or has got where nobody can know."""
        if axis in ("steps", "FLOPs"):
            return self.max_steps * (self.per_step if axis == "FLOPs" else 1)
        last = self.points[-1] if self.points else None
        return self.x(last, axis) * self.max_steps / last.step if last and last.step else 0.0

    def smoothed(self, share: float) -> list[float]:
        """The batch loss of each point on the way, averaged over that share of the steps to both sides: it is noisy."""
        steps, losses = [point.step for point in self.on_the_way], [point.loss for point in self.on_the_way]
        return running_mean(steps, losses, share * (steps[-1] - steps[0]) if steps else 0.0)


@dataclass(frozen=True)
class Mean:
    """The val loss of a variant where all of its runs have measured it: their mean, the lowest and the highest."""

    x: float
    step: int
    loss: float
    low: float
    high: float


def seed_means(curves: Sequence[LossCurve], axis: Axis) -> list[Mean]:
    """A variant's val losses; a run that has not begun is left out, and the mean ends where the slowest one is.

    A val loss that is no number any more counts as infinite, and so does the mean.
    """
    vals = [
        {p.step: (curve.x(p, axis), p.val if math.isfinite(p.val) else math.inf) for p in curve.points
         if p.val is not None}
        for curve in curves
    ]  # fmt: skip
    vals = [seen for seen in vals if seen]
    steps = sorted(set.intersection(*map(set, vals))) if vals else []
    rows = []
    for step in steps:
        xs, losses = zip(*(seen[step] for seen in vals), strict=True)
        rows.append(Mean(fmean(xs), step, fmean(losses), min(losses), max(losses)))
    return rows


def running_mean(steps: Sequence[int], losses: Sequence[float], over: float) -> list[float]:
    """Each loss averaged with those up to `over` steps away; near the start, where it falls fast, with fewer."""
    means = []
    for step in steps:
        reach = min(over, (step - steps[0]) / 2)
        near = losses[bisect_left(steps, step - reach) : bisect_right(steps, step + reach)]
        means.append(sum(near) / len(near))  # not a difference of running sums: one huge loss would spoil all after it
    return means
