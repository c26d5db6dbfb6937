"""Runs as a comparison sees them: where each point stands on an axis, and the mean of those that are one variant.

Runs that differ by their seed alone are one variant.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import Literal

from tinygpt.training.state import Point

Axis = Literal["steps", "tokens", "seconds", "FLOPs"]
AXES: tuple[Axis, ...] = ("steps", "tokens", "seconds", "FLOPs")


@dataclass(frozen=True)
class Course:
    """One run as the comparison draws it."""

    run: str
    label: str  # of its variant
    role: str  # of its family, for the hue
    points: Sequence[Point]  # thinned
    max_steps: int
    per_step: float = 0.0  # floating point operations of a step
    target: float | None = None  # the val loss that the lecture states for it
    moving: bool = False  # it will go on: then the end of the chart does not wait for it

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


@dataclass(frozen=True)
class Mean:
    """The val loss of a variant where all of its runs have measured it: their mean, the lowest and the highest."""

    x: float
    step: int
    loss: float
    low: float
    high: float


def variants(courses: Sequence[Course]) -> dict[str, list[Course]]:
    """The runs of each variant, in the order in which the variants come first."""
    found: dict[str, list[Course]] = {}
    for course in courses:
        found.setdefault(course.label, []).append(course)
    return found


def means(courses: Sequence[Course], axis: Axis) -> list[Mean]:
    """A variant's val losses; a run that has not begun is left out, and the mean ends where the slowest one is.

    A val loss that is no number any more counts as infinite, and so does the mean.
    """
    vals = [
        {p.step: (course.x(p, axis), p.val if math.isfinite(p.val) else math.inf) for p in course.points
         if p.val is not None}
        for course in courses
    ]  # fmt: skip
    vals = [seen for seen in vals if seen]
    steps = sorted(set.intersection(*map(set, vals))) if vals else []
    rows = []
    for step in steps:
        xs, losses = zip(*(seen[step] for seen in vals), strict=True)
        rows.append(Mean(fmean(xs), step, fmean(losses), min(losses), max(losses)))
    return rows


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
