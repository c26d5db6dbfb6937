"""Who looks at whom: weights as tiles. Drawings: SVG strings.

Shapes in this file:
    T   characters in the text      T2  characters of another text that is looked at
"""

from collections.abc import Sequence
from html import escape

from torch import Tensor

from tinygpt.plots.chart import ruled_lines
from tinygpt.plots.drawing import character, fine_tiles, outline, svg, words
from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode
from tinygpt.spelling import number, spoken
from tinygpt.words.attention import softmax_step, who_looks

Tiles = list[list[float | None]]
SIDE, SMALLEST, LARGEST = 296, 15, 44  # px: all tiles together; one of many, and of few
LEFT, BELOW = 30, 26  # px: the characters at the left and under the tiles


def attention_map(
    weights: Tensor, characters: Sequence[str], mode: Mode, *, scaled: Tensor | None = None, row: int | None = None,
    note: str = "", looked_at: Sequence[str] | None = None, titles: tuple[str, str] = ("", ""), side: float = SIDE,
    pointed: bool = True,
) -> str:  # fmt: skip
    """Who looks at whom: a row per query, a column per key, no tile where nobody may look. `weights` is (T, T).

    `scaled`, (T, T), are the numbers before the softmax: pointing at a tile then shows its arithmetic. `row` is
    outlined and read aloud; `note` is written where there are no tiles. `looked_at` are the columns' characters, if a
    text of its own is looked at: `weights` is (T, T2); `titles` say what rows and columns are. Without `pointed` no
    tile says anything, which makes the string short. Raises ValueError for another shape.
    """
    T, columns, p = len(characters), characters if looked_at is None else looked_at, PALETTE[mode]
    if weights.shape != (T, len(columns)):
        given = " x ".join(map(str, weights.shape))
        raise ValueError(f"{T} characters need a {T} x {len(columns)} matrix of weights, got {given}")
    cell, top = min(LARGEST, max(SMALLEST, side / max(T, len(columns)))), 24 if titles[0] else 0
    every, size, low = unmasked(weights), min(LABEL, 1.1 * cell), top + cell * T
    parts = [fine_tiles(every, mode, x=LEFT, y=top, cell=cell)]
    for i, c in enumerate(characters):
        parts.append(character(LEFT - 14, top + (i + 0.5) * cell, c, mode, size=size, bold=i == row))
    parts += [character(LEFT + (j + 0.5) * cell, low + 13, c, mode, size=size) for j, c in enumerate(columns)]
    if titles[0]:
        parts.append(words(LEFT, 9, titles[0], p.muted, size=TICK))
        parts.append(words(LEFT, low + BELOW + 10, titles[1], p.muted, size=TICK))
        low += 22
    if row is not None:
        parts.append(_read_aloud(every[row], characters, row, cell, mode))
    if note:
        middle, height = LEFT + 0.82 * cell * T, top + 0.14 * cell * T
        parts.append(ruled_lines(middle, height, note, p.muted, anchor="middle", size=TICK))
    if pointed:
        parts.append(pointed_at(every, characters, columns, LEFT, top, cell, scaled=scaled))
    return svg(LEFT + cell * len(columns) + 2, low + BELOW, *parts)


def _read_aloud(row: list[float | None], characters: Sequence[str], i: int, cell: float, mode: Mode) -> str:
    """A line round the tiles of a row and, where there is room at their right, whom it looks at most."""
    shown = [weight for weight in row if weight is not None]
    box = outline(i, len(shown), mode, x=LEFT, y=0, cell=cell)
    if len(shown) >= 0.55 * len(characters):
        return box
    most = shown.index(max(shown))
    said = f"{spoken(characters[i])} looks most at {'itself' if most == i else spoken(characters[most])}"
    return box + words(LEFT + len(shown) * cell + 8, (i + 0.5) * cell, said, PALETTE[mode].ink)


def pointed_at(
    tiles: Tiles, characters: Sequence[str], columns: Sequence[str], x: float, y: float, cell: float, *,
    scaled: Tensor | None = None,
) -> str:  # fmt: skip
    """What each of the tiles whose upper left corner is at (x, y) says when somebody points at it: who looks at whom,
    and how much; with the numbers before the softmax, `scaled`, how that comes about."""

    def says(i: int, j: int, weight: float) -> str:
        how = f"{number(weight, 3)} of its attention" if scaled is None else softmax_step(scaled[i], tiles[i], j)
        return escape(f"{who_looks(i, characters[i], j, columns[j])}: {how}")

    size = f'width="{cell:.1f}" height="{cell:.1f}" fill="transparent"'
    return "".join(
        f'<rect x="{x + j * cell:.1f}" y="{y + i * cell:.1f}" {size}><title>{says(i, j, weight)}</title></rect>'
        for i, row in enumerate(tiles)
        for j, weight in enumerate(row)
        if weight is not None
    )


def unmasked(weights: Tensor) -> Tiles:
    """The weights as rows of numbers, None where the future is masked: above the diagonal, if all of it is 0. (T, T)"""
    causal = not bool(weights.triu(1).any())
    return [
        [None if causal and j > i else float(w) for j, w in enumerate(row)] for i, row in enumerate(weights.tolist())
    ]
