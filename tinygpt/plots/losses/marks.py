"""The marks that every Vega-Lite chart of losses is made of: lines, dots, words, floors; drawn for the rows of a kind.

A chart is a constant spec and a table of rows, one a mark, whose `kind` says which layer draws it. So new rows change
nothing but what they say: nothing is drawn anew, and a zoom stays.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tinygpt.plots.look import PANEL, TICK, Palette

HEIGHT = 380  # px
DASHES = ([1, 0], [8, 4], [3, 3], [12, 4, 3, 4])  # a second run of the same hue is dashed, and so on
NARROW = 420  # px of the plot, on a phone: names are smaller there
EM = 0.56  # of its size: the width of a bold character, rather too much than too little
BESIDE = 13  # px from the end of a curve to a name beside it
BESIDE_UP, OVER_UP = -6, -14  # px: so much higher stands a name beside its end, and one over it
SMALLEST = 11  # px: a name too long for the plot is written smaller, down to this
KEY = 26  # px that the sample of a line takes beside a name, with its gap

SCALE = {"nice": False, "zero": False}
LOSS: dict[str, Any] = {"field": "loss", "type": "quantitative", "scale": SCALE, "axis": None}
NAME_AT = {**LOSS, "field": "label_y"}
RUN = {"field": "run", "type": "nominal"}
TEXT = {"field": "label"}
AS_IT_IS = {"scale": None, "legend": None, "type": "nominal"}  # a color that stands in the row itself
TONE, INK = {"field": "tone", **AS_IT_IS}, {"field": "ink", **AS_IT_IS}
DASH = {
    "field": "dash", "type": "nominal", "legend": None,
    "scale": {"domain": [str(i) for i in range(len(DASHES))], "range": list(DASHES)},
}  # fmt: skip

LINE = {"type": "line", "tooltip": None, "clip": True, "strokeJoin": "round"}
RULE = {"type": "rule", "tooltip": None, "clip": True}
DOT = {"type": "point", "filled": True, "clip": True, "tooltip": None}
CORNER = {"type": "point", "opacity": 0, "tooltip": None}  # two of them give the axes their range
IN_SIGHT = {  # a floor's name stands outside the plot, where nothing clips it when somebody zooms
    "condition": {"test": "inrange(scale('y', datum.loss), [0, height])", "value": 1},
    "value": 0,
}


def chart(layers: list[dict[str, Any]], *, height: int = HEIGHT) -> dict[str, Any]:
    """A spec of these layers that can be zoomed."""
    independent = {"scale": {"color": "independent"}}  # lines have a family's hue, words its darker one
    return still(layers, height=height) | {"params": [grid()], "resolve": independent}


def still(layers: list[dict[str, Any]], *, height: int, right: int = 2) -> dict[str, Any]:
    """A spec of these layers whose axes do not move. `height` is all of it: Streamlit counts the axis, too."""
    return {
        "height": height,
        "padding": {"left": 2, "right": right, "top": 12, "bottom": 4},
        "layer": layers,
        # Whatever the number of points: a renderer that changed would draw all anew.
        "usermeta": {"embedOptions": {"renderer": "svg", "logLevel": 1}},
    }


def layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
    """A mark for each row of one kind."""
    return {"transform": [{"filter": f"datum.kind === '{kind}'"}], "mark": mark, "encoding": encoding}


def floors(p: Palette) -> list[dict[str, Any]]:
    """Dotted lines, each with its name at the left."""
    rule = {**RULE, "strokeDash": [2, 4], "strokeWidth": 1.5, "color": p.gray}
    name = words(p.muted, TICK, align="right", x=-10, lineBreak="\n", clip=False)
    return [layer("floor", rule, {"y": LOSS}), layer("floor", name, {"y": NAME_AT, "text": TEXT, "opacity": IN_SIGHT})]


def words(tone: str, size: int, **place: Any) -> dict[str, Any]:
    """A mark that writes."""
    return {"type": "text", "fontSize": size, "color": tone, "baseline": "middle", "tooltip": None, **place}


def halo(paper: str) -> dict[str, Any]:
    """The same words first in the color of the page, and thicker: then they can be read on a line."""
    return {"stroke": paper, "strokeWidth": 5, "strokeJoin": "round", "color": paper}


def names(p: Palette, at: dict[str, Any], ink: dict[str, Any], **place: Any) -> list[dict[str, Any]]:
    """The name of each curve beside its end where there is room, else over it; always whole, however narrow the page.

    `at` says where the end is; its "y" may be another place than that of the name, which is `label_y`.
    """
    bold = words(p.ink, PANEL, fontWeight=700, **(_name_place(at["x"]["field"]) | place))
    name = {"y": NAME_AT, **at, "text": TEXT, "opacity": in_sight(at["x"]["field"])}
    return [layer("end", {**bold, **halo(p.paper)}, name), layer("end", bold, {**name, "color": ink})]


def ends(at: dict[str, Any], tone: dict[str, Any]) -> dict[str, Any]:
    """A dot at the end of each curve, whole also at the edge of the chart."""
    dot = {**DOT, "size": 120, "clip": False}
    return layer("end", dot, {**at, "color": tone, "opacity": in_sight(at["x"]["field"])})


def keys(at: dict[str, Any], tone: dict[str, Any]) -> dict[str, Any]:
    """A short piece of the line itself beside its name, where a hue alone does not tell whose name it is."""
    field = at["x"]["field"]
    right, edge = _is_beside(field), f"max(0, {_wide()} - {_px(field)})"
    start = f"{right} ? {BESIDE} : {edge} - {KEY - 6}"
    stop = f"{right} ? {BESIDE + KEY - 6} : {edge}"
    mark = {
        "type": "rule", "strokeWidth": 3, "tooltip": None, "clip": False, "xOffset": {"expr": start},
        "x2Offset": {"expr": stop}, "yOffset": {"expr": f"{right} ? {BESIDE_UP} : {OVER_UP}"},
    }  # fmt: skip
    found = layer("end", mark, {"y": NAME_AT, **at, "x2": {"field": field}, "color": tone, "strokeDash": DASH,
                                "opacity": in_sight(field)})  # fmt: skip
    return found | {"transform": [*found["transform"], {"filter": "datum.key > 0"}]}


def in_sight(field: str) -> dict[str, Any]:
    """Seen unless somebody has zoomed so far in that its place is outside the chart."""
    x, y = f"inrange({_px(field)}, [-1, width + 1])", "inrange(scale('y', datum.loss), [-1, height + 1])"
    return {"condition": {"test": f"{x} && {y}", "value": 1}, "value": 0}


class Name(NamedTuple):
    """What stands at the end of a curve, and where that is."""

    x: float
    y: float
    words: str
    key: int = 0  # px that a sample of its line takes


def spread(names: Sequence[Name], gap: float, top: float, width: float) -> list[float]:
    """The heights of `names`, lowest first, on a plot of `width` px: only those that would lie on each other move.

    They move up, and down again where that is over `top`.
    """
    boxes = [_box(name, width) for name in names]
    places = _raised(boxes, [name.y for name in names], gap)
    if max(places, default=top) > top:
        mirrored = [-min(place, top) for place in reversed(places)]
        places = [-place for place in reversed(_raised(boxes[::-1], mirrored, gap))]
    return places


def _raised(boxes: Sequence[tuple[float, float]], heights: Sequence[float], gap: float) -> list[float]:
    """Each height, one after the other, raised over those before it that it would lie on."""
    found: list[float] = []
    for (left, right), height in zip(boxes, heights, strict=True):
        before = zip(boxes, found, strict=False)
        for place in sorted(place for (start, stop), place in before if start < right and left < stop):
            if abs(height - place) < gap * (1 - 1e-9):
                height = place + gap
        found.append(height)
    return found


def _box(name: Name, width: float) -> tuple[float, float]:
    """From where to where a name reaches, in px: what `names` tells the browser, in Python."""
    wide = EM * PANEL * len(name.words) + name.key
    if name.x + BESIDE + wide <= width:
        return name.x, name.x + BESIDE + wide
    return max(name.x, wide) - wide, max(name.x, wide)


def _name_place(field: str) -> dict[str, Any]:
    """Where a name stands, as Vega expressions: the width of the chart is known to the browser alone."""
    right, inset = _is_beside(field), "(datum.key || 0)"
    return {
        "align": {"expr": f"{right} ? 'left' : 'right'"},
        "dx": {"expr": f"{right} ? {BESIDE} + {inset} : max(0, {_wide()} - {_px(field)}) - {inset}"},
        "dy": {"expr": f"{right} ? {BESIDE_UP} : {OVER_UP}"},
        "fontSize": {"expr": _size()},
        "limit": {"expr": f"width - {inset}"},
        "clip": False,
    }


def _px(field: str) -> str:
    return f"scale('x', datum.{field})"


def _size() -> str:
    most = f"width < {NARROW} ? {TICK} : {PANEL}"
    return f"max({SMALLEST}, min({most}, (width - (datum.key || 0)) / ({EM} * length(datum.label))))"


def _wide() -> str:
    return f"({_size()} * {EM} * length(datum.label) + (datum.key || 0))"


def _is_beside(field: str) -> str:
    return f"({_px(field)} + {BESIDE} + {_wide()} <= width)"


def axis(tone: str, label: str) -> dict[str, Any]:
    """A few round numbers below the chart; `label` is a Vega expression that writes one."""
    return {
        "title": None, "labelExpr": label, "labelFontSize": TICK, "labelColor": tone, "labelPadding": 8,
        "labelFlush": True, "grid": False, "ticks": False, "domain": False, "tickCount": 5,
    }  # fmt: skip


def title(p: Palette, words: str) -> dict[str, Any]:
    """What an axis says of itself, under its numbers."""
    return {"title": words, "titleColor": p.muted, "titleFontSize": TICK, "titleFontWeight": 400}


def whole(field: str = "datum.value") -> str:
    """A Vega expression: a whole number with thin spaces in its thousands."""
    return f"replace(format({field}, ',d'), regexp(',', 'g'), '\u202f')"


def grid() -> dict[str, Any]:
    """Zoom and move with the shift key held, so that a wheel scrolls the page, and a finger too."""
    drag = "[pointerdown[event.shiftKey], window:pointerup] > window:pointermove!"
    zoom = {"type": "interval", "zoom": "wheel![event.shiftKey]", "translate": drag}
    return {"name": "grid", "views": ["points"], "bind": "scales", "select": zoom}
