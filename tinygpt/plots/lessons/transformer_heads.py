"""The heads of a GPT: a small map for each, under its name.

Shapes in this file:
    T   tokens in the text
"""

from collections.abc import Sequence
from html import escape

from torch import Tensor

from tinygpt.plots.drawing import character, rect, svg
from tinygpt.plots.look import LABEL, PALETTE, SANS, Mode, between


def head_maps(heads: Sequence[tuple[str, str, Tensor]], characters: Sequence[str], mode: Mode) -> str:
    """A small map for each head under its name, and a line about its habit. Each map is (T, T)."""
    p, face = PALETTE[mode], escape(SANS, quote=True)
    cells = "".join(
        f'<div><div style="font-weight:600">{escape(name)}</div>{_small_map(weights, characters, mode)}'
        f'<div style="font-size:14px">{escape(habit)}</div></div>'
        for name, habit, weights in heads
    )
    grid = "display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px 18px"
    return f'<div style="width:100%;{grid};font:{LABEL}px {face};line-height:1.4;color:{p.ink}">{cells}</div>'


def _small_map(weights: Tensor, characters: Sequence[str], mode: Mode) -> str:
    """Weights (T, T) as tiles, the looking characters at the left, the looked-at ones below; none for the future."""
    p, T = PALETTE[mode], len(characters)
    cell = 144 / T
    parts = []
    for t, row in enumerate(weights.tolist()):
        for i, value in enumerate(row[: t + 1]):
            tone = between(p.sequential, value**0.5)
            parts.append(rect(18 + i * cell, t * cell, cell - 1.5, cell - 1.5, fill=tone))
        parts.append(character(8, (t + 0.5) * cell, characters[t], mode, size=14))
        parts.append(character(18 + (t + 0.5) * cell, 152, characters[t], mode, size=14))
    return svg(164, 162, *parts)
