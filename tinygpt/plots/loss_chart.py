"""The live loss chart: a Vega-Lite spec that never changes, for the rows of plots/loss.py."""

from functools import cache
from typing import Any

from tinygpt.plots.look import PALETTE, PANEL, TICK, Mode, Palette, color

HEIGHT = 380  # px
ROLES = ("bigram", "head", "heads", "gpt", "count")
DASHES = ([1, 0], [8, 4], [3, 3], [12, 4, 3, 4])  # a second run of the same family is dashed, and so on
SIDES = {"right": {"align": "left", "dx": 13}, "left": {"align": "right", "dx": 0, "dy": -14}}  # of a curve's end

_SCALE = {"nice": False, "zero": False}
_LOSS: dict[str, Any] = {"field": "loss", "type": "quantitative", "scale": _SCALE, "axis": None}
_NAME_AT = {**_LOSS, "field": "label_y"}
_RUN = {"field": "run", "type": "nominal"}
_TEXT = {"field": "label"}

_LINE = {"type": "line", "tooltip": None, "clip": True, "strokeJoin": "round"}
_RULE = {"type": "rule", "tooltip": None, "clip": True}
_DOT = {"type": "point", "filled": True, "clip": True, "tooltip": None}
_IN_SIGHT = {  # a floor's name stands outside the plot, where nothing clips it when somebody zooms
    "condition": {"test": "inrange(scale('y', datum.loss), [0, height])", "value": 1},
    "value": 0,
}


@cache
def loss_spec(mode: Mode) -> dict[str, Any]:
    """Everything but the rows: the same for every tick, for every run, for every text."""
    p = PALETTE[mode]
    at = {"x": _step(p.muted), "y": _LOSS}
    corner = _layer("corner", {"type": "point", "opacity": 0, "tooltip": None}, at)
    return {
        "height": HEIGHT,
        "padding": {"left": 2, "right": 2, "top": 6, "bottom": 4},
        "params": [_grid()],
        "layer": [corner, *_floors(p), *_curves(mode, at), *_guess(p), _points(at), *_ends(mode, at)],
        "resolve": {"scale": {"color": "independent"}},  # lines have a family's hue, words its darker one
        # Whatever the number of points: a renderer that changed would draw all anew.
        "usermeta": {"embedOptions": {"renderer": "svg", "logLevel": 1}},
    }


def _floors(p: Palette) -> list[dict[str, Any]]:
    """Dotted lines, each with its name at the left."""
    rule = {**_RULE, "strokeDash": [2, 4], "strokeWidth": 1.5, "color": p.gray}
    name = _words(p.muted, TICK, align="right", x=-10, lineBreak="\n", clip=False)
    return [
        _layer("floor", rule, {"y": _LOSS}),
        _layer("floor", name, {"y": _NAME_AT, "text": _TEXT, "opacity": _IN_SIGHT}),
    ]


def _curves(mode: Mode, at: dict[str, Any]) -> list[dict[str, Any]]:
    """The thin line of training text below the thick one of unseen text."""
    dashes = {"domain": [str(i) for i in range(len(DASHES))], "range": list(DASHES)}
    line = {**at, "color": _hue(mode), "detail": _RUN}
    thick = {**line, "strokeDash": {"field": "dash", "type": "nominal", "scale": dashes, "legend": None}}
    return [
        _layer("train", {**_LINE, "strokeWidth": 1.25, "opacity": 0.75}, line),
        _layer("val", {**_LINE, "strokeWidth": 3.5}, thick),
    ]


def _guess(p: Palette) -> list[dict[str, Any]]:
    """What a student expects: a line of ink, and its words on it."""
    words = _words(p.ink, TICK, align="left", x=4, dy=-11)
    return [
        _layer("guess", {**_RULE, "strokeWidth": 1.25, "color": p.ink}, {"y": _LOSS}),
        *(_layer("guess", mark, {"y": _LOSS, "text": _TEXT}) for mark in (words | _halo(p.paper), words)),
    ]


def _points(at: dict[str, Any]) -> dict[str, Any]:
    """Where the pointer finds a val loss; nothing of it is seen."""
    mark = {**_DOT, "size": 160, "opacity": 0, "tooltip": True}
    return {"name": "points"} | _layer("val", mark, {**at, "detail": _RUN, "tooltip": _tooltip()})


def _ends(mode: Mode, at: dict[str, Any]) -> list[dict[str, Any]]:
    """A dot at the end of each curve, and its name over everything else."""
    p = PALETTE[mode]
    bold = {side: _words(p.ink, PANEL, fontWeight=700, **place) for side, place in SIDES.items()}
    name = {**at, "y": _NAME_AT, "text": _TEXT}
    ink = _hue(mode, text=True)
    return [
        *(_layer("end", {**bold[side], **_halo(p.paper)}, name, side) for side in SIDES),
        _layer("end", {**_DOT, "size": 120, "opacity": 1}, {**at, "color": _hue(mode)}),
        *(_layer("end", bold[side], {**name, "color": ink}, side) for side in SIDES),
    ]


def _hue(mode: Mode, *, text: bool = False) -> dict[str, Any]:
    """The color of a run's family."""
    scale = {"domain": list(ROLES), "range": [color(role, mode, text=text) for role in ROLES]}
    return {"field": "role", "type": "nominal", "scale": scale, "legend": None}


def _layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any], side: str = "") -> dict[str, Any]:
    """A mark for each row of one kind."""
    only = f"datum.kind === '{kind}'" + (f" && datum.side === '{side}'" if side else "")
    return {"transform": [{"filter": only}], "mark": mark, "encoding": encoding}


def _words(tone: str, size: int, **place: Any) -> dict[str, Any]:
    return {"type": "text", "fontSize": size, "color": tone, "baseline": "middle", "tooltip": None, **place}


def _halo(paper: str) -> dict[str, Any]:
    """The same words first in the color of the page, and thicker: then they can be read on a line."""
    return {"stroke": paper, "strokeWidth": 5, "strokeJoin": "round", "color": paper}


def _step(tone: str) -> dict[str, Any]:
    return {"field": "step", "type": "quantitative", "scale": _SCALE, "axis": _step_axis(tone)}


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
        {"field": "val", "title": "val loss", "format": ".4g"},  # also where the line runs along the upper edge
        {"field": "train", "title": "train loss", "format": ".4g"},
    ]


def _grid() -> dict[str, Any]:
    """Zoom and move with the shift key held, so that a wheel scrolls the page, and a finger too."""
    drag = "[pointerdown[event.shiftKey], window:pointerup] > window:pointermove!"
    zoom = {"type": "interval", "zoom": "wheel![event.shiftKey]", "translate": drag}
    return {"name": "grid", "views": ["points"], "bind": "scales", "select": zoom}
