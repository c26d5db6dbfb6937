"""What a part of a GPT is worth, drawn: a small map for each head, and by how much the loss rises without each part.

Shapes in this file:
    T   tokens in the text
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from torch import Tensor

from tinygpt.plots.drawing import character, rect, svg
from tinygpt.plots.look import LABEL, PALETTE, SANS, Mode, between


@dataclass(frozen=True)
class RiseBar:
    """What the loss rises by without a part, as it is `said`; `error` is its standard error, where one was measured."""

    name: str
    rise: float
    said: str
    error: float = 0.0


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


def rises(bars: Sequence[RiseBar], mode: Mode, *, most: float, gray: float = 0.0, note: str = "") -> str:
    """What the loss rises by without each part, an axis from 0 to `most`; `gray` is the end of a band that begins at 0.

    A whisker is two standard errors long to each side.
    """
    p, face, lines = PALETTE[mode], escape(SANS, quote=True), []

    def bar(left: float, width: float, tone: str, more: str) -> str:
        place = f"left:{max(0.0, left) / most:.2%};width:{width / most:.2%}"
        return f'<i style="position:absolute;{place};background:{tone};{more}"></i>'

    for one in bars:
        drawn = bar(0, max(0.0, one.rise), p.plum, "top:2px;bottom:2px;border-radius:2px")
        if gray:
            drawn += bar(0, gray, p.gray, "top:0;bottom:0;opacity:.35")
        if one.error:
            drawn += bar(one.rise - 2 * one.error, 4 * one.error, p.ink, "top:11px;height:2px")
        lines.append(
            f'<span>{escape(one.name)}</span><span style="position:relative;height:24px">{drawn}</span>'
            f'<b style="text-align:right">{escape(one.said)}</b>'
        )
    if note:
        lines.append(f'<span></span><span style="color:{p.muted};grid-column:2/4">{escape(note)}</span>')
    grid = "display:grid;grid-template-columns:auto minmax(0,1fr) auto;gap:.35em .8em;align-items:center"
    body = f'<div style="{grid}">{"".join(lines)}</div>'
    return f'<div style="width:100%;font:16px {face};line-height:1.4;color:{p.ink}">{body}</div>'
