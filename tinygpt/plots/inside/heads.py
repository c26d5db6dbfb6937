"""Lists of heads, a line each, as HTML: what a head looks at beside an even spread, and what is lost where it is cut.

All text is escaped here. A line wraps on a phone; each list is a table for whoever cannot see it.
"""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from tinygpt.inside.knockout import Rise
from tinygpt.plots.drawing import shade
from tinygpt.plots.look import MONO, PALETTE, Mode, Palette
from tinygpt.spelling import number, shown, with_sign

STANDARD_ERRORS = 2  # on each side of a bar: the length of its whisker
LEAST_AXIS = 0.05  # nats: bars of smaller rises are not blown up to the full width
LINE = "display:flex;flex-wrap:wrap;gap:.1rem 1rem;align-items:center;padding:.3rem 0;line-height:1.4"
TRACK = "position:relative;width:9rem;height:1.1rem;border-radius:2px"
DIGITS = "font-variant-numeric:tabular-nums;text-align:right"


class HabitLine(NamedTuple):
    """One head, what it may be called, and the score that says so; None where it has none."""

    head: str
    called: str
    score: float | None
    even: float | None  # what an even spread would score
    sentence: str


class CutLine(NamedTuple):
    """One head, what is lost without it, and its stripe; None where that is not measured yet."""

    head: str
    rise: Rise | None
    stripe: float | None


def habit_lines(lines: Sequence[HabitLine], mode: Mode, *, titles: tuple[str, str, str]) -> str:
    """What each head looks at: a bar from 0 to 1, and a mark where an even spread would end."""
    p = PALETTE[mode]
    head = _titles(titles, ("width:8rem", "width:7.5rem", "flex:1 1 12.5rem"), p)
    return _table([head, *(_habit(line, p) for line in lines)], p)


def _habit(line: HabitLine, p: Palette) -> str:
    bar, score = "", "\u2013"
    if line.score is not None and line.even is not None:
        score = number(line.score)
        bar = _piece(f"left:0;width:{_share(line.score)};top:0;bottom:0;background:{p.blue}")
        bar += _piece(f"left:calc({_share(line.even)} - 1px);width:2px;top:-3px;bottom:-3px;background:{p.ink}")
    cells = [
        _cell(escape(line.head), "width:8rem"),
        _cell(escape(line.called), "width:7.5rem;font-weight:700"),
        _cell(f'<i style="display:block;{TRACK};background:{p.tile}">{bar}</i>', ""),
        _cell(f"<b>{score}</b>", f"width:2.5rem;{DIGITS}"),
        _cell(escape(line.sentence), f"flex:1 1 19rem;font-size:.9rem;color:{p.muted}"),
    ]
    return _line(p, cells)


def cuts(lines: Sequence[CutLine], mode: Mode, *, titles: tuple[str, str, str]) -> str:
    """What is lost without each head, a whisker two standard errors to each side; and the stripe of each as a tile."""
    p = PALETTE[mode]
    ends = [end for line in lines if line.rise for end in _whisker(line.rise) if math.isfinite(end)]
    axis = min([0.0, *ends]), max([LEAST_AXIS, *ends])
    head = _titles(titles, ("width:8rem", "width:14rem", "flex:1 1 6rem"), p)
    return _table([head, *(_cut(line, axis, mode) for line in lines)], p)


def _whisker(rise: Rise) -> tuple[float, float]:
    return rise.mean - STANDARD_ERRORS * rise.error, rise.mean + STANDARD_ERRORS * rise.error


def _cut(line: CutLine, axis: tuple[float, float], mode: Mode) -> str:
    p, said = PALETTE[mode], "\u2026"

    def between(a: float, b: float, style: str) -> str:
        left, right = (_share((end - axis[0]) / (axis[1] - axis[0])) for end in sorted((a, b)))
        return _piece(f"left:{left};right:calc(100% - {right});{style}")

    drawn = between(0, 0, f"width:1px;top:-3px;bottom:-3px;background:{p.muted}")
    if line.rise:
        drawn += between(0, line.rise.mean, f"top:2px;bottom:2px;background:{p.plum}")
        drawn += between(*_whisker(line.rise), f"top:calc(50% - 1px);height:2px;background:{p.ink}")
        said = with_sign(line.rise.mean)
    tile = ""
    if line.stripe is not None:
        fill, ink = shade(line.stripe, mode)
        tile = f'<span style="display:inline-block;padding:0 .5rem;border-radius:2px;background:{fill};color:{ink}">'
        tile += f"{number(line.stripe)}</span>"
    cells = [
        _cell(escape(line.head), "width:8rem"),
        _cell(f'<i style="display:block;{TRACK}">{drawn}</i>', ""),
        _cell(f"<b>{said}</b>", f"width:4rem;{DIGITS}"),
        _cell(tile or "\u2026", "flex:1 1 6rem;font-variant-numeric:tabular-nums"),
    ]
    return _line(p, cells)


def exchanged_passage(characters: Sequence[str], place: int, new: str, mode: Mode) -> str:
    """A text in which the letter at `place` is exchanged for a `new` one, and which breaks off before that comes."""
    p, marked = PALETTE[mode], "border-radius:2px;padding:0 .25rem"
    parts = [escape(shown(c)) for c in characters]
    parts[place] = (
        f'<span style="outline:2px solid {p.ink};{marked}">{parts[place]}\u2192<b>{escape(shown(new))}</b></span>'
    )
    end = f'<span style="background:{p.tile};{marked}">?</span>'
    style = f"font-family:{MONO};overflow-wrap:anywhere;line-height:1.9;color:{p.ink}"
    return f'<div style="{escape(style, quote=True)}">{"".join(parts)}{end}</div>'


def _titles(titles: Sequence[str], widths: Sequence[str], p: Palette) -> str:
    cells = [_cell(f"<b>{escape(title)}</b>", width) for title, width in zip(titles, widths, strict=True)]
    return _line(p, cells, top=True)


def _table(lines: Sequence[str], p: Palette) -> str:
    return f'<div role="table" style="color:{p.ink}">{"".join(lines)}</div>'


def _line(p: Palette, cells: Sequence[str], *, top: bool = False) -> str:
    rule = "" if top else f"border-top:1px solid {p.rule};"
    return f'<div role="row" style="{rule}{LINE}">{"".join(cells)}</div>'


def _cell(inner: str, style: str) -> str:
    return f'<span role="cell" style="{style}">{inner}</span>'


def _piece(style: str) -> str:
    return f'<i style="position:absolute;border-radius:2px;{style}"></i>'


def _share(value: float) -> str:
    """As much of a track, from none to all of it."""
    return f"{100 * min(1.0, max(0.0, value if value == value else 0.0)):.1f}%"
