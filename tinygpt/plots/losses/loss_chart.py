"""The loss chart: a Vega-Lite spec for the rows of plots/losses/loss.py, constant for one page, axis and appearance."""

from functools import cache
from typing import Any

from tinygpt.experiments.curves import Axis
from tinygpt.plots.look import PALETTE, Mode, Palette
from tinygpt.plots.losses import ends, marks
from tinygpt.plots.losses.reach import NOTHING
from tinygpt.spelling import MINUS

HEIGHT = 380  # px
SHORT = f"replace(format(datum.value, '~s'), '-', '{MINUS}')"  # 2k, 20M, 1G
SECONDS = f"datum.value % 1 ? format(datum.value, '~g') : {marks.whole_number()}"
EMPTY = 10 * NOTHING  # an axis that ends before it has nothing to show, and no numbers
FEW = f"domain('x')[1] < {EMPTY} ? [] : domain('x')[1] / domain('x')[0] < 100 ? [1, 2, 5] : [1]"
ROUND = f"indexof({FEW}, round(1e6 * datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9))) / 1e6) >= 0"


@cache
def loss_spec(mode: Mode, axis: Axis = "steps", *, log: bool = False, live: bool = False) -> dict[str, Any]:
    """Everything but the rows. `live` draws runs, with thicker lines; else variants are drawn, of many runs."""
    p = PALETTE[mode]
    at: dict[str, Any] = {"x": _along(p, axis, log=log), "y": marks.LOSS}
    dotted = {**marks.RULE, "strokeDash": [2, 4], "strokeWidth": 1.5, "color": p.gray}
    spec = marks.layered([
        marks.layer("corner", marks.CORNER, at),
        marks.layer("floor", dotted, {"y": marks.LOSS}), *ends.level_names(p, "floor", p.muted),
        _fork(at["x"]), *_curves(at, live=live),
        marks.layer("guess", {**marks.RULE, "strokeWidth": 1.25, "color": p.ink}, {"y": marks.LOSS}),
        *ends.level_names(p, "guess", p.ink),  # what a student expects
        *_ends(p, at), *_points(at, axis, live=live),
    ], height=HEIGHT) | {"params": [marks.shift_zoom()]}  # fmt: skip
    if log:  # a logarithm has no place for the start: rows at zero are not drawn
        for layer in spec["layer"]:
            layer["transform"] = [*layer["transform"], {"filter": "!isValid(datum.x) || datum.x > 0"}]
    return spec


def _along(p: Palette, axis: Axis, *, log: bool) -> dict[str, Any]:
    """The axis below the chart."""
    scale = {"type": "log", "nice": False} if log else marks.SCALE
    label = {"steps": marks.whole_number(), "seconds": SECONDS}.get(axis, SHORT)
    below = marks.number_axis(p.muted, f"domain('x')[1] < {EMPTY} ? '' : {label}")
    if log:
        below |= {"tickCount": 60, "labelExpr": f"{ROUND} ? {SHORT} : ''"}  # all of 1, 2, ... 9, 10, 20, ...
    elif axis == "steps":
        below |= {"tickMinStep": 1}
    return {"field": "x", "type": "quantitative", "scale": scale, "axis": below}


def _fork(x: dict[str, Any]) -> dict[str, Any]:
    """Where a run left another: a line in its color, from top to bottom, which says so when it is pointed at."""
    rule = {**marks.RULE, "strokeDash": [2, 3], "strokeWidth": 1.5, "tooltip": True}
    told = [{"field": "label", "title": "fork"}, {"field": "step", "title": "begins at step", "format": ",d"}]
    return marks.layer("fork", rule, {"x": x, "color": marks.TONE, "tooltip": told})


def _curves(at: dict[str, Any], *, live: bool) -> list[dict[str, Any]]:
    """The bands, the thin lines of training text and the thick ones of unseen text."""
    edges = {"y": {**marks.LOSS, "field": "low"}, "y2": {"field": "high"}}
    line = {**at, "color": marks.TONE, "detail": marks.RUN}
    thin = {"strokeWidth": 1.25, "opacity": 0.75} if live else {"strokeWidth": 1, "opacity": 0.6}
    return [
        marks.layer("band", {"type": "area", "opacity": 0.22, "clip": True, "tooltip": None}, {**line, **edges}),
        marks.layer("train", {**marks.LINE, **thin}, line),
        marks.layer("val", {**marks.LINE, "strokeWidth": 3.5 if live else 3}, {**line, "strokeDash": marks.DASH}),
        marks.layer("final", {**marks.LINE, "strokeWidth": 1.25, "strokeDash": [2, 2]}, line),
    ]


def _points(at: dict[str, Any], axis: Axis, *, live: bool) -> list[dict[str, Any]]:
    """Where the pointer finds a val loss; nothing of it is seen. The end comes last, over all others."""
    val = {"field": "val", "title": "val loss", "format": ".4g"}  # also where the line runs along the upper edge
    across = [] if axis == "steps" else [{"field": "x", "title": axis, "format": ".3~s"}]
    name, step = {"field": "label", "title": "run" if live else "variant"}, {"field": "step", "format": ",d"}
    last = {"field": "train", "title": "train loss", "format": ".4g"} if live else {"field": "seeds", "title": "seeds"}
    told = [name, step, *across, val, last, {"field": "measured", "title": "measured by"}]
    mark = {**marks.DOT, "size": 160, "opacity": 0, "tooltip": True}
    points = {"name": "points"} | marks.layer("val", mark, {**at, "detail": marks.RUN, "tooltip": told})
    named = {**name, "field": "name"}
    return [points, marks.layer("end", {**mark, "clip": False}, {**at, "tooltip": [named, *told[1:]]})]


def _ends(p: Palette, at: dict[str, Any]) -> list[dict[str, Any]]:
    """A short stroke where the lecture ended; a dot at the end of each curve, and its name beside the chart."""
    stroke = {**marks.DOT, "shape": "stroke", "size": 700, "filled": False, "strokeWidth": 3, "clip": False}
    told = [{"field": "label", "title": "variant"}, {"field": "val", "title": "the lecture states", "format": ".4g"}]
    dot = {**marks.DOT, "size": 120, "clip": False}  # whole also at the edge of the chart
    look = {**at, "color": marks.TONE, "opacity": ends.IN_SIGHT}
    target = marks.layer("target", {**stroke, "tooltip": True}, {**look, "tooltip": told})
    return [target, *ends.end_names(p, at), marks.layer("end", dot, look)]
