"""Attention as a directed graph: a node for each character, an arrow to it from each that it takes from. An SVG.

Shapes in this file:
    T   characters in the text
"""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from tinygpt.plots.drawing import character, dot, svg, words
from tinygpt.plots.look import PALETTE, Mode, color
from tinygpt.spelling import number

FAINT = 0.01  # below this weight no arrow is drawn
NODE = 17  # px, the radius of a node
WIDEST = 10  # px, the arrow of a weight of 1
STEP, SQUEEZED = 54, 680  # px from node to node, and the widest row of nodes


def islands(
    weights: Tensor, characters: Sequence[str], other: Tensor, other_characters: Sequence[str], row: int, mode: Mode
) -> str:
    """Two texts of one batch: the arrows of node `row` in full color, and another island that no arrow reaches.

    `weights` is (T, T), `other` is (T2, T2).
    """
    here = island(weights, characters, mode, row=row)
    there = f'<div style="max-width:46%;min-width:13rem">{island(other, other_characters, mode)}</div>'
    return f'<div style="display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:flex-end;width:100%">{here}{there}</div>'


def island(weights: Tensor, characters: Sequence[str], mode: Mode, *, row: int | None = None) -> str:
    """One text as a graph; without a `row` it is dimmed. `weights` is (T, T)."""
    T, p = len(characters), PALETTE[mode]
    step = min(STEP if row is not None else 0.55 * STEP, SQUEEZED / T)
    drawn = [(t, i) for t in range(T) for i in range(T) if float(weights[t, i]) >= FAINT]
    top = 44 + 0.46 * step * max(abs(t - i) for t, i in drawn)  # room for the highest arrow
    size = min(1.0, step / 44)
    place = Place(step, top, size)
    parts = [
        arrow(float(weights[t, i]), t, i, place, mode, lit=t == row)
        for t, i in sorted(drawn, key=lambda link: link[0] == row)  # what is selected lies on top
    ]
    for i, c in enumerate(characters):
        x, chosen = place.of(i), i == row
        edge = p.ink if chosen else p.rule if row is None else p.muted
        parts.append(dot(x, top, round(NODE * size, 1), fill=p.paper, stroke=edge))
        parts.append(character(x, top, c, mode, bold=chosen, size=19 * size))
    width = max(step * T, 170)
    if row is None:
        parts.append(words(width / 2, top + 62 * size, "another text of the batch", p.muted, size=14, anchor="middle"))
    return svg(width, top + 76 * size, *parts)


class Place(NamedTuple):
    """Where the nodes stand: px from one to the next, their height, and how much smaller they are than usual."""

    step: float
    top: float
    size: float

    def of(self, node: int) -> float:
        """The middle of a node, px from the left."""
        return (node + 0.5) * self.step


def arrow(weight: float, t: int, i: int, place: Place, mode: Mode, *, lit: bool) -> str:
    """From the node `i` that gives to the node `t` that takes, thicker for more; a loop below the node for itself."""
    tone, opacity = (color("weights", mode), 1.0) if lit else (PALETTE[mode].gray, 0.28)
    thick, reach = max(1.0, WIDEST * place.size * weight), NODE * place.size + 2
    start, end, head = place.of(i), place.of(t), ""
    if t == i:
        x, y, peak = start - 0.6 * reach, place.top + 0.85 * reach, place.top + 3.4 * reach
        way = f"M{x:.1f},{y:.1f} a{0.8 * reach:.1f},{reach:.1f} 0 1 0 {1.2 * reach:.1f},0"
    else:  # an arc above the nodes, with a head that points down
        foot, radius = place.top - reach, abs(start - end) / 2
        tip, peak = foot - 5 * place.size, foot - 0.92 * radius - 0.5 * thick - 10
        way = f"M{start:.1f},{foot:.1f} A{radius:.1f},{0.92 * radius:.1f} 0 0 {int(t > i)} {end:.1f},{tip:.1f}"
        y, half = foot + 1, (0.9 * thick + 3) * place.size + 1
        corners = f"{end:.1f},{y:.1f} {end - half:.1f},{y - 1.5 * half:.1f} {end + half:.1f},{y - 1.5 * half:.1f}"
        head = f'<polygon points="{corners}" fill="{tone}" opacity="{opacity}"/>'
    drawn = f'<path d="{way}" fill="none" stroke="{tone}" stroke-width="{thick:.1f}" opacity="{opacity}"/>{head}'
    if lit and weight >= 0.05:
        label = color("weights", mode, text=True)
        drawn += words((start + end) / 2, peak, number(weight), label, size=18, anchor="middle", bold=True)
    return drawn
