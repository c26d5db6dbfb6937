"""Reading one row of attention: the whole map, the text, and what the head expects to come next. Drawings for `drag`.

Shapes in this file:
    T   characters in the text
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from torch import Tensor

from tinygpt.plots.drawing import character, outline, rect, scale_bar, shade, sides, svg, tiles, words
from tinygpt.plots.lessons.attention import unmasked
from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode, color
from tinygpt.spelling import number
from tinygpt.words.attention import softmax_step, who_looks

SIDE, LEFT, TOP = 296, 34, 30  # px: the map, and what stands left of it and above it
WIDE, BAR = 350, 17  # px: the drawing beside it, and one of its bars
SOURCES = ("this model", "pairs", "triples")


class Expected(NamedTuple):
    """A character that may come next: how likely the model finds it, and how likely counts of pairs and triples do."""

    character: str
    model: float
    pairs: float
    triples: float | None  # None: there are no two characters to count after
    true: bool = False  # whether the text goes on with it


class Guesses(NamedTuple):
    """What may come after one row: the characters, the longest bar of all rows, and whose color the bars have."""

    characters: Sequence[Expected]
    most: float
    role: str = "head"


def reading(
    weights: Tensor, characters: Sequence[str], row: int, mode: Mode, *, scaled: Tensor, guesses: Guesses
) -> str:
    """A row of the map, in the text, and in what is expected next. `weights` and `scaled` are (T, T)."""
    drawings = map_of(weights, scaled, characters, row, mode) + row_of(weights[row], characters, row, mode, guesses)
    return (
        f'<div style="display:flex;flex-wrap:wrap;gap:1rem 1.5rem;align-items:flex-start;width:100%">{drawings}</div>'
    )


def map_of(weights: Tensor, scaled: Tensor, characters: Sequence[str], row: int, mode: Mode) -> str:
    """Who looks at whom, with one row outlined; a tile of it says its arithmetic. `weights` and `scaled` are (T, T)."""
    T, every = len(characters), unmasked(weights)
    cell, p = min(37.0, SIDE / T), PALETTE[mode]
    rows = "".join(
        f'<rect data-at="{i}" x="0" y="{TOP + i * cell:.1f}" width="{LEFT + SIDE}" height="{cell:.1f}" fill="none" '
        'pointer-events="all"/>'
        for i in range(T)
    )
    hints = "".join(
        f'<rect x="{LEFT + j * cell:.1f}" y="{TOP + row * cell:.1f}" width="{cell:.1f}" height="{cell:.1f}" '
        f'fill="transparent"><title>{escape(who_looks(row, characters[row], j, characters[j]))}: '
        f"{escape(softmax_step(scaled[row], every[row], j))}</title></rect>"
        for j, weight in enumerate(every[row])
        if weight is not None
    )
    return svg(
        LEFT + SIDE + 2, TOP + T * cell + 68,
        words(LEFT, 11, "rows look, columns are looked at", p.muted, size=TICK),
        tiles(every, mode, x=LEFT, y=TOP, cell=cell),
        sides(characters, characters, mode, row=row, x=LEFT, y=TOP, cell=cell),
        outline(row, T, mode, x=LEFT, y=TOP, cell=cell),
        scale_bar(LEFT, TOP + T * cell + 36, mode),
        rows,
        hints,
    )  # fmt: skip


def row_of(weights: Tensor, characters: Sequence[str], row: int, mode: Mode, guesses: Guesses) -> str:
    """The text, each character on the color of its weight, and bars for what comes next. `weights` is (T,)."""
    p, cell = PALETTE[mode], min(46.0, (WIDE - 2) / len(characters))
    parts = [words(0, 11, "the text, in the colors of this row", p.muted, size=TICK)]
    for i, (c, weight) in enumerate(zip(characters, weights.tolist(), strict=True)):
        letter = character((i + 0.5) * cell, TOP + cell / 2, c, mode, bold=i == row)
        if i <= row:
            ground, ink = shade(weight, mode)
            for tone in (p.ink, p.muted):
                letter = letter.replace(f'fill="{tone}"', f'fill="{ink}"')
            parts.append(rect(i * cell + 1, TOP + 1, cell - 2, cell - 2, fill=ground))
        parts.append(letter)
    parts.append(rect(row * cell, TOP, cell, cell, stroke=p.ink, thick=2.5))
    top = TOP + cell + 40
    if guesses.characters:
        parts.append(words(0, top - 8, "what comes next?", p.muted, size=TICK))
    for n, expected in enumerate(guesses.characters):
        parts.append(_bars(expected, top + 10 + n * (3 * BAR + 14), mode, guesses, named=n == 0))
    return svg(WIDE, top + 10 + len(guesses.characters) * (3 * BAR + 14), *parts)


def _bars(expected: Expected, top: float, mode: Mode, guesses: Guesses, *, named: bool) -> str:
    """One next character: the model's bar, then those of the counts, outlined only."""
    p, parts = PALETTE[mode], [character(12, top + 1.5 * BAR, expected.character, mode, size=19, bold=expected.true)]
    if expected.true:
        parts.append(rect(2, top + 0.5 * BAR - 5, 22, 2 * BAR + 8, stroke=p.ink))
    for n, (name, share) in enumerate(zip(SOURCES, expected[1:4], strict=True)):
        if share is None:
            continue
        y, long, tone = top + n * BAR, 180 * min(share / guesses.most, 1.0), color("count" if n else guesses.role, mode)
        fill = tone if n == 0 else p.tile
        parts.append(rect(34, y + 1, max(long, 1.5), BAR - 3, fill=fill, stroke="" if n == 0 else tone, thick=1))
        label = number(share) + (f" {name}" if named else "")
        size = LABEL if n == 0 else 15
        parts.append(words(42 + long, y + BAR / 2, label, p.ink if n == 0 else p.muted, size=size, bold=n == 0))
    return "".join(parts)
