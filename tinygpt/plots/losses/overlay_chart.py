"""The comparison's chart: a Vega-Lite spec for the rows of overlay.py, constant for one axis and appearance."""

from functools import cache
from typing import Any

from tinygpt.experiments.curves import Axis
from tinygpt.plots.look import PALETTE, Mode
from tinygpt.plots.losses import marks
from tinygpt.plots.losses.overlay import NOTHING
from tinygpt.spelling import MINUS

SHORT = f"replace(format(datum.value, '~s'), '-', '{MINUS}')"  # 2k, 20M, 1G
SECONDS = f"datum.value % 1 ? format(datum.value, '~g') : {marks.whole()}"
EMPTY = 10 * NOTHING  # an axis that ends before it has nothing to show, and no numbers
FEW = f"domain('x')[1] < {EMPTY} ? [] : domain('x')[1] / domain('x')[0] < 100 ? [1, 2, 5] : [1]"
ROUND = f"indexof({FEW}, round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9)))) >= 0"
PLACE = {
    log: f"width < {marks.NARROW} ? datum.narrow_y : datum.{wide}"
    for log, wide in ((False, "label_y"), (True, "log_y"))
}  # of a name


@cache
def overlay_spec(mode: Mode, axis: Axis, *, log: bool = False) -> dict[str, Any]:
    """Everything but the rows."""
    p = PALETTE[mode]
    scale = {"type": "log", "nice": False} if log else marks.SCALE
    label = marks.whole() if axis == "steps" and not log else SECONDS if axis == "seconds" and not log else SHORT
    below = marks.axis(p.muted, f"domain('x')[1] < {EMPTY} ? '' : {label}")
    if axis == "steps" and not log:
        below |= {"tickMinStep": 1}
    if log:
        below |= {"tickCount": 60, "labelExpr": f"{ROUND} ? {SHORT} : ''"}  # all of 1, 2, ... 9, 10, 20, ...
    x: dict[str, Any] = {"field": "x", "type": "quantitative", "scale": scale, "axis": below}
    at: dict[str, Any] = {"x": x, "y": marks.LOSS}
    shown = [
        marks.layer("corner", marks.CORNER, at),
        *marks.floors(p),
        *_curves(at),
        _points(at, axis),
        *_ends(mode, at, log=log),
    ]
    found = marks.chart(shown)
    if log:
        _above_zero(found)
    return found


def _curves(at: dict[str, Any]) -> list[dict[str, Any]]:
    """The bands, the thin lines of training text and the thick ones of unseen text."""
    edges = {"y": {**marks.LOSS, "field": "low"}, "y2": {"field": "high"}}
    line = {**at, "color": marks.TONE, "detail": marks.RUN}
    return [
        marks.layer("band", {"type": "area", "opacity": 0.22, "clip": True, "tooltip": None}, {**line, **edges}),
        marks.layer("train", {**marks.LINE, "strokeWidth": 1, "opacity": 0.6}, line),
        marks.layer("val", {**marks.LINE, "strokeWidth": 3}, {**line, "strokeDash": marks.DASH}),
    ]


def _points(at: dict[str, Any], axis: Axis) -> dict[str, Any]:
    """Where the pointer finds a val loss; nothing of it is seen."""
    told = [
        {"field": "label", "title": "variant"},
        {"field": "step", "format": ",d"},
        *([] if axis == "steps" else [{"field": "x", "title": axis, "format": ".3~s"}]),
        {"field": "val", "title": "val loss", "format": ".4g"},
        {"field": "seeds", "title": "seeds"},
    ]
    mark = {**marks.DOT, "size": 160, "opacity": 0, "tooltip": True}
    return {"name": "points"} | marks.layer("val", mark, {**at, "detail": marks.RUN, "tooltip": told})


def _ends(mode: Mode, at: dict[str, Any], *, log: bool) -> list[dict[str, Any]]:
    """A short stroke where the lecture ended; a dot at the end of each curve, and its name over everything else."""
    behind, before = marks.names(PALETTE[mode], {"x": at["x"]}, marks.INK)
    key = marks.keys({"x": at["x"]}, marks.TONE)
    for layer in (behind, key, before):
        layer["transform"] = [*layer["transform"], {"calculate": PLACE[log], "as": "label_y"}]
    stroke = {**marks.DOT, "shape": "stroke", "size": 700, "filled": False, "strokeWidth": 3, "clip": False}
    return [
        marks.layer("target", stroke, {**at, "color": marks.TONE, "opacity": marks.in_sight("x")}),
        behind,
        marks.ends(at, marks.TONE),
        key,
        before,
    ]


def _above_zero(spec: dict[str, Any]) -> None:
    """A logarithm has no place for the start: rows at zero are not drawn."""
    for layer in spec["layer"]:
        if "x" in layer["encoding"]:
            layer["transform"] = [*layer["transform"], {"filter": "datum.x > 0"}]
