"""Drawings of a table of pairs, step by step: counting a line, one row turned into a loss, one step of training.

Shapes in this file:
    V   characters of the text      M   characters of one line
"""

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO

import torch
from PIL import Image
from torch import Tensor

from tinygpt.lessons.tables import WorkedRow, share_digits
from tinygpt.plots.drawing import character, line, outline, rect, svg, tiles, words
from tinygpt.plots.look import MONO, PALETTE, TICK, Mode, between, color
from tinygpt.spelling import number

CELL, TILE = 32, 34  # px: a cell of a small table, a character of a line
BIG = 20  # px: characters of a line, which shrinks on a phone
WIDTH = 372  # px of a row by hand, so that a phone need not shrink it much
SIDE, BARS = 272, 330  # px: the whole table, and the bars of one row beside it
ROW = 34  # px: a line of a table of numbers
SHADES = 255  # colors of a table


def _line_of_tiles(text: Sequence[str], at: int, second: str, mode: Mode) -> str:
    """Characters as tiles, and under the pair that begins at `at` the words "row" and `second`."""
    p, ochre, parts = PALETTE[mode], color("bigram", mode, text=True), []
    for i, c in enumerate(text):
        parts.append(rect(i * TILE + 1, 2, TILE - 2, TILE - 2, fill=p.tile))
        parts.append(character((i + 0.5) * TILE, TILE / 2 + 1, c, mode, bold=i in (at, at + 1), size=BIG))
    for i, word, edge, tone in ((at, "row", p.ink, p.ink), (at + 1, second, color("bigram", mode), ochre)):
        parts.append(rect(i * TILE + 2, 2, TILE - 4, TILE - 2, stroke=edge, thick=2.5))
        anchor, x = ("end", (i + 1) * TILE - 6) if i == at and at else ("start", i * TILE + (8 if i > at else 0))
        parts.append(words(x, TILE + 16, word, tone, size=BIG, anchor=anchor))
    return svg((len(text) + 1) * TILE, TILE + 30, *parts)


def counted_so_far(text: Sequence[str], at: int, chars: Sequence[str], counts: Tensor, mode: Mode) -> str:
    """A pointer on the pair of `text` that begins at `at`, and the table with one more in its cell. `counts` is (M, M)

    `chars` are the M characters of the line in the order of the table's rows.
    """
    p, M, left, top = PALETTE[mode], len(chars), 34, 28
    i, j = chars.index(text[at]), chars.index(text[at + 1])
    values = [[float(n) for n in row] for row in counts.tolist()]
    limit = max(3.0, float(counts.max()))
    shown = [[value or None for value in row] for row in values]
    parts = [rect(left, top, M * CELL, M * CELL, stroke=p.rule, thick=1)]
    parts += [character(left - 16, top + (n + 0.5) * CELL, c, mode, bold=n == i) for n, c in enumerate(chars)]
    parts += [character(left + (n + 0.5) * CELL, top - 14, c, mode, bold=n == j) for n, c in enumerate(chars)]
    parts.append(tiles(shown, mode, x=left, y=top, cell=CELL, limit=limit, digits=0))
    parts.append(outline(i, M, mode, x=left, y=top, cell=CELL))
    parts.append(rect(left + j * CELL, top + i * CELL, CELL, CELL, stroke=color("bigram", mode), thick=4))
    side = left + M * CELL + 10
    parts.append(words(side, top + (i + 0.5) * CELL, "+1", color("bigram", mode, text=True), size=22, bold=True))
    return _line_of_tiles(text, at, "column", mode) + svg(side + 36, top + M * CELL + 6, *parts)


def row_by_hand(
    text: Sequence[str], at: int, worked: WorkedRow, names: Sequence[str], others: int, mode: Mode
) -> str:  # fmt: skip
    """One row of a table of logits: e to each, its share of the sum, and the loss of what really came.

    `names` are the characters of `worked.shown`, what came last; `others` is how many more the row has. Behind each
    row lies its share of the width.
    """
    p, ends, ochre = PALETTE[mode], (176, 272, 368), color("bigram", mode, text=True)
    parts = [words(x, 12, head, p.muted, size=TICK, anchor="end") for x, head in
             zip(ends, ("logit z", "e to z", "share"), strict=True)]  # fmt: skip
    last, y = len(names) - 1, 10.0
    for n, (c, z, power, share) in enumerate(zip(names, worked.logits, worked.powers, worked.shares, strict=True)):
        y += ROW
        came = n == last
        parts.append(rect(0, y - ROW / 2 + 2, max(2.0, WIDTH * share), ROW - 4, fill=p.tile))
        parts.append(character(14, y, c, mode, bold=came))
        if came:
            parts.append(words(32, y, "came", ochre, size=TICK, bold=True))
        figures = (number(z, 4), number(power, 4), number(share, share_digits(share)))
        for x, figure in zip(ends, figures, strict=True):
            parts.append(words(x, y, figure, ochre if came else p.ink, size=TICK, anchor="end", mono=True, bold=came))
    if others:
        y += ROW
        parts.append(words(6, y, f"the other {others}", p.muted, size=TICK))
        parts.append(words(ends[1], y, number(worked.others, 4), p.muted, size=TICK, anchor="end", mono=True))
    y += ROW / 2 + 2
    parts.append(line(ends[1] - 92, y, ends[1], y, p.ink))
    y += ROW / 2 + 2
    parts.append(words(6, y, "their sum", p.ink, size=TICK))
    parts.append(words(ends[1], y, number(worked.total, 4), p.ink, size=TICK, anchor="end", mono=True))
    part = number(worked.shares[-1], share_digits(worked.shares[-1]))
    share_of_it = f"share = {number(worked.powers[-1], 4)} / {number(worked.total, 4)} = {part}"
    parts.append(words(6, y + ROW + 8, share_of_it, p.ink))
    parts.append(words(6, y + 2 * ROW, f"loss = \u2212ln {part} = {number(worked.loss, 4)}", ochre, bold=True))
    return _line_of_tiles(text, at, "came", mode) + svg(WIDTH, y + 2 * ROW + 16, *parts)


def signed_pixels(table: Tensor, limit: float, mode: Mode, *, x: float = 0, y: float = 0) -> str:
    """A table (V, V) as colored pixels, `limit` in the strongest color and 0 in that of an empty tile."""
    stops, p = PALETTE[mode].diverging, PALETTE[mode]
    at = ((table / (limit or 1.0)).clamp(-1, 1) * 0.5 + 0.5).mul(SHADES - 1).round().to(torch.uint8)
    image = Image.fromarray(at.numpy(), "P")
    image.putpalette(b"".join(bytes.fromhex(between(stops, i / (SHADES - 1))[1:]) for i in range(SHADES)))
    file = BytesIO()
    image.save(file, "PNG")
    url = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    picture = (
        f'<image href="{url}" x="{x:.1f}" y="{y:.1f}" width="{SIDE}" height="{SIDE}" preserveAspectRatio="none" '
        'style="image-rendering: pixelated"/>'
    )
    return picture + rect(x + 0.5, y + 0.5, SIDE - 1, SIDE - 1, stroke=p.rule, thick=1)


def lit_line(lines: Sequence[str], at: int | None, mode: Mode) -> str:
    """Lines of code as HTML, the one that runs now marked; none where `at` is None."""
    p, parts = PALETTE[mode], []
    face = f"font-family:{escape(MONO)};font-size:13px;line-height:1.6;white-space:pre"
    for n, code in enumerate(lines):
        lit = n == at
        look = f"background:{p.tile};color:{p.ink};font-weight:700" if lit else f"color:{p.muted}"
        mark = "\u25b6" if lit else "\u2002"
        parts.append(f'<div style="{face};{look};padding:.05rem .4rem">{mark} {escape(code)}</div>')
    return f'<div style="width:100%;overflow-x:auto">{"".join(parts)}</div>'


def table_and_row(
    table: Tensor | None, limit: float, row: int, bars: Sequence[tuple[str, float]], titles: tuple[str, str],
    mode: Mode, *, digits: int, came: Sequence[bool] = (), reach: tuple[float, float] | None = None,
) -> str:  # fmt: skip
    """A whole table (V, V) as pixels with one row pointed at, and that row's numbers as bars with their characters.

    Without a `table` there is an empty frame. Where `came`, the character is bold: it really came after that row's.
    Drawings that are compared have the same `reach`: the lowest and the highest number for which there is room.
    """
    p, top = PALETTE[mode], 34
    parts = [words(0, 12, titles[0], p.ink, bold=True, size=TICK)]
    if table is None:
        parts.append(rect(0.5, top + 0.5, SIDE - 1, SIDE - 1, stroke=p.rule, thick=1))
        parts.append(words(SIDE / 2, top + SIDE / 2, "nothing", p.muted, anchor="middle"))
    else:
        parts.append(signed_pixels(table, limit, mode, y=top))
        y, high = top + row * SIDE / len(table), SIDE / len(table)
        parts.append(rect(1, y - 1, SIDE - 2, high + 2, stroke=p.ink, thick=1.5))
        parts.append(words(SIDE + 3, y + high / 2, "\u25c0", p.ink, size=14))
    beside = [words(0, 12, titles[1], p.ink, bold=True, size=TICK), _signed_bars(bars, came, mode, top, digits, reach)]
    high = top + SIDE + 4
    return svg(SIDE + 18, high, *parts) + svg(BARS, high, *beside)


def _signed_bars(
    bars: Sequence[tuple[str, float]], came: Sequence[bool], mode: Mode, top: float, digits: int,
    reach: tuple[float, float] | None,
) -> str:  # fmt: skip
    """Bars to the right for what is above 0, to the left for what is below; the number stands beside its bar."""
    p, high, parts = PALETTE[mode], SIDE / max(8, len(bars)), []
    low, most = reach or (min([0.0, *(v for _, v in bars)]), max([0.0, *(v for _, v in bars)]))
    span, label = (most - low) or 1.0, 78
    room = BARS - 40 - label - (label if low < 0 else 0)
    zero = 40 + (label if low < 0 else 0) + room * -low / span
    for n, (c, value) in enumerate(bars):
        y = top + (n + 0.5) * high
        length = room * abs(value) / span
        start = zero if value >= 0 else zero - length
        bold = bool(came and came[n])
        parts.append(character(14, y, c, mode, bold=bold))
        fill = color("bigram", mode) if bold else p.gray
        parts.append(rect(start, y - high * 0.32, max(1.0, length), high * 0.64, fill=fill))
        at, anchor = (start + length + 8, "start") if value >= 0 else (start - 8, "end")
        parts.append(words(at, y, number(value, digits), p.ink, size=15, anchor=anchor))
    if bars:
        parts.append(line(zero, top, zero, top + len(bars) * high, p.ink, thick=1))
    return "".join(parts)


def random_corner(logits: Tensor, chars: Sequence[str], mode: Mode) -> str:
    """A few rows and columns of a table of logits with their numbers. `logits` is (M, M)"""
    M, left, top = len(chars), 30, 26
    numbers = tiles(logits.tolist(), mode, x=left, y=top, cell=TILE, signed=True, limit=3.0, digits=1)
    above = [character(left + (n + 0.5) * TILE, 12, c, mode) for n, c in enumerate(chars)]
    beside = [character(12, top + (n + 0.5) * TILE, c, mode) for n, c in enumerate(chars)]
    return svg(left + M * TILE, top + M * TILE, numbers, *above, *beside)
