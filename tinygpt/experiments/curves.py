"""Runs as a comparison sees them: where each point stands on an axis, and the mean of those that are one variant.

Runs that differ by their seed alone are one variant.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
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
