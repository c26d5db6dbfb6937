"""The live loss chart: a Vega-Lite spec that never changes, for the rows of plots/losses/loss.py."""

from functools import cache
from typing import Any

from tinygpt.plots.look import PALETTE, TICK, Mode, Palette, color
from tinygpt.plots.losses import marks

ROLES = ("bigram", "head", "heads", "gpt", "count")


@cache
def loss_spec(mode: Mode) -> dict[str, Any]:
    """Everything but the rows: the same for every tick, for every run, for every text."""
    p = PALETTE[mode]
    at = {"x": _step(p.muted), "y": marks.LOSS}
    corner = marks.layer("corner", marks.CORNER, at)
    return marks.chart([corner, *marks.floors(p), *_curves(mode, at), *_guess(p), _points(at), *_ends(mode, at)])


def _curves(mode: Mode, at: dict[str, Any]) -> list[dict[str, Any]]:
    """The thin line of training text below the thick one of unseen text."""
    line = {**at, "color": _hue(mode), "detail": marks.RUN}
    return [
        marks.layer("train", {**marks.LINE, "strokeWidth": 1.25, "opacity": 0.75}, line),
        marks.layer("val", {**marks.LINE, "strokeWidth": 3.5}, {**line, "strokeDash": marks.DASH}),
    ]


def _guess(p: Palette) -> list[dict[str, Any]]:
    """What a student expects: a line of ink, and its words on it."""
    said = marks.words(p.ink, TICK, align="left", x=4, dy=-11)
    return [
        marks.layer("guess", {**marks.RULE, "strokeWidth": 1.25, "color": p.ink}, {"y": marks.LOSS}),
        *(
            marks.layer("guess", mark, {"y": marks.LOSS, "text": marks.TEXT})
            for mark in (said | marks.halo(p.paper), said)
        ),
    ]


def _points(at: dict[str, Any]) -> dict[str, Any]:
    """Where the pointer finds a val loss; nothing of it is seen."""
    mark = {**marks.DOT, "size": 160, "opacity": 0, "tooltip": True}
    return {"name": "points"} | marks.layer("val", mark, {**at, "detail": marks.RUN, "tooltip": _tooltip()})


def _ends(mode: Mode, at: dict[str, Any]) -> list[dict[str, Any]]:
    """A dot at the end of each curve, and its name over everything else."""
    behind, before = marks.names(PALETTE[mode], {"x": at["x"]}, _hue(mode, text=True))
    return [behind, marks.ends(at, _hue(mode)), before]


def _hue(mode: Mode, *, text: bool = False) -> dict[str, Any]:
    """The color of a run's family."""
    scale = {"domain": list(ROLES), "range": [color(role, mode, text=text) for role in ROLES]}
    return {"field": "role", "type": "nominal", "scale": scale, "legend": None}


def _step(tone: str) -> dict[str, Any]:
    return {"field": "step", "type": "quantitative", "scale": marks.SCALE, "axis": marks.axis(tone, marks.whole())}


def _tooltip() -> list[dict[str, Any]]:
    return [
        {"field": "label", "title": "run"},
        {"field": "step", "format": ",d"},
        {"field": "val", "title": "val loss", "format": ".4g"},  # also where the line runs along the upper edge
        {"field": "train", "title": "train loss", "format": ".4g"},
    ]
