"""A plain chart of lines with their names at their ends: final loss over a setting, loss over the position, and so on.

rows = lines_rows([Series("bigram", tone, xs, ys)], ...)
st.vega_lite_chart(rows, lines_spec("light", Axes("position", "val loss")))
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd

from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode
from tinygpt.plots.losses import ends, marks
from tinygpt.plots.losses.tones import Tone
from tinygpt.spelling import MINUS, brief

COLUMNS = ("kind", "run", "tone", "ink", "dash", "x", "loss", "low", "high", "label", *ends.PLACES)
HEIGHT = 320  # px
SMALL = 0.01  # a tick below it is written as a power, and so are the others
ROOM = 0.15  # of the height of a line: under its lowest point, for a name
SHORT = (  # 1e-3, 0.3, 16, 2k
    "datum.value > 0 && datum.value < 0.01 ? format(datum.value, '.0e')"
    " : datum.value < 1 ? format(datum.value, '~g') : format(datum.value, '~s')"
)
ALIKE = "datum.value ? format(datum.value, '~e') : '0'"  # 1e-4, 1e-3, 1e-2: where one of the ticks is small


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

    @property
    def look(self) -> dict[str, Any]:
        """What all its rows have in common."""
        tone = {"tone": self.tone.line, "ink": self.tone.ink, "dash": str(self.tone.dash)}
        return {"run": self.label, "label": self.label, **tone}


@dataclass(frozen=True)
class Axes:
    """What the two axes say and how they run."""

    x: str
    y: str
    log_x: bool = False
    log_y: bool = False
    height: int = HEIGHT
    ticks: tuple[float, ...] = ()  # the places along x that have a number; () leaves the choice to the chart


def lines_rows(
    series: Sequence[Series], levels: Sequence[tuple[str, float]] = (), *, log_y: bool = False, lowest: bool = False
) -> pd.DataFrame:
    """The rows of the chart, one a mark; `levels` are dotted lines across it, each with its name.

    `lowest` names the lowest point of each line, too.
    """
    rows: list[dict[str, Any]] = [{"kind": "floor", "loss": level, "label": name} for name, level in levels]
    for one in series:
        look = one.look
        points = [(x, y) for x, y in zip(one.x, one.y, strict=True) if math.isfinite(y)]
        rows += [{"kind": "line", "x": x, "loss": y, **look} for x, y in points]
        rows += [{"kind": "dot", "x": x, "loss": y, **look} for x, y in points if one.dots]
        rows += [
            {"kind": "band", "x": x, "low": low, "high": high, **look}
            for x, low, high in zip(one.x, one.low, one.high, strict=bool(one.low))
        ]
        if lowest and points:
            rows += _lowest(points, look, log_y=log_y)
    return pd.DataFrame(rows + _names(series, log_y=log_y), columns=list(COLUMNS))


def _lowest(points: Sequence[tuple[float, float]], look: Mapping[str, Any], *, log_y: bool) -> list[dict[str, Any]]:
    """The name of the lowest point, under it, and a corner that makes the room; the end has its name anyway."""
    x, low = min(points, key=lambda point: point[1])
    if (x, low) == points[-1]:
        return []
    high = max(y for _, y in points)
    under = low * (low / high) ** ROOM if log_y else low - ROOM * (high - low)
    name = {**look, "kind": "lowest", "x": x, "loss": low, "label": f"lowest {brief(low)}"}
    return [{"kind": "corner", "x": x, "loss": under}, name]


def _names(series: Sequence[Series], *, log_y: bool) -> list[dict[str, Any]]:
    """The name of each line and its last value, beside the chart; names that would lie on each other move apart."""
    ended = [(one.y[-1], one.x[-1], one) for one in series if one.y and math.isfinite(one.y[-1])]
    ended.sort(key=lambda end: end[0])
    scale = (lambda y: math.log10(max(y, 1e-12))) if log_y else (lambda y: y)
    every = [scale(y) for one in series for y in (*one.y, *one.low, *one.high) if math.isfinite(y)]
    span = (max(every) - min(every) or 1.0) if every else 1.0
    places = ends.placed([scale(y) for y, _, _ in ended], span, (ends.NAME, ends.NAME_SMALL))
    return [
        {**one.look, "kind": "end", "x": x, "loss": y, "label": f"{one.label}{ends.BETWEEN}{brief(y, 2)}",
         **{name: 10**place if log_y and name != "names" else place for name, place in at.items()}}
        for (y, x, one), at in zip(ended, places, strict=True)
    ]  # fmt: skip


@cache
def lines_spec(mode: Mode, axes: Axes) -> dict[str, Any]:
    """Everything but the rows."""
    p = PALETTE[mode]
    x_scale = {"type": "log", "nice": False} if axes.log_x else marks.SCALE
    small = any(0 < tick < SMALL for tick in axes.ticks)
    below = marks.number_axis(p.muted, ALIKE if small else SHORT) | marks.axis_title(p, axes.x)
    if axes.ticks:
        below |= {"values": list(axes.ticks)}
    left = {
        "title": None, "labelFontSize": TICK, "labelColor": p.muted, "gridColor": p.rule, "ticks": False,
        "labelFlush": False, "domain": False, "tickCount": 5,
        "labelExpr": f"replace(format(datum.value, '~g'), '-', '{MINUS}')",
    }  # fmt: skip
    y = {"field": "loss", "type": "quantitative", "axis": left,
         "scale": {"type": "log", "nice": False} if axes.log_y else marks.SCALE}  # fmt: skip
    at = {"x": {"field": "x", "type": "quantitative", "scale": x_scale, "axis": below}, "y": y}
    rule = {**marks.RULE, "strokeDash": [2, 4], "strokeWidth": 1.5, "color": p.gray}  # a level
    level = marks.text_mark(p.muted, TICK, align="left", x=4, dy=-11)  # its name, over its left end
    lowest = marks.text_mark(p.ink, LABEL, fontWeight=700, clip=False, dy=20)
    layers = [
        marks.layer("corner", marks.CORNER, at),
        marks.layer("floor", rule, {"y": y}),
        marks.layer("floor", level, {"y": y, "text": marks.TEXT}),
        *_lines(at, axes),
        *ends.end_names(p, at),
        *marks.on_lines(p, "lowest", lowest, {**at, "text": marks.TEXT}, color=marks.INK),
    ]
    return marks.layered(layers, height=axes.height, right=8)


def _lines(at: dict[str, Any], axes: Axes) -> list[dict[str, Any]]:
    told = [
        {"field": "label", "title": "line"},
        {"field": "x", "title": axes.x, "format": ".4~g"},
        {"field": "loss", "title": axes.y, "format": ".4g"},
    ]
    line = {**at, "color": marks.TONE, "detail": marks.RUN}
    dot = {**marks.DOT, "clip": False, "size": 80, "tooltip": True, "opacity": 1}
    edges = {"y": {**at["y"], "field": "low"}, "y2": {"field": "high"}}
    return [
        marks.layer("band", {"type": "area", "opacity": 0.22, "tooltip": None}, {**line, **edges}),
        marks.layer("line", {**marks.LINE, "strokeWidth": 3, "clip": False}, {**line, "strokeDash": marks.DASH}),
        marks.layer("dot", dot, {**line, "tooltip": told}),
    ]
