"""The drawings of a GPT that runs: the wire with its boxes, one box opened to its numbers, and one vector in each part.

SVG and HTML strings out of numbers; all text is escaped here. Every drawing is at most as wide as a phone.

Shapes in this file:
    T   tokens in the text      n   numbers of a token
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from torch import Tensor

from tinygpt.plots.drawing import character, dot, line, rect, svg, words
from tinygpt.plots.look import PALETTE, Mode, Palette, between
from tinygpt.spelling import number, shown

SMALL = 14  # px: what stands beside and under matrices
WIDE, LEFT = 340, 20  # px: a drawing, and where its matrices begin
CELL, HEAD, FOOT = 13, 20, 20  # px: the height of a row, of a title, of the line of numbers
FIRST = 5  # numbers of the chosen row that are written out
STEP, BOX, WIRE, BOX_LEFT, BOX_WIDE = 26, 21, 14, 44, 122  # px: the machine
LEVELS = 10  # tones on each side of zero
NAMES = {"token embedding": "ochre", "token shift": "ochre", "positions": "ochre", "table": "ochre",
         "heads": "blue", "projection": "teal",
         "feed-forward": "plum", "LayerNorm": "gray", "output layer": "ink", "softmax": "ink"}  # fmt: skip
FIRST_OF_ALL = "token embedding", "positions", "table"  # boxes that read the characters themselves


@dataclass(frozen=True)
class Stop:
    """A box of the machine: what it is called, in which block, and whether it adds to the wire."""

    name: str
    block: int | None
    adds: bool = False


@dataclass(frozen=True)
class Matrix:
    """Numbers of every token under a title: `values` is (T, n); shares of one are never negative."""

    title: str
    values: Tensor
    shares: bool = False


# --- the machine -----------------------------------------------------------------------------------------------------


def machine_on_a_wire(stops: Sequence[Stop], mode: Mode) -> str:
    """The wire from top to bottom and the boxes that hang on it; each box is a group with its place as data-stop.

    The wire ends at the last box that reads it: without skip connections that is the first one of block 0.
    """
    p, height = PALETTE[mode], STEP * len(stops) + 34
    first = 24.0
    parts = [words(2, 9, "the characters", p.muted, size=SMALL)]
    if readers := [i for i in range(len(stops)) if _reads_wire(stops, i)]:
        parts.append(line(WIRE, 20, WIRE, first + STEP * readers[-1] + BOX / 2, p.ink, thick=4))
    parts += [
        _around_a_block(stops, block, first, p) for block in sorted({s.block for s in stops if s.block is not None})
    ]
    for i in range(len(stops)):
        parts.append(_hanging(stops, i, first + i * STEP, p))
    parts.append(words(2, height - 6, "the next character", p.muted, size=SMALL))
    return svg(BOX_LEFT + BOX_WIDE + 56, height + 4, *parts)


def _reads_wire(stops: Sequence[Stop], i: int) -> bool:
    """Whether a box reads the wire, and not the box above: where that has just written on it."""
    return i > 0 and stops[i].name not in FIRST_OF_ALL and (stops[i - 1].adds or stops[i - 1].name == FIRST_OF_ALL[0])


def _around_a_block(stops: Sequence[Stop], block: int, first: float, p: Palette) -> str:
    """A bracket at the right of what belongs to a block."""
    places = [i for i, stop in enumerate(stops) if stop.block == block]
    top, bottom, x = first + places[0] * STEP, first + places[-1] * STEP + BOX, BOX_LEFT + BOX_WIDE + 6
    ends = [
        line(x - 4, top, x, top, p.muted),
        line(x - 4, bottom, x, bottom, p.muted),
        line(x, top, x, bottom, p.muted),
    ]
    return "".join(ends) + words(x + 6, (top + bottom) / 2, f"block {block}", p.muted, size=SMALL)


def _hanging(stops: Sequence[Stop], i: int, y: float, p: Palette) -> str:
    """A box; an arrow comes from the wire or from the box above, another one leads back to a plus on the wire."""
    stop, middle = stops[i], y + BOX / 2
    ways = []
    if _reads_wire(stops, i):
        ways.append(_arrow(WIRE + 3, middle, BOX_LEFT - 2, p))
    elif stop.name not in FIRST_OF_ALL:
        ways.append(line(BOX_LEFT + 16, y - STEP + BOX, BOX_LEFT + 16, y, p.muted, thick=2))
    if stop.adds or stop.name == FIRST_OF_ALL[0]:
        ways.append(_arrow(BOX_LEFT, middle, WIRE + 10, p))
        ways.append(dot(WIRE, middle, 8, fill=p.paper, stroke=p.ink))
        ways.append(words(WIRE, middle, "+", p.ink, size=SMALL, anchor="middle") if stop.adds else "")
    body = (
        rect(BOX_LEFT, y, BOX_WIDE, BOX, fill=p.tile)
        + rect(BOX_LEFT, y, 7, BOX, fill=getattr(p, NAMES[stop.name]))
        + words(BOX_LEFT + 14, middle, stop.name, p.ink, size=SMALL)
    )
    edge = rect(BOX_LEFT - 1, y - 1, BOX_WIDE + 2, BOX + 2, stroke=p.ink, thick=2.5)
    return "".join(ways) + f'<g data-stop="{i}">{body}<g class="edge">{edge}</g></g>'


def _arrow(x1: float, y: float, x2: float, p: Palette) -> str:
    """A level line that ends in an arrowhead."""
    back = 5 if x2 > x1 else -5
    return line(x1, y, x2, y, p.muted, thick=2) + "".join(
        line(x2, y, x2 - back, y + side, p.muted, thick=2) for side in (-4, 4)
    )


# --- one box, opened -------------------------------------------------------------------------------------------------


def opened(matrices: Sequence[Matrix], characters: Sequence[str], mode: Mode) -> str:
    """The numbers of a box below each other, a row for each character. Outlines of the class "row" stand at row 0, one
    is moved down by CELL for each row; lines of the class "first" wait for `first_numbers`."""
    p, y, parts = PALETTE[mode], 0.0, []
    for matrix in matrices:
        T, shape = len(characters), ", ".join(map(str, matrix.values.shape))
        parts.append(words(LEFT, y + HEAD / 2 - 1, f"{matrix.title} ({shape})", p.ink, size=SMALL, bold=True))
        parts.append(_map(matrix, LEFT, y + HEAD, mode))
        parts += [character(8, y + HEAD + (t + 0.5) * CELL, c, mode, size=13) for t, c in enumerate(characters)]
        outline = rect(LEFT - 1, y + HEAD, WIDE - LEFT - 1, CELL, stroke=p.ink, thick=2)
        parts.append(f'<g class="row">{outline}</g>')
        parts.append(f'<g class="first">{words(LEFT, y + HEAD + T * CELL + 9, "", p.ink, size=SMALL)}</g>')
        y += HEAD + T * CELL + FOOT
    return svg(WIDE, y, *parts)


def first_numbers(matrix: Matrix, t: int) -> str:
    """The first numbers of row `t`, for the line under a matrix."""
    row = matrix.values[t].tolist()
    some = "  ".join(number(value) for value in row[:FIRST]) + ("  \u2026" if len(row) > FIRST else "")
    return f"row {t}:  {some}"


def _map(matrix: Matrix, x: float, y: float, mode: Mode) -> str:
    """All tiles of a matrix."""
    n = matrix.values.shape[1]
    most = float(matrix.values.abs().max()) or 1.0
    strengths = (matrix.values.abs() / most).sqrt() if matrix.shares else matrix.values / most
    return number_strips(strengths, x, y, (WIDE - LEFT - 4) / n, CELL, mode, shares=matrix.shares)


def number_strips(
    strengths: Tensor, x: float, y: float, wide: float, high: float, mode: Mode, *, shares: bool = False
) -> str:
    """Tiles of strengths from -1 to 1, one path for each tone: hundreds of tiles in a short string. (rows, n)"""
    p, ways = PALETTE[mode], defaultdict[int, list[str]](list)
    for t, row in enumerate((strengths * LEVELS).round().int().tolist()):
        for i, tone in enumerate(row):
            ways[tone].append(f"M{i} {t}h.9")  # a level stroke as thick as a tile is high

    def fill(tone: int) -> str:
        return between(p.sequential, tone / LEVELS) if shares else between(p.diverging, 0.5 + 0.5 * tone / LEVELS)

    paths = "".join(f'<path stroke="{fill(tone)}" d="{"".join(way)}"/>' for tone, way in ways.items())
    place = f"translate({x:.1f} {y + high / 2:.1f}) scale({wide:.3f} {high:.2f})"
    return f'<g transform="{place}" stroke-width=".92" fill="none">{paths}</g>'


def likeliest_bars(found: Sequence[tuple[str, float]], mode: Mode) -> str:
    """What would be guessed if the wire ended here: the likeliest characters as bars, a line each, as HTML."""
    lines = "".join(
        f'<p><code>{escape(shown(c))}</code><i style="width:{50 * share:.0f}%"></i>{number(share)}</p>'
        for c, share in found
    )
    return f'<div style="color:{PALETTE[mode].plum}">{lines}</div>'


# --- one vector in each part -----------------------------------------------------------------------------------------

HIGH = 104  # px: the room of the bars of a vector


def vector_bars(values: Tensor, title: str, mode: Mode, *, limit: float) -> str:
    """The numbers of one vector (n,) as bars, with their mean and their spread; `limit` is the end of the axis."""
    p, top, middle = PALETTE[mode], 26.0, 26.0 + HIGH / 2
    mean, spread = float(values.mean()), float(values.std(correction=0))
    wide, scale = (WIDE - 8) / len(values), HIGH / 2 / limit
    band = rect(0, middle - (mean + spread) * scale, WIDE - 8, 2 * spread * scale, fill=p.tile)
    parts = [words(0, 9, title, p.ink, size=SMALL, bold=True), band]
    gap = min(1.0, wide / 5)
    for fill, sign in ((p.blue, 1), (p.ochre, -1)):  # one path for each hue: hundreds of bars in a short string
        ways = "".join(
            f"M{i * wide + gap:.1f} {middle:.1f}h{wide - 2 * gap:.1f}v{-sign * max(0.8, abs(value) * scale):.1f}"
            f"h{2 * gap - wide:.1f}z"
            for i, value in enumerate(values.tolist()) if (value >= 0) == (sign > 0)
        )  # fmt: skip
        parts.append(f'<path fill="{fill}" d="{ways}"/>')
    parts.append(line(0, middle - mean * scale, WIDE - 8, middle - mean * scale, p.ink, dashed=True))
    said = f"mean {number(mean)} (dashed), spread {number(spread)} (gray band)"
    return svg(WIDE, top + HIGH + 26, *parts, words(0, top + HIGH + 14, said, p.ink, size=SMALL))


def lengths(bars: Sequence[tuple[str, float]], title: str, mode: Mode) -> str:
    """The lengths of vectors as level bars; the last one is what the others are together."""
    p, most = PALETTE[mode], max(length for _, length in bars)
    parts = [words(0, 9, title, p.ink, size=SMALL, bold=True)]
    for i, (name, length) in enumerate(bars):
        y, fill = 28.0 + 27 * i, p.teal if i == len(bars) - 1 else p.blue
        parts.append(words(0, y + 10, name, p.ink, size=SMALL))
        parts.append(rect(104, y, max(1.5, 190 * length / most), 20, fill=fill))
        parts.append(words(110 + 190 * length / most, y + 10, number(length), p.ink, size=SMALL))
    return svg(WIDE, 28 + 27 * len(bars), *parts)


def units(before: Tensor, after: Tensor, title: str, mode: Mode) -> str:
    """The hidden units of one token before and after the ReLU, both (n,), as tiles in rows of 32."""
    p, most = PALETTE[mode], float(before.abs().max()) or 1.0
    parts, cell, y = [words(0, 9, title, p.ink, size=SMALL, bold=True)], (WIDE - 8) / 32, 24.0
    for values, name in ((before, "before the ReLU: negative is ochre"), (after, "after it: negative has become 0")):
        parts.append(words(0, y + 6, name, p.muted, size=SMALL))
        parts.append(number_strips(values.view(-1, 32) / most, 0, y + 18, cell, cell, mode))
        y += 18 + len(values) / 32 * cell + 8
    return svg(WIDE, y, *parts)
