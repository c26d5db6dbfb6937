"""The comparison's chart: a Vega-Lite spec for the rows of plots/overlay.py, constant for one axis and appearance."""

from functools import cache
from typing import Any

from tinygpt.plots import marks
from tinygpt.plots.look import MINUS, PALETTE, PANEL, Mode
from tinygpt.plots.overlay import Axis

AS_IT_IS = {"scale": None, "legend": None, "type": "nominal"}  # a color that stands in the row itself
TONE, INK = {"field": "tone", **AS_IT_IS}, {"field": "ink", **AS_IT_IS}
SHORT = f"replace(format(datum.value, '~s'), '-', '{MINUS}')"  # 2k, 20M, 1G


@cache
def overlay_spec(mode: Mode, axis: Axis, *, log: bool = False) -> dict[str, Any]:
    """Everything but the rows."""
    p = PALETTE[mode]
    scale = {"type": "log", "nice": False} if log else marks.SCALE
    label = marks.whole() if axis in ("steps", "seconds") and not log else SHORT
    x: dict[str, Any] = {"field": "x", "type": "quantitative", "scale": scale, "axis": marks.axis(p.muted, label)}
    at: dict[str, Any] = {"x": x, "y": marks.LOSS}
    shown = [
        marks.layer("corner", marks.CORNER, at),
        *marks.floors(p),
        *_curves(at),
        _points(at, axis),
        *_ends(mode, at),
    ]
    found = marks.chart(shown)
    if log:
        _above_zero(found)
    return found


def _curves(at: dict[str, Any]) -> list[dict[str, Any]]:
    """The bands, the thin lines of training text and the thick ones of unseen text."""
    edges = {"y": {**marks.LOSS, "field": "low"}, "y2": {"field": "high"}}
    line = {**at, "color": TONE, "detail": marks.RUN}
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


def _ends(mode: Mode, at: dict[str, Any]) -> list[dict[str, Any]]:
    """A short stroke where the lecture ended; a dot at the end of each curve, and its name over everything else."""
    p = PALETTE[mode]
    bold = {side: marks.words(p.ink, PANEL, fontWeight=700, **place) for side, place in marks.SIDES.items()}
    name = {**at, "y": marks.NAME_AT, "text": marks.TEXT}
    stroke = {**marks.DOT, "shape": "stroke", "size": 700, "filled": False, "strokeWidth": 3, "clip": False}
    return [
        marks.layer("target", stroke, {**at, "color": TONE}),
        *(marks.layer("end", {**bold[side], **marks.halo(p.paper)}, name, side) for side in marks.SIDES),
        marks.layer("end", {**marks.DOT, "size": 120, "opacity": 1}, {**at, "color": TONE}),
        *(marks.layer("end", bold[side], {**name, "color": INK}, side) for side in marks.SIDES),
    ]


def _above_zero(spec: dict[str, Any]) -> None:
    """A logarithm has no place for the start: rows at zero are not drawn."""
    for layer in spec["layer"]:
        if "x" in layer["encoding"]:
            layer["transform"] = [*layer["transform"], {"filter": "datum.x > 0"}]
