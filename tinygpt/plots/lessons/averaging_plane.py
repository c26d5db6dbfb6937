"""The plane of the mathematical trick: points of two channels, their means, and room for the name of each.

Shapes in this file:
    T   positions
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from torch import Tensor

from tinygpt.plots.drawing import dot, line, rect, svg, words
from tinygpt.plots.look import PALETTE, Mode, color
from tinygpt.spelling import number, shown

PLANE, REACH = 346, 1.8  # px; the plane shows -REACH to REACH of both channels
TURNS = [turn * math.pi / 8 for turn in range(16)]  # sides of a point at which its label may stand
REACHES = (1.0, 1.25)  # and how far from it
Place = tuple[float, float]  # px from the left and from above


def plane(
    x: Tensor, xbow: Tensor, t: int, characters: Sequence[str], mode: Mode, *, guessed: tuple[int, str] | None = None
) -> str:
    """Points x[0] to x[T-1], those up to `t` solid, and their mean, with a trail of earlier means. Both (T, 2).

    `guessed` is a point that somebody took for the mean, and what is written beside the mark of it.
    """
    p, mean = PALETTE[mode], color("heads", mode)
    placed, means = spots(x), spots(xbow)
    parts = [*_axes(mode), *(line(*placed[i], *means[t], p.gray, thick=1) for i in range(t + 1))]
    parts += [dot(*spot, 3, fill=mean) for spot in means[:t]]
    for i, (left, top) in enumerate(placed):
        fill, stroke = (color("bigram", mode), "") if i <= t else (p.paper, p.gray)
        parts.append(dot(left, top, 7, fill=fill, stroke=stroke))
    for i, (left, top) in enumerate(label_places(placed, means, t)):
        parts.append(_label(left, top, characters[i], i, mode, muted=i > t, bold=i == t))
    left, top = means[t]
    parts.append(rect(left - 8, top - 8, 16, 16, fill=mean, stroke=p.ink))
    if guessed:
        x0, y0 = placed[guessed[0]]
        parts += [rect(x0 - 12, y0 - 12, 24, 24, stroke=p.ink, dashed=True)]
        parts += [words(x0, y0 + 24, guessed[1], p.ink, size=15, anchor="middle")]
    return svg(PLANE, PLANE + 30, *parts, *_legend(mode))


def empty_plane(x: Tensor, xbow: Tensor, characters: Sequence[str], mode: Mode) -> str:
    """The points x[0] to x[T-1] with places for lines and means that the browser draws; labels keep off the means of
    equal shares, `xbow`. Both (T, 2)."""
    p, y, placed, means = PALETTE[mode], PLANE + 16, spots(x), spots(xbow)
    parts = [*_axes(mode), '<g class="lines"></g>']
    parts += [dot(*spot, 7, fill=color("bigram", mode)) for spot in placed]
    for i, (left, top) in enumerate(label_places(placed, (*means, means[-1]), -1)):
        parts.append(_label(left, top, characters[i], i, mode, size=16))
    legend = [
        rect(2, y - 7, 14, 14, fill=color("heads", mode), stroke=p.ink), words(24, y, "xbow[t]", p.ink, size=16),
        rect(100, y - 7, 14, 14, stroke=p.ink, dashed=True), words(122, y, "if all scores were equal", p.ink, size=16),
    ]  # fmt: skip
    return svg(PLANE, PLANE + 30, *parts, '<g class="means"></g>', *legend)


def _label(
    left: float, top: float, symbol: str, i: int, mode: Mode, *, muted: bool = False, bold: bool = False,
    size: float = 15,
) -> str:  # fmt: skip
    """The name of a point: its character and its position, with a rim that keeps lines off it."""
    p = PALETTE[mode]
    tone, said = p.muted if muted else p.ink, f"{shown(symbol)} {i}"
    written = words(left, top, said, tone, size=size, anchor="middle", mono=True, bold=bold)
    return written.replace("<text ", f'<text stroke="{p.paper}" stroke-width="5" paint-order="stroke" ', 1)


def spots(points: Tensor) -> tuple[Place, ...]:
    """Where points of the two channels lie in the plane, in px. (T, 2)"""
    return tuple((PLANE / 2 * (1 + a / REACH), PLANE / 2 * (1 - b / REACH)) for a, b in points.tolist())


def _axes(mode: Mode) -> list[str]:
    """The two channels, with -1 and 1 on each."""
    p, middle = PALETTE[mode], PLANE / 2
    parts = [line(6, middle, PLANE - 6, middle, p.rule), line(middle, 6, middle, PLANE - 6, p.rule)]
    parts += [words(PLANE - 6, middle + 30, "channel 0", p.muted, size=15, anchor="end")]
    parts += [words(middle + 8, 14, "channel 1", p.muted, size=15)]
    return parts + [words(left, top, said, p.muted, size=15, anchor="middle") for said, left, top in _axis_numbers()]


def _axis_numbers() -> list[tuple[str, float, float]]:
    middle, one = PLANE / 2, PLANE / 2 / REACH
    across, up = ([(number(v, 0), middle + v * one, middle + 14) for v in (-1, 1)],
                  [(number(v, 0), middle - 14, middle - v * one) for v in (-1, 1)])  # fmt: skip
    return across + up


def _legend(mode: Mode) -> list[str]:
    p, mean, y = PALETTE[mode], color("heads", mode), PLANE + 16
    return [
        dot(10, y, 7, fill=color("bigram", mode)), words(22, y, "averaged", p.ink, size=15),
        dot(106, y, 7, fill=p.paper, stroke=p.gray), words(118, y, "not yet", p.ink, size=15),
        rect(184, y - 7, 14, 14, fill=mean, stroke=p.ink), words(204, y, "xbow[t]", p.ink, size=15),
        dot(276, y, 3, fill=mean), words(286, y, "earlier", p.ink, size=15),
    ]  # fmt: skip


@lru_cache(maxsize=64)  # the search is nearly all that a plane costs, and a class looks at the same few
def label_places(placed: tuple[Place, ...], means: tuple[Place, ...], t: int) -> tuple[Place, ...]:
    """Where the label of each point stands: beside it, on the side that leaves most room to the other points, to what
    else is written, to the means so far, and to the lines that lead from the points up to `t` to theirs."""
    places: list[Place] = []
    along = [_between(spot, means[t], part / 12) for spot in placed[: t + 1] for part in range(1, 13)]
    written = [(left, top) for _, left, top in _axis_numbers()]
    for spot in placed:
        around = [
            (spot[0] + 29 * r * math.cos(turn), spot[1] + 19 * r * math.sin(turn)) for turn in TURNS for r in REACHES
        ]
        inside = [place for place in around if 18 < place[0] < PLANE - 18 and 10 < place[1] < PLANE - 10]
        taken = [*(other for other in placed if other != spot), *along, *means[:t], *written, *places]
        places.append(max(inside, key=lambda place: min(_distance(place, other) for other in taken)))
    return tuple(places)


def _between(a: Place, b: Place, part: float) -> Place:
    return a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])


def _distance(a: Place, b: Place) -> float:
    """Across counts less than down, since a label is wider than high."""
    return math.hypot((a[0] - b[0]) / 1.5, a[1] - b[1])
