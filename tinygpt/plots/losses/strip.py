"""Final losses, a row for each variant, a dot for each seed, a stroke at their mean: how much of it is luck?"""

from collections.abc import Mapping, Sequence
from functools import cache
from statistics import fmean
from typing import Any

import pandas as pd

from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode
from tinygpt.plots.losses import marks
from tinygpt.plots.losses.tones import Tone
from tinygpt.spelling import brief

ROW, ABOVE, BELOW = 46, 14, 70  # px: a variant; the number over the first; the axis with its title, and padding
COLUMNS = ("kind", "variant", "tone", "ink", "x", "seed", "label")


def strip_rows(losses: Mapping[str, Mapping[int, float]], tones: Sequence[Tone]) -> pd.DataFrame:
    """The rows of the chart, one a mark: `losses` by variant and seed."""
    rows: list[dict[str, Any]] = []
    for (variant, found), tone in zip(losses.items(), tones, strict=True):
        look = {"variant": variant, "tone": tone.line, "ink": tone.ink}
        rows += [
            {"kind": "seed", "x": loss, "seed": seed, "label": brief(loss), **look} for seed, loss in found.items()
        ]
        if found:
            mean = fmean(found.values())
            rows.append({"kind": "mean", "x": mean, "label": brief(mean), **look})
    return pd.DataFrame(rows, columns=list(COLUMNS))


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
