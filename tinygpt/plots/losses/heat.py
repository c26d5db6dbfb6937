"""A sweep over two settings as tiles: the stronger the color, the lower the loss; the best has an edge of ink."""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from tinygpt.plots.drawing import shade
from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode
from tinygpt.plots.losses import marks
from tinygpt.words.loss import final_words

TILE, BELOW = 52, 70  # px: a tile, and the axis with its title
FITTING = f"min({TICK}, bandwidth('x') / (0.6 * length(datum.label)))"  # the size of a number in its tile
COLUMNS = ("kind", "x", "y", "tone", "ink", "label", "loss")
Cell = tuple[str, str]  # the two settings in words


def heat_rows(losses: Mapping[Cell, float], mode: Mode) -> pd.DataFrame:
    """The rows of the chart, a tile each. A loss that is no number has a tile without a color."""
    finite = [loss for loss in losses.values() if math.isfinite(loss)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    rows: list[dict[str, Any]] = []
    for (x, y), loss in losses.items():
        strength = (high - loss) / (high - low) if math.isfinite(loss) and high > low else 0.0
        fill, ink = shade(strength, mode)
        look = {"tone": fill, "ink": ink, "label": final_words(loss)}
        rows.append({"kind": "tile", "x": x, "y": y, "loss": loss, **look})
        if loss == low:
            rows.append({"kind": "best", "x": x, "y": y})
    return pd.DataFrame(rows, columns=list(COLUMNS))


@cache
def heat_spec(mode: Mode, names: tuple[str, str], x: tuple[str, ...], y: tuple[str, ...]) -> dict[str, Any]:
    """Everything but the rows: the names of the two settings, and their values in order."""
    p = PALETTE[mode]
    plain = {"labelFontSize": LABEL, "labelColor": p.ink, "ticks": False, "domain": False, "labelAngle": 0}
    at = {
        name: {"field": name, "type": "nominal", "axis": {**plain, **marks.axis_title(p, title)},
               "scale": {"domain": list(values), "padding": 0.04}}
        for name, title, values in zip("xy", names, (x, y), strict=True)
    }  # fmt: skip
    told = [
        {"field": field, "title": name} for field, name in zip(("x", "y", "label"), (*names, "val loss"), strict=True)
    ]
    edge = {"type": "rect", "filled": False, "tooltip": None}
    number = {"type": "text", "fontSize": {"expr": FITTING}, "tooltip": None}
    layers = [
        marks.layer("tile", {"type": "rect", "tooltip": True}, {**at, "color": marks.TONE, "tooltip": told}),
        marks.layer("tile", number, {**at, "text": marks.TEXT, "color": marks.INK}),
        marks.layer("best", {**edge, "stroke": p.paper, "strokeWidth": 9}, at),  # ink on the darkest blue is not seen
        marks.layer("best", {**edge, "stroke": p.ink, "strokeWidth": 2.5}, at),
    ]
    return marks.layered(layers, height=TILE * len(y) + BELOW)
