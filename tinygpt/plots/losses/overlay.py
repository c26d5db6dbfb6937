"""The rows of the comparison's chart: any number of runs, a variant a hue, a band where it has several seeds.

plots/losses/overlay_chart.py is the spec that draws them. Runs that differ by their seed alone are one variant.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from tinygpt.experiments.curves import Axis, Course, Mean, means, running_mean, variants
from tinygpt.plots.look import Mode
from tinygpt.plots.losses.loss import GRAIN, Line, floor_rows
from tinygpt.plots.losses.overlay_ends import Reach, drawn_as, ends_of
from tinygpt.plots.losses.tones import tones

Lines = Literal["val", "train", "both"]
LINES: tuple[Lines, ...] = ("val", "train", "both")
WORSE = 1.4  # times blind guessing: so much a model may cost before its first step, and still be shown
NOTHING = 1e-3  # the length of the axis where there is no run; its numbers are not written
COLUMNS = (
    "kind", "run", "tone", "ink", "dash", "key", "x", "step", "loss", "low", "high", "label", "label_y", "log_y",
    "narrow_y", "val", "seeds",
)  # fmt: skip


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
        look = drawn_as(label, styles[label])
        if lines != "val":
            rows += [row for course in group for row in _train(course, axis, smoothing, reach, look)]
        if lines != "train":
            rows += _val(group, curves[label], axis, band, reach, look)
    rows += ends_of(groups, curves, styles, reach)
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
