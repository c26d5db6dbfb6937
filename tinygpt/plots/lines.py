"""A plain chart of lines with their names at their ends: final loss over a setting, loss over the position, and so on.

rows = lines_rows([Series("bigram", tone, xs, ys)], ...)
st.vega_lite_chart(rows, lines_spec("light", Axes("position", "val loss")))
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd

from tinygpt.plots import marks
from tinygpt.plots.look import LABEL, MINUS, PALETTE, TICK, Mode
from tinygpt.plots.loss import apart, brief
from tinygpt.plots.tones import Tone

COLUMNS = ("kind", "run", "tone", "ink", "dash", "x", "loss", "low", "high", "label", "label_y", "side")
AS_IT_IS = {"scale": None, "legend": None, "type": "nominal"}  # a color that stands in the row itself
TONE, INK = {"field": "tone", **AS_IT_IS}, {"field": "ink", **AS_IT_IS}
SHORT = (  # 1e-3, 0.3, 16, 2k
    "datum.value > 0 && datum.value < 0.01 ? format(datum.value, '.0e')"
    " : datum.value < 1 ? format(datum.value, '~g') : format(datum.value, '~s')"
)


@dataclass(frozen=True)
class Series:
    """A line: its name, how it is drawn, and its points; `low` and `high` are a band round them."""

    label: str
    tone: Tone
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = field(default=())
    high: Sequence[float] = field(default=())
    dots: bool = True


@dataclass(frozen=True)
class Axes:
    """What the two axes say and how they run."""

    x: str
    y: str
    log_x: bool = False
    log_y: bool = False
    height: int = 320
    ticks: tuple[float, ...] = ()  # the places along x that have a number; () leaves the choice to the chart


def lines_rows(
    series: Sequence[Series], levels: Sequence[tuple[str, float]] = (), *, log_y: bool = False
) -> pd.DataFrame:
    """The rows of the chart, one a mark; `levels` are dotted lines across it, each with its name."""
    rows: list[dict[str, Any]] = [
        {"kind": "floor", "loss": level, "label": name, "label_y": level} for name, level in levels
    ]
    for one in series:
        look = {
            "run": one.label,
            "label": one.label,
            "tone": one.tone.line,
            "ink": one.tone.ink,
            "dash": str(one.tone.dash),
        }
        points = [(x, y) for x, y in zip(one.x, one.y, strict=True) if math.isfinite(y)]
        rows += [{"kind": "line", "x": x, "loss": y, **look} for x, y in points]
        rows += [{"kind": "dot", "x": x, "loss": y, **look} for x, y in points if one.dots]
        rows += [
            {"kind": "band", "x": x, "low": low, "high": high, **look}
            for x, low, high in zip(one.x, one.low, one.high, strict=bool(one.low))
        ]
    return pd.DataFrame(rows + _names(series, log_y=log_y), columns=list(COLUMNS))


def _names(series: Sequence[Series], *, log_y: bool) -> list[dict[str, Any]]:
    """The name of each line and its last value, at its end; names that would lie on each other move apart."""
    ends = [(one.y[-1], one.x[-1], one) for one in series if one.y and math.isfinite(one.y[-1])]
    ends.sort(key=lambda end: end[0])
    scale = (lambda y: math.log10(max(y, 1e-12))) if log_y else (lambda y: y)
    every = [scale(y) for one in series for y in (*one.y, *one.low, *one.high) if math.isfinite(y)]
    height = max(every) - min(every) if every else 1.0
    places = apart([scale(y) for y, _, _ in ends], 0.085 * height)
    return [
        {
            "kind": "end",
            "run": one.label,
            "x": x,
            "loss": y,
            "label": f"{one.label} {brief(y, 2)}",
            "side": "right",
            "label_y": 10**place if log_y else place,
            "tone": one.tone.line,
            "ink": one.tone.ink,
        }  # fmt: skip
        for (y, x, one), place in zip(ends, places, strict=True)
    ]


@cache
def lines_spec(mode: Mode, axes: Axes) -> dict[str, Any]:
    """Everything but the rows."""
    p = PALETTE[mode]
    x_scale = {"type": "log", "nice": False} if axes.log_x else marks.SCALE
    below = marks.axis(p.muted, SHORT) | {
        "title": axes.x,
        "titleColor": p.muted,
        "titleFontSize": TICK,
        "titleFontWeight": 400,
    }
    if axes.ticks:
        below |= {"values": list(axes.ticks)}
    left = {
        "title": None, "labelFontSize": TICK, "labelColor": p.muted, "gridColor": p.rule, "ticks": False,
        "domain": False, "tickCount": 5, "labelExpr": f"replace(format(datum.value, '~g'), '-', '{MINUS}')",
    }  # fmt: skip
    y = {"field": "loss", "type": "quantitative", "axis": left,
         "scale": {"type": "log", "nice": False} if axes.log_y else marks.SCALE}  # fmt: skip
    at = {"x": {"field": "x", "type": "quantitative", "scale": x_scale, "axis": below}, "y": y}
    return {
        "height": axes.height,
        "padding": {"left": 2, "right": 8, "top": 6, "bottom": 4},
        "layer": [*_levels(mode, y), *_lines(at, axes), *_ends(mode, at)],
        "usermeta": {"embedOptions": {"renderer": "svg", "logLevel": 1}},
    }


def _levels(mode: Mode, y: dict[str, Any]) -> list[dict[str, Any]]:
    """Dotted lines across the chart, each with its name over its left end."""
    p = PALETTE[mode]
    rule = {**marks.RULE, "strokeDash": [2, 4], "strokeWidth": 1.5, "color": p.gray}
    name = marks.words(p.muted, TICK, align="left", x=4, dy=-11)
    return [marks.layer("floor", rule, {"y": y}), marks.layer("floor", name, {"y": y, "text": marks.TEXT})]


def _lines(at: dict[str, Any], axes: Axes) -> list[dict[str, Any]]:
    told = [
        {"field": "label", "title": "line"},
        {"field": "x", "title": axes.x, "format": ".4~g"},
        {"field": "loss", "title": axes.y, "format": ".4g"},
    ]
    line = {**at, "color": TONE, "detail": marks.RUN}
    dot = {**marks.DOT, "clip": False, "size": 80, "tooltip": True, "opacity": 1}
    edges = {"y": {**at["y"], "field": "low"}, "y2": {"field": "high"}}
    return [
        marks.layer("band", {"type": "area", "opacity": 0.22, "tooltip": None}, {**line, **edges}),
        marks.layer("line", {**marks.LINE, "strokeWidth": 3, "clip": False}, {**line, "strokeDash": marks.DASH}),
        marks.layer("dot", dot, {**line, "tooltip": told}),
    ]


def _ends(mode: Mode, at: dict[str, Any]) -> list[dict[str, Any]]:
    p = PALETTE[mode]
    bold = marks.words(p.ink, LABEL, fontWeight=700, clip=False, **marks.SIDES["left"])
    name = {**at, "y": {**at["y"], "field": "label_y"}, "text": marks.TEXT}
    return [
        marks.layer("end", {**bold, **marks.halo(p.paper)}, name),
        marks.layer("end", bold, {**name, "color": INK}),
    ]
