"""The rows of the comparison's chart: any number of runs, a variant a hue, a band where it has several seeds.

plots/overlay_chart.py is the spec that draws them. Runs that differ by their seed alone are one variant.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

import pandas as pd

from tinygpt.plots.look import Mode
from tinygpt.plots.loss import GRAIN, Line, apart, brief, floor_rows
from tinygpt.plots.loss_curve import running_mean
from tinygpt.plots.tones import Tone, tones
from tinygpt.state import Point

Axis = Literal["steps", "tokens", "seconds", "FLOPs"]
AXES: tuple[Axis, ...] = ("steps", "tokens", "seconds", "FLOPs")
Lines = Literal["val", "train", "both"]
LINES: tuple[Lines, ...] = ("val", "train", "both")
NAMED = 8  # so many names find room at the ends of their curves
COLUMNS = (
    "kind", "run", "tone", "ink", "dash", "x", "step", "loss", "low", "high", "label", "label_y", "side", "val",
    "seeds",
)  # fmt: skip


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
    """A variant's val losses; a run that has not begun is left out, and the mean ends where the slowest one is."""
    vals = [{p.step: (course.x(p, axis), p.val) for p in course.points if p.val is not None} for course in courses]
    vals = [seen for seen in vals if seen]
    steps = sorted(set.intersection(*map(set, vals))) if vals else []
    rows = []
    for step in steps:
        xs, losses = zip(*(seen[step] for seen in vals), strict=True)
        rows.append(Mean(fmean(xs), step, fmean(losses), min(losses), max(losses)))
    return rows


def overlay_rows(
    courses: Sequence[Course], floors: Sequence[Line], mode: Mode, *, axis: Axis = "steps", lines: Lines = "val",
    band: bool = True, smoothing: float = 0.03, the_end: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """The rows of the chart, one a mark. `smoothing` is the share of a run over which its training line is averaged."""
    groups = variants(courses)
    styles = dict(zip(groups, tones([group[0].role for group in groups.values()], mode), strict=True))
    curves = {label: means(group, axis) for label, group in groups.items()}
    last = max([course.length(axis) for course in courses], default=0.0) or 1.0
    first = last / 3 if the_end else 0.0
    low, high = _range(list(curves.values()), floors, first, the_end=the_end)
    rows: list[dict[str, Any]] = [_corner(first, high), _corner(last * 1.015, low)]
    rows += floor_rows([line for line in floors if low < line.loss <= high], 0.11 * (high - low))
    for label, group in groups.items():
        look = _look(label, styles[label])
        if lines != "val":
            rows += [row for course in group for row in _train(course, axis, smoothing, first, high, look)]
        if lines != "train":
            rows += _val(group, curves[label], axis, band, first, look)
    rows += _ends(groups, curves, styles, first, last, (low, high))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _corner(x: float, loss: float) -> dict[str, Any]:
    return {"kind": "corner", "x": x, "loss": loss}


def _look(label: str, tone: Tone) -> dict[str, Any]:
    return {"label": label, "tone": tone.line, "ink": tone.ink, "dash": str(tone.dash)}


def _range(
    curves: Sequence[Sequence[Mean]], floors: Sequence[Line], first: float, *, the_end: bool
) -> tuple[float, float]:
    """The lowest and the highest loss of the chart: all that is measured, up to a little over blind guessing."""
    blind = max((line.loss for line in floors), default=4.2)
    seen = [mean for curve in curves for mean in curve if mean.x >= first and math.isfinite(mean.high)]
    low = min([mean.low for mean in seen], default=blind / 2)
    ahead = [line.loss for line in floors if line.loss < low]
    low = min([low, *([] if the_end else ahead[:1])])
    high = min(max([mean.high for mean in seen] + ([] if the_end and seen else [blind])), 1.4 * blind)
    low, high = GRAIN * math.floor(low / GRAIN), GRAIN * math.ceil(max(high, low + GRAIN) / GRAIN)
    air = 0.05 * (high - low)
    return low - air, high + air


def _train(
    course: Course, axis: Axis, smoothing: float, first: float, top: float, look: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The thin line of one run on training text, smoothed; its last point is an estimate of many batches."""
    steps, losses = [p.step for p in course.points], [p.loss for p in course.points]
    smooth = running_mean(steps, losses, smoothing * (steps[-1] - steps[0]) if steps else 0.0)
    return [
        {"kind": "train", "run": course.run, "x": course.x(point, axis), "loss": min(loss, top), **look}
        for point, loss in zip(course.points, smooth, strict=True)
        if course.x(point, axis) >= first
    ]


def _val(
    group: Sequence[Course], curve: Sequence[Mean], axis: Axis, band: bool, first: float, look: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One thick line with its band, or a line for each run."""
    if not band and len(group) > 1:
        single = [({**look, "run": course.run}, means([course], axis)) for course in group]
    else:
        single = [({**look, "run": look["label"]}, list(curve))]
    rows = []
    for same, points in single:
        shown = [point for point in points if point.x >= first]
        seeds = len(group) if band else 1
        rows += [
            {"kind": "val", "x": p.x, "step": p.step, "loss": p.loss, "val": p.loss, "seeds": seeds, **same}
            for p in shown
        ]
        if band and len(group) > 1:
            rows += [{"kind": "band", "x": p.x, "low": p.low, "high": p.high, **same} for p in shown]
    return rows


def _ends(
    groups: Mapping[str, Sequence[Course]], curves: Mapping[str, Sequence[Mean]], styles: Mapping[str, Tone],
    first: float, last: float, reach: tuple[float, float],
) -> list[dict[str, Any]]:  # fmt: skip
    """A dot at the end of each curve, the name of the best few, and what the lecture states."""
    low, high = reach
    ends = sorted(((curve[-1], label) for label, curve in curves.items() if curve), key=lambda end: end[0].loss)
    ends = [(end, label) for end, label in ends if end.x >= first]
    named = ends[: NAMED if len(ends) <= NAMED else 1]  # the best one alone, where there is no room for all
    places = apart([end.loss for end, _ in named], 0.075 * (high - low), top=high - 0.02 * (high - low))
    rows = []
    for n, (end, label) in enumerate(ends):
        left = end.x - first > 0.66 * (last - first)
        words = f"{label} {brief(end.loss)}" if n < len(named) else ""
        place = places[n] if n < len(named) else end.loss
        look = _look(label, styles[label]) | {"label": words}
        same = {"run": label, "x": end.x, "loss": end.loss, "label_y": place, "side": "left" if left else "right"}
        rows.append({"kind": "end", **same, **look})
        if (target := groups[label][0].target) is not None:
            rows.append({"kind": "target", **same, **look, "x": last, "loss": target})
    return rows
