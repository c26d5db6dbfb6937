"""A query and its keys as arrows: shadows on the query's line, scores and weights beside them. An SVG for `drag`.

Shapes in this file:
    T   keys: the characters that may be looked at
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from tinygpt.plots.drawing import character, dot, line, rect, svg, words
from tinygpt.plots.look import PALETTE, TICK, Mode, color
from tinygpt.spelling import number

SIZE, WIDE, BAR = 400, 300, 50  # px: the plane, the list beside it, the longest bar in it
ROOM = 34  # px round the longest arrow, for its letter
APART = 22  # px from one letter to the next


class Aligned(NamedTuple):
    """What one turn of the query gives: its arrow (2,), the scores after the division, the weights; both (T,)."""

    query: Tensor
    scores: Tensor
    weights: Tensor


def query_plane(
    keys: Tensor, turned: Aligned, characters: Sequence[str], looker: str, mode: Mode, *, trained: Tensor, step: str
) -> str:
    """The arrows at the left, what comes of them at the right. `keys` is (T, 2), `trained` the unturned query (2,)."""
    both = arrows(keys, turned, characters, looker, mode, trained=trained)
    both += shadows(keys, turned, characters, mode, step)
    return f'<div style="display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:flex-start;width:100%">{both}</div>'


def arrows(
    keys: Tensor, turned: Aligned, characters: Sequence[str], looker: str, mode: Mode, *, trained: Tensor
) -> str:
    """The plane: a line through the query, each key's arrow, and where its shadow falls on that line."""
    p, most = PALETTE[mode], int(turned.weights.argmax())
    longest = max(float(keys.norm(dim=1).max()), float(turned.query.norm()), 1e-6)
    scale, middle = (SIZE / 2 - ROOM) / longest, SIZE / 2

    def at(point: Tensor) -> tuple[float, float]:
        return middle + scale * float(point[0]), middle - scale * float(point[1])

    own = turned.query / max(float(turned.query.norm()), 1e-6)
    far = own * longest * 1.1
    parts = [line(*at(-far), *at(far), p.rule, thick=2), line(middle, middle, *at(trained), p.gray, dashed=True)]
    parts.append(straight_arrow((middle, middle), at(turned.query), color("q", mode), thick=6))
    for i, key in enumerate(keys):  # on top of the query's arrow, where both lie on one line
        foot = own * float(key @ own)
        parts.append(line(*at(key), *at(foot), p.gray, thick=1.5, dashed=True))
        parts.append(straight_arrow((middle, middle), at(key), color("k", mode), thick=3.5 if i == most else 2))
        parts.append(dot(*at(foot), 4, fill=color("weights", mode), stroke=p.paper))
    places = letters_apart([at(key) for key in keys] + [at(turned.query)], middle, at(turned.query))
    for i, place in enumerate(places[:-1]):
        parts.append(character(*place, characters[i], mode, bold=i == most))
    parts.append(words(*places[-1], "q", color("q", mode, text=True), anchor="middle", bold=True))
    legend = [("q", f"query of {looker}"), ("k", "keys")]
    for n, (role, said) in enumerate(legend):
        parts.append(words(4 + 150 * n, 10, said, color(role, mode, text=True), size=17, bold=True))
    return svg(SIZE, SIZE, *parts)


def straight_arrow(start: tuple[float, float], end: tuple[float, float], tone: str, *, thick: float) -> str:
    """A straight arrow with its head at `end`."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0)
    if length < 1:
        return ""
    ux, uy, head = (x1 - x0) / length, (y1 - y0) / length, 4 + 2 * thick
    bx, by, half = x1 - ux * head, y1 - uy * head, 0.45 * head
    corners = f"{x1:.1f},{y1:.1f} {bx - uy * half:.1f},{by + ux * half:.1f} {bx + uy * half:.1f},{by - ux * half:.1f}"
    return line(x0, y0, bx, by, tone, thick=thick) + f'<polygon points="{corners}" fill="{tone}"/>'


def letters_apart(
    tips: list[tuple[float, float]], middle: float, query: tuple[float, float]
) -> list[tuple[float, float]]:
    """A place for the letter of each arrow: a little beyond its tip, off the query's arrow, apart from the others."""
    places, long = [], max(math.hypot(query[0] - middle, query[1] - middle), 1e-6)
    ux, uy = (query[0] - middle) / long, (query[1] - middle) / long
    for x, y in tips:
        length = max(math.hypot(x - middle, y - middle), 1e-6)
        x, y = x + 15 * (x - middle) / length, y + 15 * (y - middle) / length
        along, beside = (x - middle) * ux + (y - middle) * uy, (y - middle) * ux - (x - middle) * uy
        if 0 < along < long and abs(beside) < 16:
            off = math.copysign(16, beside) - beside
            x, y = x - off * uy, y + off * ux
        places.append([x, y])
    for _ in range(60):
        moved = False
        for a in range(len(places)):
            for b in range(a):
                dx, dy = places[a][0] - places[b][0], places[a][1] - places[b][1]
                near = math.hypot(dx, dy)
                if near < APART:
                    ux, uy = (dx / near, dy / near) if near > 1e-6 else (math.cos(2.4 * a), math.sin(2.4 * a))
                    push, moved = (APART - near) / 2 + 0.1, True
                    places[a] = [places[a][0] + ux * push, places[a][1] + uy * push]
                    places[b] = [places[b][0] - ux * push, places[b][1] - uy * push]
        if not moved:
            break
    low, high = 20.0, 2 * middle - 10
    return [(min(max(x, 10.0), high), min(max(y, low), high)) for x, y in places]


def shadows(keys: Tensor, turned: Aligned, characters: Sequence[str], mode: Mode, step: str) -> str:
    """A line for each key: its shadow, its score, its score after the division, its weight as a bar."""
    p, length = PALETTE[mode], float(turned.query.norm())
    row = min(34.0, 330 / max(1, len(characters)))
    own, most = turned.query / max(length, 1e-6), int(turned.weights.argmax())
    heads = ((82, "shadow"), (140, "q\u00b7k"), (196, step))
    parts = [words(x, 12, said, p.muted, size=14, anchor="end") for x, said in heads]
    parts.append(words(210, 12, "weight", p.muted, size=14))
    for i, c in enumerate(characters):
        y, weight = 26 + (i + 0.5) * row, float(turned.weights[i])
        shadow, size = float(keys[i] @ own), min(TICK, row * 0.8)
        parts.append(character(12, y, c, mode, bold=i == most, size=size))
        for (x, _), value in zip(heads, (shadow, shadow * length, float(turned.scores[i])), strict=True):
            parts.append(words(x, y, number(value), p.ink, size=size, anchor="end"))
        parts.append(rect(210, y - 0.3 * row, max(1.5, BAR * weight), 0.6 * row, fill=color("weights", mode)))
        parts.append(words(216 + BAR * weight, y, number(weight), p.ink, size=size, bold=i == most))
    return svg(WIDE, 30 + len(characters) * row, *parts)
