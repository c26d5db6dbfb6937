"""Four pictures of one formula: scores, scaled, masked, weights. SVGs for a board on which a tile is chosen.

Shapes in this file:
    T   characters in the text
"""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from tinygpt.attention import Stages
from tinygpt.plots.drawing import character, rect, scale_bar, svg, tiles, words
from tinygpt.plots.lessons.attention import Tiles, unmasked
from tinygpt.plots.look import PALETTE, TICK, Mode
from tinygpt.spelling import INFINITY, MINUS

SIDE, LEFT, TOP = 168, 26, 26  # px: the tiles, and what stands left of them and above


class Panel(NamedTuple):
    """One of the four: its name, what was done, its tiles, what the empty triangle says, whether it has shares."""

    name: str
    step: str
    tiles: Tiles
    nothing: str = ""
    shares: bool = False


def panels(stages: Stages, step: str) -> tuple[Panel, Panel, Panel, Panel]:
    """The four stages with their words. Each stage is (T, T); `step` names the second one, such as "÷ √16"."""
    return (
        Panel("1 Scores", "q\u00b7k", stages.scores.tolist()),
        Panel("2 Scaled", step, stages.scaled.tolist()),
        Panel("3 Masked", f"future {MINUS}{INFINITY}", finite(stages.masked), MINUS + INFINITY),
        Panel("4 Weights", "softmax", unmasked(stages.weights), "0", shares=True),
    )


def finite(values: Tensor) -> Tiles:
    """The numbers of a (T, T) matrix, None where it is −∞: there is no tile."""
    return [[None if w == float("-inf") else w for w in row] for row in values.tolist()]


def panel_drawing(panel: Panel, characters: Sequence[str], mode: Mode, *, limit: float) -> str:
    """One panel. `limit` is the largest score of all panels but the last, so that they share one scale of colors.

    Every place can be chosen, also where there is no tile; the outlines of the chosen row and tile are moved by the
    browser, which finds the size of a tile in data-cell.
    """
    T, p = len(characters), PALETTE[mode]
    cell = SIDE / max(T, 4)
    size = min(TICK, 0.75 * cell)
    side = T * cell
    parts = [
        words(0, 9, panel.name, p.ink, size=TICK, bold=True),
        words(86, 9, panel.step, p.muted, size=TICK),
        tiles(panel.tiles, mode, x=LEFT, y=TOP, cell=cell, signed=not panel.shares, limit=1 if panel.shares else limit),
    ]
    if panel.nothing and T > 2 and panel.tiles[0][-1] is None:
        parts.append(words(LEFT + 0.75 * side, TOP + 0.2 * side, panel.nothing, p.muted, size=TICK, anchor="middle"))
    for i, c in enumerate(characters):
        parts.append(character(LEFT - 12, TOP + (i + 0.5) * cell, c, mode, size=size))
        parts.append(character(LEFT + (i + 0.5) * cell, TOP + side + 11, c, mode, size=size))
    box = f'width="{cell:.2f}" height="{cell:.2f}" fill="none"'
    parts += [
        f'<rect data-row="{i}" data-column="{j}" x="{LEFT + j * cell:.1f}" y="{TOP + i * cell:.1f}" {box} '
        'pointer-events="all"/>'
        for i in range(T)
        for j in range(T)
    ]
    for name, width, thick in (("chosen-row", side, 1.5), ("chosen-tile", cell, 3.5)):
        outlined = rect(LEFT, TOP, width, cell, stroke=p.ink, thick=thick)
        parts.append(outlined.replace("<rect", f'<rect class="{name}" pointer-events="none"', 1))
    parts.append(_colors(panel, LEFT + side + 16, TOP, mode, limit))
    drawn = svg(LEFT + side + 112, TOP + side + 24, *parts)
    return drawn.replace("<svg", f'<svg data-cell="{cell:.4f}" data-left="{LEFT}" data-top="{TOP}"', 1)


def _colors(panel: Panel, x: float, y: float, mode: Mode, limit: float) -> str:
    """How to read the colors: beside the first panel, whose scale the next two share, and beside the weights."""
    if panel.shares:
        return scale_bar(x, y, mode, width=88)
    if panel.name.startswith("1"):
        return scale_bar(x, y, mode, width=88, signed=True, limit=limit, name="")
    said = words(x, y + 6, "colors as", PALETTE[mode].muted, size=14)
    return said + words(x, y + 24, "in picture 1", PALETTE[mode].muted, size=14)
