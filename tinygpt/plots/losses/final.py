"""Final losses: a row of dots for each variant, one a seed, or a tile for each pair of two settings."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from statistics import fmean
from typing import Any

import pandas as pd

from tinygpt.plots.drawing import shade
from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode
from tinygpt.plots.losses import marks
from tinygpt.plots.losses.tones import Tone
from tinygpt.spelling import brief
from tinygpt.words.loss import final_words

ROW, ABOVE, BELOW = 46, 14, 70  # px: a variant; the number over the first; the axis with its title, and padding
TILE = 52  # px
STRIP_COLUMNS = ("kind", "variant", "tone", "ink", "x", "seed", "label")
FITTING = f"min({TICK}, bandwidth('x') / (0.6 * length(datum.label)))"  # the size of a number in its tile
HEAT_COLUMNS = ("kind", "x", "y", "tone", "ink", "label", "loss")


def strip_rows(losses: Mapping[str, Mapping[int, float]], tones: Sequence[Tone]) -> pd.DataFrame:
    """Seeds as dots, a stroke at their mean: how much of it is luck? A row a mark; `losses` by variant and seed."""
    rows: list[dict[str, Any]] = []
    for (variant, found), tone in zip(losses.items(), tones, strict=True):
        look = {"variant": variant, "tone": tone.line, "ink": tone.ink}
        rows += [
            {"kind": "seed", "x": loss, "seed": seed, "label": brief(loss), **look} for seed, loss in found.items()
        ]
        if found:
            mean = fmean(found.values())
            rows.append({"kind": "mean", "x": mean, "label": brief(mean), **look})
    return pd.DataFrame(rows, columns=list(STRIP_COLUMNS))


@cache
def strip_spec(mode: Mode, variants: tuple[str, ...]) -> dict[str, Any]:
    """Everything but the rows; the variants stand in this order, from top to bottom."""
    p = PALETTE[mode]
    below = marks.number_axis(p.muted, "format(datum.value, '~g')") | marks.axis_title(p, "val loss")
    below |= {"grid": True, "gridColor": p.rule}
    side = {"title": None, "labelFontSize": LABEL, "labelColor": p.ink, "labelLimit": 320, "labelPadding": 12,
            "labelOverlap": False, "labelFlush": False, "ticks": False, "domain": False}  # fmt: skip
    scale = {"zero": False, "nice": True, "padding": 24}
    at = {
        "x": {"field": "x", "type": "quantitative", "axis": below, "scale": scale},
        "y": {"field": "variant", "type": "nominal", "scale": {"domain": list(variants)}, "axis": side},
        "color": marks.TONE,
    }
    told = [{"field": "variant"}, {"field": "seed"}, {"field": "x", "title": "val loss", "format": ".4f"}]
    dot = {**marks.DOT, "size": 110, "opacity": 0.75, "tooltip": True}
    mean = {"type": "tick", "thickness": 3, "size": 26, "tooltip": None}
    number = marks.text_mark(p.ink, TICK, fontWeight=700, dy=-17)
    layers = [
        marks.layer("seed", dot, {**at, "tooltip": told}),
        marks.layer("mean", mean, at),
        *marks.on_lines(p, "mean", number, {"x": at["x"], "y": at["y"], "text": marks.TEXT}, color=marks.INK),
    ]
    return marks.layered(layers, height=ABOVE + ROW * len(variants) + BELOW)


def heat_rows(losses: Mapping[tuple[str, str], float], mode: Mode) -> pd.DataFrame:
    """A sweep as tiles, by its two settings in words: the stronger the color, the lower the loss; ink round the best.

    A row a tile. A loss that is no number has a tile without a color.
    """
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
    return pd.DataFrame(rows, columns=list(HEAT_COLUMNS))


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
