"""The rows of the comparison's chart: any number of runs, a variant a hue, a band where it has several seeds.

plots/overlay_chart.py is the spec that draws them. Runs that differ by their seed alone are one variant.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

import pandas as pd

from tinygpt.plots import marks
from tinygpt.plots.look import Mode
from tinygpt.plots.loss import EDGE, GRAIN, Line, apart, brief, floor_rows
from tinygpt.plots.loss_curve import running_mean
from tinygpt.plots.tones import Tone, tones
from tinygpt.state import Point

Axis = Literal["steps", "tokens", "seconds", "FLOPs"]
AXES: tuple[Axis, ...] = ("steps", "tokens", "seconds", "FLOPs")
Lines = Literal["val", "train", "both"]
LINES: tuple[Lines, ...] = ("val", "train", "both")
NAMED = 8  # so many names find room at the ends of their curves
WORSE = 1.4  # times blind guessing: so much a model may cost before its first step, and still be shown
GAP = 0.075  # of the height: from one name to the next
WIDE = 620  # px of the plot on a wide page; on a narrow one any two names may lie on each other
NOTHING = 1e-3  # the length of the axis where there is no run; its numbers are not written
COLUMNS = (
    "kind", "run", "tone", "ink", "dash", "key", "x", "step", "loss", "low", "high", "label", "label_y", "log_y",
    "narrow_y", "val", "seeds",
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


@dataclass(frozen=True)
class Reach:
    """What the axes show."""

    first: float
    last: float
    low: float
    high: float

    def inside(self, loss: float) -> float:
        """Where a loss is drawn: one that is too large, or no number, a little below the upper edge."""
        top = self.high - EDGE * (self.high - self.low)
        return loss if loss < top else top


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


def overlay_rows(
    courses: Sequence[Course], floors: Sequence[Line], mode: Mode, *, axis: Axis = "steps", lines: Lines = "val",
    band: bool = True, smoothing: float = 0.03, the_end: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """The rows of the chart, one a mark. `smoothing` is the share of a run over which its training line is averaged."""
    groups = variants(courses)
    styles = dict(zip(groups, tones([group[0].role for group in groups.values()], mode), strict=True))
    curves = {label: means(group, axis) for label, group in groups.items()}
    last = max([course.length(axis) for course in courses], default=0.0) or NOTHING
    first = _start(courses, axis, last) if the_end else 0.0
    low, high = _range(courses, curves.values(), floors, first, the_end=the_end)
    reach = Reach(first, last, low, high)
    rows = _corners(reach, [mean.x for curve in curves.values() for mean in curve])
    rows += floor_rows([line for line in floors if low < line.loss <= high], 0.11 * (high - low))
    for label, group in groups.items():
        look = _look(label, styles[label])
        if lines != "val":
            rows += [row for course in group for row in _train(course, axis, smoothing, reach, look)]
        if lines != "train":
            rows += _val(group, curves[label], axis, band, reach, look)
    rows += _ends(groups, curves, styles, reach)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _start(courses: Sequence[Course], axis: Axis, last: float) -> float:
    """Where "the end" begins: at a third of all, or earlier, so that each curve keeps at least its own last third."""
    ends = [course.length(axis) if course.moving else course.x(course.points[-1], axis) for course in courses
            if course.points]  # fmt: skip
    return min([last / 3, *(2 / 3 * end for end in ends)])


def _corners(reach: Reach, xs: Iterable[float]) -> list[dict[str, Any]]:
    """What gives the axes their range; an axis of powers, which has no zero, needs a start of its own."""
    places = [(reach.first, reach.high), (reach.last * 1.015, reach.low)]
    if not any(x > 0 for x in xs):
        places.append((reach.last / 100, reach.low))
    return [{"kind": "corner", "x": x, "loss": loss} for x, loss in places]


def _look(label: str, tone: Tone) -> dict[str, Any]:
    return {"label": label, "tone": tone.line, "ink": tone.ink, "dash": str(tone.dash)}


def _range(
    courses: Sequence[Course], curves: Iterable[Sequence[Mean]], floors: Sequence[Line], first: float, *, the_end: bool
) -> tuple[float, float]:
    """The lowest and the highest loss of the chart. What has become worse than blind guessing does not stretch it."""
    blind = max((line.loss for line in floors), default=4.2)
    every = [mean for curve in curves for mean in curve]
    seen = [mean for mean in every if mean.x >= first]
    targets = [course.target for course in courses if course.target is not None]
    low = min([*(mean.low for mean in seen if mean.low <= WORSE * blind), *targets], default=blind / 2)
    if the_end:
        high = max((mean.high for mean in seen if mean.high <= blind), default=blind)
    else:
        low = min(low, max((line.loss for line in floors if line.loss < low), default=low))
        high = max([blind, *(mean.high for mean in every if mean.step == 0 and mean.high <= WORSE * blind)])
    low, high = GRAIN * math.floor(low / GRAIN), GRAIN * math.ceil(max(high, low + GRAIN) / GRAIN)
    air = 0.05 * (high - low)
    return low - air, high + air


def _train(course: Course, axis: Axis, smoothing: float, reach: Reach, look: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The thin line of one run on training text, smoothed; its last point is an estimate of many batches."""
    steps, losses = [p.step for p in course.points], [p.loss for p in course.points]
    smooth = running_mean(steps, losses, smoothing * (steps[-1] - steps[0]) if steps else 0.0)
    return [
        {"kind": "train", "run": course.run, "x": course.x(point, axis), "loss": reach.inside(loss), **look}
        for point, loss in zip(course.points, smooth, strict=True)
        if course.x(point, axis) >= reach.first
    ]


def _val(
    group: Sequence[Course], curve: Sequence[Mean], axis: Axis, band: bool, reach: Reach, look: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One thick line with its band, or a line for each run; what is above the chart runs along its upper edge."""
    if not band and len(group) > 1:
        single = [({**look, "run": course.run}, means([course], axis)) for course in group]
    else:
        single = [({**look, "run": look["label"]}, list(curve))]
    rows = []
    for same, points in single:
        shown = [point for point in points if point.x >= reach.first]
        same |= {"seeds": len(group) if band else 1}
        rows += [
            {"kind": "val", "x": p.x, "step": p.step, "loss": reach.inside(p.loss), "val": p.loss, **same}
            for p in shown
        ]
        if band and len(group) > 1:
            rows += [
                {"kind": "band", "x": p.x, "low": reach.inside(p.low), "high": reach.inside(p.high), **same}
                for p in shown
            ]
    return rows


def _ends(
    groups: Mapping[str, Sequence[Course]], curves: Mapping[str, Sequence[Mean]], styles: Mapping[str, Tone],
    reach: Reach,
) -> list[dict[str, Any]]:  # fmt: skip
    """A dot at the end of each curve, the name of the best few, and what the lecture states."""
    ends = sorted(((curve[-1], label) for label, curve in curves.items() if curve), key=lambda end: end[0].loss)
    ends = [(end, label) for end, label in ends if end.x >= reach.first]
    named = ends[: NAMED if len(ends) <= NAMED else 1]  # the best one alone, where there is no room for all
    roles = Counter(group[0].role for group in groups.values())
    names = [
        marks.Name(end.x, reach.inside(end.loss), f"{label} {_amount(end.loss)}",
                   marks.KEY if roles[groups[label][0].role] > 1 else 0)
        for end, label in named
    ]  # fmt: skip
    begun = min((mean.x for curve in curves.values() for mean in curve if mean.x > 0), default=reach.last)
    said = [{"label": name.words, "key": name.key, **place} for name, place in _places(names, reach, begun)]
    said += [{"label": ""}] * (len(ends) - len(said))
    rows = []
    for (end, label), words in zip(ends, said, strict=True):
        at = _look(label, styles[label]) | {"run": label, "x": end.x}
        rows.append({"kind": "end", **at, "loss": reach.inside(end.loss), **words})
        if (target := groups[label][0].target) is not None:
            rows.append({"kind": "target", **at, "x": reach.last, "loss": reach.inside(target)})
    return rows


def _places(names: Sequence[marks.Name], reach: Reach, begun: float) -> list[tuple[marks.Name, dict[str, float]]]:
    """Each name with its height: on a wide page, on a wide page with an axis of powers, on a narrow one."""
    begun = max(begun, reach.first)
    decades = math.log(reach.last / begun) or 1.0
    linear = [name._replace(x=(name.x - reach.first) / (reach.last - reach.first) * WIDE) for name in names]
    powers = [name._replace(x=math.log(max(name.x, begun) / begun) / decades * WIDE) for name in names]
    gap, top = GAP * (reach.high - reach.low), reach.inside(math.inf)
    places = marks.spread(linear, gap, top, WIDE), marks.spread(powers, gap, top, WIDE)
    narrow = apart([name.y for name in names], gap, top=top)
    return [
        (name, {"label_y": wide, "log_y": power, "narrow_y": one})
        for name, wide, power, one in zip(names, *places, narrow, strict=True)
    ]


def _amount(loss: float) -> str:
    return brief(loss) if math.isfinite(loss) else "diverged"
