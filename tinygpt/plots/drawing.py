"""Drawings for figures that follow the finger (ui/drag.py): SVG strings out of numbers. All text is escaped here.

The same look as the Plotly figures: tiles with a gap of 2 px, no tile where there is nothing, direct labels.
"""

from collections import defaultdict
from collections.abc import Sequence
from html import escape

from tinygpt.plots.look import LABEL, MONO, PALETTE, SANS, TICK, Mode, between, legible
from tinygpt.spelling import is_invisible, number, shown

GAP = 2  # px between two tiles
LEVELS = 32  # tones of tiles that are drawn together
Tile = float | None  # None: no tile at all


def svg(width: float, height: float, *parts: str) -> str:
    """A whole drawing; it shrinks with its column and never grows beyond its own size."""
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    face = f"font-family='{SANS}'"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {face} aria-hidden="true">{"".join(parts)}</svg>'


def words(
    x: float, y: float, text: str, tone: str, *, size: float = LABEL, anchor: str = "start", mono: bool = False,
    bold: bool = False,
) -> str:  # fmt: skip
    """A line of text, its middle at height `y`; `anchor` is start, middle or end."""
    face = f" font-family='{MONO}'" if mono else ""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{tone}" font-size="{size}" text-anchor="{anchor}"'
        f' dominant-baseline="central"{face}{weight} xml:space="preserve">{escape(text)}</text>'
    )


def rect(
    x: float, y: float, width: float, height: float, *, fill: str = "none", stroke: str = "", dashed: bool = False,
    thick: float = 2,
) -> str:  # fmt: skip
    """A rectangle, filled or outlined."""
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    edge = f' stroke="{stroke}" stroke-width="{thick}"{dash}' if stroke else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" fill="{fill}"{edge}/>'


def line(x1: float, y1: float, x2: float, y2: float, tone: str, *, thick: float = 1.5, dashed: bool = False) -> str:
    """A straight line."""
    dash = ' stroke-dasharray="2 4"' if dashed else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{tone}" stroke-width="{thick}"'
        f' stroke-linecap="round"{dash}/>'
    )


def dot(x: float, y: float, radius: float, *, fill: str, stroke: str = "") -> str:
    """A round mark."""
    edge = f' stroke="{stroke}" stroke-width="2"' if stroke else ""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{fill}"{edge}/>'


def path(points: Sequence[tuple[float, float]], tone: str, *, thick: float = 2.5, dashed: bool = False) -> str:
    """A line through points."""
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="6 5"' if dashed else ""
    return (
        f'<polyline points="{way}" fill="none" stroke="{tone}" stroke-width="{thick}" stroke-linejoin="round"{dash}/>'
    )


def character(x: float, y: float, symbol: str, mode: Mode, *, bold: bool = False, size: float = LABEL) -> str:
    """One character of a corpus in the monospace face, a gray stand-in for an invisible one; its middle at (x, y)."""
    p = PALETTE[mode]
    tone = p.muted if is_invisible(symbol) and not bold else p.ink
    return words(x, y, shown(symbol), tone, size=size, anchor="middle", mono=True, bold=bold)


def shade(value: float, mode: Mode, *, signed: bool = False, limit: float = 1.0) -> tuple[str, str]:
    """The color of a tile and that of a number on it: shares of `limit`, or signed with 0 in the middle."""
    p = PALETTE[mode]
    strength = min(1.0, abs(value) / limit) if limit else 0.0
    if signed:
        at = 0.5 + 0.5 * strength * (1 if value >= 0 else -1)
        tone = between(p.diverging, at)
    else:
        tone = between(p.sequential, strength**0.5)  # square-root spacing: 0.1 stays visible beside 1
    return tone, legible(tone, mode)


def tiles(
    values: Sequence[Sequence[Tile]], mode: Mode, *, x: float = 0, y: float = 0, cell: float = 36, signed: bool = False,
    limit: float = 1.0, digits: int | None = None,
) -> str:  # fmt: skip
    """A matrix as tiles, its upper left corner at (x, y); `digits` prints the numbers in them."""
    parts = []
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            if value is None:
                continue
            fill, ink = shade(value, mode, signed=signed, limit=limit)
            left, top = x + j * cell, y + i * cell
            parts.append(rect(left + GAP / 2, top + GAP / 2, cell - GAP, cell - GAP, fill=fill))
            if digits is not None:
                size = min(TICK, (0.38 if digits else 0.55) * cell)  # a whole number is short
                middle = left + cell / 2, top + cell / 2
                parts.append(words(*middle, number(value, digits), ink, size=size, anchor="middle"))
    return "".join(parts)


def fine_tiles(values: Sequence[Sequence[Tile]], mode: Mode, *, x: float = 0, y: float = 0, cell: float) -> str:
    """A matrix of shares as tiles, one path for each of LEVELS tones: hundreds of tiles in a short string."""
    ways, gap = defaultdict[int, list[str]](list), GAP if cell > 12 else 1
    side = cell - gap
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            if value is not None:
                corner = f"{x + j * cell + gap / 2:.1f} {y + i * cell + gap / 2:.1f}"
                ways[round(value**0.5 * LEVELS)].append(f"M{corner}h{side:.1f}v{side:.1f}h{-side:.1f}z")
    tones = {level: between(PALETTE[mode].sequential, level / LEVELS) for level in ways}
    return "".join(f'<path fill="{tones[level]}" d="{"".join(way)}"/>' for level, way in ways.items())


def sides(
    rows: Sequence[str], columns: Sequence[str], mode: Mode, *, x: float, y: float, cell: float, row: int | None = None
) -> str:
    """Characters down the left side of a matrix and along its lower side; the selected row's in bold."""
    left = [character(x - 14, y + (i + 0.5) * cell, c, mode, bold=i == row) for i, c in enumerate(rows)]
    below = y + len(rows) * cell + 14
    return "".join(left + [character(x + (j + 0.5) * cell, below, c, mode) for j, c in enumerate(columns)])


def scale_bar(
    x: float, y: float, mode: Mode, *, width: float = 150, signed: bool = False, limit: float = 1.0,
    name: str = "weight",
) -> str:  # fmt: skip
    """What the colors of tiles mean: a bar of them, its ends in numbers, its upper left corner at (x, y)."""
    p, steps = PALETTE[mode], 20
    low = -limit if signed else 0.0
    shades = [shade(low + (limit - low) * (n + 0.5) / steps, mode, signed=signed, limit=limit)[0] for n in range(steps)]
    each = width / steps
    parts = [f'<rect x="{x + n * each:.1f}" y="{y:.1f}" width="{each + 0.3:.1f}" height="9" fill="{tone}"/>'
             for n, tone in enumerate(shades)]  # fmt: skip
    digits = 1 if signed and limit < 10 else 0
    ends = (number(low, digits), "start", x), (name, "middle", x + width / 2), (number(limit, digits), "end", x + width)
    return "".join(parts + [words(at, y + 20, said, p.muted, size=14, anchor=side) for said, side, at in ends])


def outline(row: int, columns: int, mode: Mode, *, x: float, y: float, cell: float) -> str:
    """A line of ink round the first `columns` tiles of a row: what you selected."""
    return rect(x, y + row * cell, columns * cell, cell, stroke=PALETTE[mode].ink, thick=2.5)
