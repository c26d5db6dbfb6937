"""Names beside a chart: those of curves at its right, those of floors at its left, where no curve and no dot can be.

Names that would lie on each other move apart, as little as possible and in their order; a thin line leads each to its
own end. How large the chart is, the browser alone knows, so what hangs on that is a Vega expression. Where a name
stands is decided here for each of a few heights of the plot, on a wide page and on a phone, where names are smaller and
a number stands under its name; the browser takes that of the largest that is no higher than its plot.
"""

import math
from collections.abc import Sequence
from typing import Any

from tinygpt.plots.look import PANEL, TICK, Palette
from tinygpt.plots.losses import marks

NARROW = "(width && windowSize()[0] < 640)"  # a phone; that it names the width makes Vega look again when that changes
BETWEEN = "\u2002"  # stands between a name and its number: no space of either could be taken for it
BREAK = f"{NARROW} ? '{BETWEEN}' : '\\n'"  # ... and on a phone the number stands in a line of its own
EM = 0.56  # of its size: the width of a bold character, rather too much than too little
SMALLEST, SMALL = 12, 13  # px: a name too long is written smaller, down to the first; on a phone all have the second
LONG, SHORT = 230, 96  # px that a name may take: beyond it, it is written smaller, and on a phone cut off
LEAD, KEY, GAP = 14, 24, 6  # px at the right: the line that leads to a name, the sample of its curve, air
NAME, NAME_SMALL = 23, 31  # px from one name to the next, and on a phone
FLOOR, FLOOR_SMALL = 20, 38  # px from one floor's name to the next


def _by_height(names: Sequence[str]) -> str:
    """A Vega expression: the field for the height that the plot has."""
    *others, least = zip(names, PLOTS, strict=True)
    return " : ".join([*(f"height >= {px} ? datum.{name}" for name, px in others), f"datum.{least[0]}"])


PLOTS = (330, 270, 220, 170)  # px: heights of the plot
WIDE, PHONE = ([f"{page}_{height}" for height in PLOTS] for page in ("wide", "phone"))
PLACES = (*WIDE, *PHONE, "names")  # what the row of a name says of its place

ROOM = "height / datum.names"  # px that each name has at most
ON_A_PHONE, ELSE = f"min({SMALL}, 0.4 * {ROOM})", f"min({PANEL}, 0.8 * {ROOM}, {LONG} / ({EM} * length(datum.label)))"
SIZE = f"{NARROW} ? {ON_A_PHONE} : max({SMALLEST}, {ELSE})"
SAMPLE = f"({NARROW} ? {KEY // 2} : {KEY})"
PLACE = {"calculate": f"{NARROW} ? ({_by_height(PHONE)}) : ({_by_height(WIDE)})", "as": "place"}
IN_SIGHT = {  # nothing clips what stands outside the plot, when somebody zooms
    "condition": {
        "test": "inrange(scale('y', datum.loss), [-1, height + 1])"
                " && (!isValid(datum.x) || inrange(scale('x', datum.x), [-1, width + 1]))",
        "value": 1,
    },
    "value": 0,
}  # fmt: skip


def moved_apart(heights: Sequence[float], gap: float, *, low: float = -math.inf, top: float = math.inf) -> list[float]:
    """`heights` of labels, lowest first, moved as little as possible so that neighbors are `gap` apart.

    None is below `low` or above `top`; where so many do not find room between them, they share it out. The squares of
    all moves have the least sum: the labels of a heap stand round its middle (isotonic regression, "pool adjacent
    violators", Ayer and others 1955).
    """
    count = len(heights)
    gap = min(gap, (top - low) / max(1, count - 1))
    heaps: list[tuple[float, int]] = []  # where the first of its labels stands, were they all; how many these are
    for n, height in enumerate(heights):
        first, size = height - n * gap, 1
        while heaps and heaps[-1][0] >= first:
            before, others = heaps.pop()
            first, size = (before * others + first * size) / (others + size), others + size
        heaps.append((first, size))
    firsts = [min(max(first, low), top - (count - 1) * gap) for first, size in heaps for _ in range(size)]
    return [first + n * gap for n, first in enumerate(firsts)]


def placed(
    heights: Sequence[float], span: float, gaps: tuple[int, int], low: float = -math.inf, top: float = math.inf
) -> list[dict[str, float]]:
    """Where each name stands, lowest first, on a plot that is `span` high; `gaps` in px: on a wide page, on a phone."""
    columns = {
        name: moved_apart(heights, gap / px * span, low=low, top=top)
        for names, gap in zip((WIDE, PHONE), gaps, strict=True)
        for name, px in zip(names, PLOTS, strict=True)
    }
    return [
        {"names": len(heights)} | {name: column[n] for name, column in columns.items()} for n in range(len(heights))
    ]


def end_names(p: Palette, at: dict[str, Any]) -> list[dict[str, Any]]:
    """The name of each curve at the right of the chart, with a sample of its line, and a thin line from its end."""
    place = {**at["y"], "field": "place"}
    edge, right = {"value": {"expr": "width"}}, {"value": {"expr": f"width + {LEAD}"}}
    seen = {"opacity": IN_SIGHT, "color": marks.TONE}
    across, lead = {**at, "x2": edge}, {"y": at["y"], "x": edge, "x2": right, "y2": {"field": "place"}}
    sample = {"x": right, "x2": {"value": {"expr": f"width + {LEAD} + {SAMPLE}"}}, "y": place,
              "strokeDash": marks.DASH, **seen}  # fmt: skip
    name = marks.text_mark(p.ink, PANEL, fontWeight=700, align="left", clip=False) | {
        "x": {"expr": f"width + {LEAD + GAP} + {SAMPLE}"}, "fontSize": {"expr": SIZE}, "lineBreak": {"expr": BREAK},
        "limit": {"expr": f"{NARROW} ? {SHORT} : 0"},
    }  # fmt: skip
    thin = {**marks.RULE, "strokeWidth": 1, "clip": False}
    layers = [
        marks.layer("end", {**thin, "strokeDash": [1, 4]}, across | seen),
        marks.layer("end", thin, lead | seen),
        marks.layer("end", {**marks.RULE, "strokeWidth": 3.5, "clip": False}, sample),
        marks.layer("end", name, {"y": place, "text": marks.TEXT, "opacity": IN_SIGHT, "color": marks.INK}),
    ]
    named = {"filter": "datum.label"}
    return [layer | {"transform": [*layer["transform"], named, PLACE]} for layer in layers]


def level_names(p: Palette, kind: str, tone: str) -> list[dict[str, Any]]:
    """The names of levels of one kind at the left of the chart, and a thin line to each from its own level."""
    lead = {**marks.RULE, "strokeWidth": 1, "color": tone, "clip": False}
    name = marks.text_mark(tone, TICK, align="right", x=-LEAD - GAP, lineBreak={"expr": BREAK}, clip=False)
    place = {**marks.LOSS, "field": "place"}
    layers = [
        marks.layer(
            kind,
            lead,
            {"x": {"value": 0}, "x2": {"value": -LEAD}, "y": marks.LOSS, "y2": {"field": "place"}, "opacity": IN_SIGHT},
        ),  # fmt: skip
        marks.layer(kind, name, {"y": place, "text": marks.TEXT, "opacity": IN_SIGHT}),
    ]
    return [layer | {"transform": [*layer["transform"], PLACE]} for layer in layers]
