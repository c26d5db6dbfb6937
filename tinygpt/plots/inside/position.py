"""One position on its way through a model: the drawings of a box opened to its numbers, and the text of a unit.

SVG and HTML strings; all text is escaped here. Every drawing is at most as wide as a phone, the same as in lesson 6
(plots/lessons/transformer_stream.py).

Shapes in this file:
    T   characters in the window      n   numbers of a stage      H   heads of a block
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from torch import Tensor

from tinygpt.inside.units import Context
from tinygpt.plots.drawing import character, rect, svg, words
from tinygpt.plots.lessons.transformer_stream import SMALL, WIDE, number_strips
from tinygpt.plots.look import MONO, PALETTE, Mode
from tinygpt.spelling import in_a_row, number, shown

INNER = WIDE - 8  # px: what tiles and bars fill
HIGH = 16  # px: a strip of tiles
LABELLED = 11  # px: the smallest tile with a character below it
UNITS_IN_A_ROW = 32
SEEN = 32  # characters before a place that switches a unit on


class HeadRow(NamedTuple):
    """What one head does for the position: where it looks (T,), and what it adds (C,), in words too."""

    title: str
    weights: Tensor
    adds: Tensor


def marked_text(characters: Sequence[str], place: int, mode: Mode) -> str:
    """The text, with the position that is followed outlined."""
    p = PALETTE[mode]
    mark = f"outline:2.5px solid {p.ink};border-radius:2px;font-weight:700"
    tiles = "".join(
        f'<span style="padding:0 .12em;{mark if t == place else ""}">{escape(shown(c))}</span>'
        for t, c in enumerate(characters)
    )
    face = escape(f"font-family:{MONO}", quote=True)
    return f'<div style="{face};color:{p.ink};line-height:1.7;overflow-wrap:anywhere">{tiles}</div>'


def share_rows(heads: Sequence[HeadRow], characters: Sequence[str], mode: Mode) -> str:
    """A strip of weights and one of what it adds for each head; the characters stand below the last weights."""
    p, y, parts = PALETTE[mode], 0.0, []
    most = max(float(head.adds.abs().max()) for head in heads) or 1.0
    cell = INNER / len(characters)
    for head in heads:
        parts.append(words(0, y + 9, head.title, p.ink, size=SMALL, bold=True))
        parts.append(number_strips(head.weights[None].sqrt(), 0, y + 20, cell, HIGH, mode, shares=True))
        y += 20 + HIGH
        if cell >= LABELLED:
            parts += [character((t + 0.5) * cell, y + 9, c, mode, size=13) for t, c in enumerate(characters)]
            y += 18
        parts.append(words(0, y + 8, "it adds", p.muted, size=SMALL))
        parts.append(number_strips(head.adds[None] / most, 0, y + 17, INNER / len(head.adds), HIGH, mode))
        y += 17 + HIGH + 14
    return svg(WIDE, y, *parts)


def hidden_bars(values: Tensor, title: str, mode: Mode) -> str:
    """Hidden units (n,) as tiles in rows; one that is off has the color of nothing."""
    p, most = PALETTE[mode], float(values.abs().max()) or 1.0
    cell, parts = INNER / UNITS_IN_A_ROW, [words(0, 9, title, p.ink, size=SMALL, bold=True)]
    rows = (values / most).split(UNITS_IN_A_ROW)  # the last one may be shorter
    parts += [number_strips(row[None], 0, 22 + i * cell, cell, cell, mode) for i, row in enumerate(rows)]
    return svg(WIDE, 26 + len(rows) * cell, *parts)


def likeliest(found: Sequence[tuple[str, float]], title: str, mode: Mode, *, comes: str | None = None) -> str:
    """The characters with the most of something as level bars; the one that really comes is outlined."""
    p, most = PALETTE[mode], max([1e-9, *(value for _, value in found)])
    parts = [words(0, 9, title, p.ink, size=SMALL, bold=True)]
    for i, (symbol, value) in enumerate(found):
        y, wide = 24.0 + 24 * i, max(1.5, 220 * max(0.0, value) / most)
        parts.append(character(14, y + 10, symbol, mode, bold=symbol == comes))
        if symbol == comes:
            parts.append(rect(2, y - 1, 24, 22, stroke=p.ink, thick=2.5))
        parts += [rect(36, y, wide, 20, fill=p.plum), words(44 + wide, y + 10, number(value), p.ink, size=SMALL)]
    return svg(WIDE, 26 + 24 * len(found), *parts)


def contexts(found: Sequence[Context], mode: Mode) -> str:
    """Places of a text where a unit is largest: its value, what it has seen, and in gray what comes then."""
    p, lines = PALETTE[mode], []
    most = max([1e-9, *(one.value for one in found)])
    for one in found:
        before, here = "".join(map(in_a_row, one.before[:-1][-SEEN:])), escape(shown(one.before[-1:]))
        bar = f'<i style="display:inline-block;height:.8rem;width:{3.5 * max(0.0, one.value) / most:.2f}rem;'
        lines.append(
            f'<div role="row" style="display:flex;gap:.6rem;align-items:baseline">'
            f'<span role="cell" style="flex:0 0 3.6rem">{bar}background:{p.plum};border-radius:2px"></i></span>'
            f'<b role="cell" style="flex:0 0 2.4rem;font-variant-numeric:tabular-nums">{number(one.value)}</b>'
            f'<span role="cell" style="flex:1 1 0;min-width:0;overflow-wrap:anywhere;{_face()}">{escape(before)}'
            f'<b style="background:{p.tile};border-radius:2px;outline:2px solid {p.ink};margin:0 .15em">{here}</b>'
            f'<span style="color:{p.muted}">{escape("".join(map(in_a_row, one.after)))}</span></span></div>'
        )
    return f'<div role="table" style="color:{p.ink};line-height:1.7">{"".join(lines)}</div>'


def _face() -> str:
    return escape(f"font-family:{MONO}", quote=True)
