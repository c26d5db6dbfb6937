"""The marks that every Vega-Lite chart of losses is made of: lines, dots, words, floors, axes.

A chart is a constant spec and a table of rows, one a mark, whose `kind` says which layer draws it. So new rows change
nothing but what they say: nothing is drawn anew, and a zoom stays.
"""

from typing import Any

from tinygpt.plots.look import TICK, Palette

DASHES = ([1, 0], [8, 4], [3, 3], [12, 4, 3, 4])  # a second run of the same hue is dashed, and so on
APART = len(DASHES)  # the dash of a run that sees the answer, whatever its hue: short marks, far apart
SET_APART = [3, 8]

SCALE = {"nice": False, "zero": False}
LOSS: dict[str, Any] = {"field": "loss", "type": "quantitative", "scale": SCALE, "axis": None}
RUN = {"field": "run", "type": "nominal"}
TEXT = {"field": "label"}
AS_IT_IS = {"scale": None, "legend": None, "type": "nominal"}  # a color that stands in the row itself
TONE, INK = {"field": "tone", **AS_IT_IS}, {"field": "ink", **AS_IT_IS}
DASH = {
    "field": "dash", "type": "nominal", "legend": None,
    "scale": {"domain": [str(i) for i in range(len(DASHES) + 1)], "range": [*DASHES, SET_APART]},
}  # fmt: skip

LINE = {"type": "line", "tooltip": None, "clip": True, "strokeJoin": "round"}
RULE = {"type": "rule", "tooltip": None, "clip": True}
DOT = {"type": "point", "filled": True, "clip": True, "tooltip": None}
CORNER = {"type": "point", "opacity": 0, "tooltip": None}  # two of them give the axes their range


def layered(layers: list[dict[str, Any]], *, height: int, right: int = 2) -> dict[str, Any]:
    """A spec of these layers. `height` is all of it: Streamlit counts the axis, too."""
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


def text_mark(tone: str, size: int, **place: Any) -> dict[str, Any]:
    """A mark that writes."""
    return {"type": "text", "fontSize": size, "color": tone, "baseline": "middle", "tooltip": None, **place}


def on_lines(p: Palette, kind: str, mark: dict[str, Any], encoding: dict[str, Any], **ink: Any) -> list[dict[str, Any]]:
    """Words that can be read on a line: first thicker in the color of the page, then as they are, or in `color`."""
    halo = {"stroke": p.paper, "strokeWidth": 5, "strokeJoin": "round", "color": p.paper}
    return [layer(kind, mark | halo, encoding), layer(kind, mark, encoding | ink)]


def number_axis(tone: str, label: str) -> dict[str, Any]:
    """A few round numbers below the chart; `label` is a Vega expression that writes one."""
    return {
        "title": None, "labelExpr": label, "labelFontSize": TICK, "labelColor": tone, "labelPadding": 8,
        "labelFlush": True, "grid": False, "ticks": False, "domain": False, "tickCount": 5,
    }  # fmt: skip


def axis_title(p: Palette, words: str) -> dict[str, Any]:
    """What an axis says of itself, under its numbers."""
    return {"title": words, "titleColor": p.muted, "titleFontSize": TICK, "titleFontWeight": 400}


def whole_number(field: str = "datum.value") -> str:
    """A Vega expression: a whole number with thin spaces in its thousands."""
    return f"replace(format({field}, ',d'), regexp(',', 'g'), '\u202f')"


def shift_zoom() -> dict[str, Any]:
    """Zoom and move with the shift key held, so that a wheel scrolls the page, and a finger too."""
    drag = "[pointerdown[event.shiftKey], window:pointerup] > window:pointermove!"
    zoom = {"type": "interval", "zoom": "wheel![event.shiftKey]", "translate": drag}
    return {"name": "grid", "views": ["points"], "bind": "scales", "select": zoom}
