"""The live loss chart: a Vega-Lite spec that never changes, for the rows of plots/loss.py."""

from functools import cache
from typing import Any

from tinygpt.plots.look import PALETTE, PANEL, TICK, Mode, color

HEIGHT = 380  # px
ROLES = ("bigram", "head", "heads", "gpt", "count")
DASHES = ([1, 0], [8, 4], [3, 3], [12, 4, 3, 4])  # a second run of the same family is dashed, and so on


SIDES = {"right": {"align": "left", "dx": 13}, "left": {"align": "right", "dx": 0, "dy": -14}}  # of a curve's end
_HOVER = {"tooltip": True}
_IN_SIGHT = {  # a floor's name stands outside the plot, where nothing clips it when somebody zooms
    "condition": {"test": "inrange(scale('y', datum.loss), [0, height])", "value": 1},
    "value": 0,
}


@cache
def loss_spec(mode: Mode) -> dict[str, Any]:
    """Everything but the rows: the same for every tick, for every run, for every text."""
    p = PALETTE[mode]
    x = {"field": "step", "type": "quantitative", "scale": {"nice": False, "zero": False}, "axis": _step_axis(p.muted)}
    y = {"field": "loss", "type": "quantitative", "scale": {"nice": False, "zero": False}, "axis": None}
    hue = {"domain": list(ROLES), "range": [color(role, mode) for role in ROLES]}
    words = {"domain": list(ROLES), "range": [color(role, mode, text=True) for role in ROLES]}
    paint = {"field": "role", "type": "nominal", "scale": hue, "legend": None}
    ink = {"field": "role", "type": "nominal", "scale": words, "legend": None}
    numbers = [str(i) for i in range(len(DASHES))]
    dash = {"field": "dash", "type": "nominal", "scale": {"domain": numbers, "range": list(DASHES)}, "legend": None}
    run = {"field": "run", "type": "nominal"}
    line = {"type": "line", "tooltip": None, "clip": True, "strokeJoin": "round"}
    rule = {"type": "rule", "tooltip": None, "clip": True}
    dot = {"type": "point", "filled": True, "clip": True, "tooltip": None}
    text = {"field": "label"}
    name = _words(p.muted, TICK, align="right", x=-10, lineBreak="\n", clip=False)
    guess = _words(p.ink, TICK, align="left", x=4, dy=-11)
    layers = [
        _layer("corner", {"type": "point", "opacity": 0, "tooltip": None}, {"x": x, "y": y}),
        _layer("floor", {**rule, "strokeDash": [2, 4], "strokeWidth": 1.5, "color": p.gray}, {"y": y}),
        _layer("floor", name, {"y": {**y, "field": "label_y"}, "text": text, "opacity": _IN_SIGHT}),
        _layer(
            "train", {**line, "strokeWidth": 1.25, "opacity": 0.75}, {"x": x, "y": y, "color": paint, "detail": run}
        ),
        _layer(
            "val", {**line, "strokeWidth": 3.5}, {"x": x, "y": y, "color": paint, "detail": run, "strokeDash": dash}
        ),
        _layer("guess", {**rule, "strokeWidth": 1.25, "color": p.ink}, {"y": y}),
        _layer("guess", {**guess, **_halo(p.paper)}, {"y": y, "text": text}),
        _layer("guess", guess, {"y": y, "text": text}),
        {"name": "points"}
        | _layer(
            "val", {**dot, "size": 160, "opacity": 0} | _HOVER, {"x": x, "y": y, "detail": run, "tooltip": _tooltip()}
        ),
    ]
    ends = {"x": x, "y": {**y, "field": "label_y"}, "text": text}
    bold = {side: _words(p.ink, PANEL, fontWeight=700, **place) for side, place in SIDES.items()}
    layers += [_layer("end", {**bold[side], **_halo(p.paper)}, ends, side) for side in SIDES]
    layers += [_layer("end", {**dot, "size": 120, "opacity": 1}, {"x": x, "y": y, "color": paint})]
    layers += [_layer("end", bold[side], {**ends, "color": ink}, side) for side in SIDES]
    return {
        "height": HEIGHT,
        "padding": {"left": 2, "right": 2, "top": 6, "bottom": 4},
        "params": [_grid()],
        "layer": layers,
        "resolve": {"scale": {"color": "independent"}},  # lines have a family's hue, words its darker one
        "usermeta": {
            "embedOptions": {"renderer": "svg", "logLevel": 1}
        },  # else many points would switch it, and draw all anew
    }


def _layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any], side: str = "") -> dict[str, Any]:
    only = f"datum.kind === '{kind}'" + (f" && datum.side === '{side}'" if side else "")
    return {
        "transform": [{"filter": only}],
        "mark": mark,
        "encoding": encoding,
    }


def _words(tone: str, size: int, **place: Any) -> dict[str, Any]:
    return {"type": "text", "fontSize": size, "color": tone, "baseline": "middle", "tooltip": None, **place}


def _halo(paper: str) -> dict[str, Any]:
    """The same words first in the color of the page, and thicker: then they can be read on a line."""
    return {"stroke": paper, "strokeWidth": 5, "strokeJoin": "round", "color": paper}


def _step_axis(tone: str) -> dict[str, Any]:
    """A few round numbers of steps, with thin spaces."""
    words = "replace(format(datum.value, ',d'), ',', '\u202f')"
    return {
        "title": None, "labelExpr": words, "labelFontSize": TICK, "labelColor": tone, "labelPadding": 8,
        "labelFlush": True, "grid": False, "ticks": False, "domain": False, "tickCount": 5,
    }  # fmt: skip


def _tooltip() -> list[dict[str, Any]]:
    return [
        {"field": "label", "title": "run"},
        {"field": "step", "format": ",d"},
        {"field": "loss", "title": "val loss", "format": ".3f"},
        {"field": "train", "title": "train loss", "format": ".3f"},
    ]


def _grid() -> dict[str, Any]:
    """Zoom and move with the shift key held, so that a wheel scrolls the page, and a finger too."""
    drag = "[pointerdown[event.shiftKey], window:pointerup] > window:pointermove!"
    zoom = {"type": "interval", "zoom": "wheel![event.shiftKey]", "translate": drag}
    return {"name": "grid", "views": ["points"], "bind": "scales", "select": zoom}
