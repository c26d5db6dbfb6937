"""What rows and columns of weights sum to, and a value for each character as bars. Drawings: SVG and HTML strings.

Shapes in this file:
    T   characters in the text
"""

from collections.abc import Sequence
from html import escape

from torch import Tensor

from tinygpt.plots.chart import Plane
from tinygpt.plots.drawing import character, rect, svg, tiles, words
from tinygpt.plots.lessons.attention import tile_words, unmasked
from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode, color
from tinygpt.spelling import number, spoken

SIDE, LEFT, TOP = 232, 34, 40  # px: the tiles at most, and what stands left of them and above
LONGEST = 3.0  # tiles: the longest bar beside the map; a bar of 1 is as long as a tile is wide
NUMBERED = 12  # characters: of more, the numbers would run into each other
POINTED = 24  # characters: of more, tiles are too small to point at


def sums_drawing(weights: Tensor, characters: Sequence[str], mode: Mode) -> str:
    """The weights with a bar for the sum of each row at the right, and of each column below. `weights` is (T, T).

    It is as high and as wide whatever the sums are.
    """
    T, p, cell = len(characters), PALETTE[mode], min(29.0, SIDE / len(characters))
    rows, columns = weights.sum(1).tolist(), weights.sum(0).tolist()
    unit, size = cell * min(1.0, LONGEST / max(rows + columns)), min(LABEL, 1.3 * cell)
    right, low = LEFT + T * cell + 8, TOP + T * cell + 8
    parts = [tiles(unmasked(weights), mode, x=LEFT, y=TOP, cell=cell), _hints(weights, characters, cell)]
    for i, (c, across, down) in enumerate(zip(characters, rows, columns, strict=True)):
        middle, below = TOP + (i + 0.5) * cell, LEFT + (i + 0.5) * cell
        parts += [character(LEFT - 14, middle, c, mode, size=size), character(below, TOP - 12, c, mode, size=size)]
        parts.append(rect(right, middle - 0.3 * cell, unit * across, 0.6 * cell, fill=color("weights", mode)))
        parts.append(rect(below - 0.3 * cell, low, 0.6 * cell, unit * down, fill=color("count", mode)))
        if T <= NUMBERED:
            parts.append(words(right + unit * across + 5, middle, number(across), p.muted, size=TICK))
            parts.append(words(below, low + unit * down + 10, number(down, 1), p.muted, size=14, anchor="middle"))
    far, end = LONGEST * max(cell, 26), low + LONGEST * cell
    parts.append(words(right, TOP - 12, "row sum", p.muted, size=TICK))
    parts.append(words(right, low + 0.5 * cell, "column sum", p.muted, size=TICK))
    return svg(right + far + 44, end + 22, *parts)


def _hints(weights: Tensor, characters: Sequence[str], cell: float) -> str:
    """What each tile says when somebody points at it."""
    if len(characters) > POINTED:
        return ""
    every = unmasked(weights)
    said = tile_words(every, characters, lambda i, j: f"{number(float(weights[i, j]), 3)} of its attention", characters)
    return "".join(
        f'<rect x="{LEFT + j * cell:.1f}" y="{TOP + i * cell:.1f}" width="{cell:.1f}" height="{cell:.1f}" '
        f'fill="transparent"><title>{escape(": ".join(said[i][j]))}</title></rect>'
        for i, row in enumerate(every)
        for j, weight in enumerate(row)
        if weight is not None
    )


def value_bars(
    values: Tensor, characters: Sequence[str], mode: Mode, *, name: str, role: str = "weights", ceiling: float = 1.0,
    height: float = 170,
) -> str:  # fmt: skip
    """One bar for each character, from 0 to `ceiling`, with its number on top. `values` is (T,); `name` says what."""
    T, p, tone = len(characters), PALETTE[mode], color(role, mode)
    plane = Plane((-0.5, T - 0.5), (0, ceiling * 1.16), height)
    parts = [words(0, -20, name, p.ink, bold=True), plane.level(0, p.rule, thick=1, dash="solid")]
    for i, (c, value) in enumerate(zip(characters, values.tolist(), strict=True)):
        parts.append(plane.bar(i, value, 0.7, tone, says=f"{name} at {i}, {spoken(c)}: {number(value, 3)}"))
        parts.append(plane.at(i, 0, character(0, 16, c, mode, size=min(LABEL, 400 / T))))
        if T <= NUMBERED:
            parts.append(plane.at(i, value, words(0, -11, number(value), p.ink, size=TICK, anchor="middle")))
    return plane.drawn(*parts, left=4, right=4, top=36, below=32)
