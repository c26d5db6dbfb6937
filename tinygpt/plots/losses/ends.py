"""The ends of curves: a dot and a name beside each, and the place where a name finds room.

The width of the chart is known to the browser alone, so where a name stands along x is a Vega expression. Its height is
decided here: `box` says in Python for a wide page what `end_names` says to the browser.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from tinygpt.plots.look import PANEL, TICK, Palette
from tinygpt.plots.losses import marks

NARROW = 420  # px of the plot, on a phone: names are smaller there
EM = 0.56  # of its size: the width of a bold character, rather too much than too little
BESIDE = 13  # px from the end of a curve to a name beside it
BESIDE_UP, OVER_UP = -6, -14  # px: so much higher stands a name beside its end, and one over it
SMALLEST = 11  # px: a name too long for the plot is written smaller, down to this
KEY = 26  # px that the sample of a line takes beside a name, with its gap

# The same in Vega expressions: where an end is, how large its name is written, how wide it is with its sample, and
# whether it stands beside its end.
AT, INSET = "scale('x', datum.x)", "(datum.key || 0)"
MOST = f"width < {NARROW} ? {TICK} : {PANEL}"
SIZE = f"max({SMALLEST}, min({MOST}, (width - {INSET}) / ({EM} * length(datum.label))))"
NAME_WIDTH = f"({SIZE} * {EM} * length(datum.label) + {INSET})"
IS_BESIDE = f"({AT} + {BESIDE} + {NAME_WIDTH} <= width)"
EDGE_OVER = f"max(0, {NAME_WIDTH} - {AT})"  # from the end to the right edge of a name over it
UP = {"expr": f"{IS_BESIDE} ? {BESIDE_UP} : {OVER_UP}"}
END_IN_SIGHT = {  # seen unless somebody has zoomed so far in that its place is outside the chart
    "condition": {
        "test": f"inrange({AT}, [-1, width + 1]) && inrange(scale('y', datum.loss), [-1, height + 1])", "value": 1,
    },
    "value": 0,
}  # fmt: skip


def moved_apart(
    heights: Sequence[float], gap: float, *, top: float = math.inf, boxes: Sequence[tuple[float, float]] | None = None
) -> list[float]:
    """`heights` of labels, lowest first, with those that would lie on each other `gap` apart.

    They move up, and down again where that is over `top`. `boxes` says from where to where each label reaches along x;
    without it, any two may lie on each other.
    """
    spans = list(boxes or [(0.0, 1.0)] * len(heights))
    places = _raised(heights, gap, spans)
    if max(places, default=top) > top:
        mirrored = [-min(place, top) for place in reversed(places)]
        places = [-place for place in reversed(_raised(mirrored, gap, spans[::-1]))]
    return places


def _raised(heights: Sequence[float], gap: float, boxes: Sequence[tuple[float, float]]) -> list[float]:
    """Each height, one after the other, raised over those before it that it would lie on."""
    found: list[float] = []
    for (left, right), height in zip(boxes, heights, strict=True):
        before = zip(boxes, found, strict=False)
        for place in sorted(place for (start, stop), place in before if start < right and left < stop):
            if abs(height - place) < gap * (1 - 1e-9):
                height = place + gap
        found.append(height)
    return found


class Name(NamedTuple):
    """What stands at the end of a curve, and where that is."""

    x: float  # px
    y: float
    words: str
    key: int = 0  # px that a sample of its line takes


def names_apart(names: Sequence[Name], gap: float, top: float, width: float) -> list[float]:
    """The heights of `names`, lowest first, on a plot of `width` px: only those that would lie on each other move."""
    return moved_apart([name.y for name in names], gap, top=top, boxes=[box(name, width) for name in names])


def box(name: Name, width: float) -> tuple[float, float]:
    """From where to where a name reaches, in px."""
    wide = EM * PANEL * len(name.words) + name.key
    if name.x + BESIDE + wide <= width:
        return name.x, name.x + BESIDE + wide
    return max(name.x, wide) - wide, max(name.x, wide)


def end_names(p: Palette, at: dict[str, Any], ink: dict[str, Any]) -> list[dict[str, Any]]:
    """The name of each curve beside its end where there is room, else over it; always whole, however narrow the page.

    `at` says where the end is; its "y" may be another place than that of the name, which is `label_y`.
    """
    place = {
        "align": {"expr": f"{IS_BESIDE} ? 'left' : 'right'"},
        "dx": {"expr": f"{IS_BESIDE} ? {BESIDE} + {INSET} : {EDGE_OVER} - {INSET}"},
        "dy": UP, "fontSize": {"expr": SIZE}, "limit": {"expr": f"width - {INSET}"}, "clip": False,
    }  # fmt: skip
    bold = marks.text_mark(p.ink, PANEL, fontWeight=700) | place
    name = {"y": marks.NAME_AT, **at, "text": marks.TEXT, "opacity": END_IN_SIGHT}
    return marks.on_lines(p, "end", bold, name, color=ink)


def end_keys(at: dict[str, Any], tone: dict[str, Any]) -> dict[str, Any]:
    """A short piece of the line itself beside its name, where a hue alone does not tell whose name it is."""
    mark = {
        **marks.RULE, "strokeWidth": 3, "clip": False, "yOffset": UP,
        "xOffset": {"expr": f"{IS_BESIDE} ? {BESIDE} : {EDGE_OVER} - {KEY - 6}"},
        "x2Offset": {"expr": f"{IS_BESIDE} ? {BESIDE + KEY - 6} : {EDGE_OVER}"},
    }  # fmt: skip
    found = marks.layer("end", mark, {"y": marks.NAME_AT, **at, "x2": {"field": "x"}, "color": tone,
                                      "strokeDash": marks.DASH, "opacity": END_IN_SIGHT})  # fmt: skip
    return found | {"transform": [*found["transform"], {"filter": "datum.key > 0"}]}
