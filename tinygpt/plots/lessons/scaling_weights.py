"""Charts right under a slider of ui/drag.py, as SVG: what softmax makes of scores, for every factor they are times.

What is drawn at a position stands below the grip of the slider. A picture is a row of drawings that wraps: on a phone
they stand below one another.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tinygpt.plots.drawing import character, dot, line, path, rect, svg, words
from tinygpt.plots.look import PALETTE, PANEL, TICK, Mode, color
from tinygpt.spelling import number

TOP = 44  # px above a plane: room for its name
TRACK = (9, 531)  # px: from end to end of the way of the slider's grip (ui/drag.py)
WIDTH = 592  # px of a drawing: the way of the grip, and the numbers of the vertical axis beside it
PHONE = "@media (max-width: 640px) { .under-slider text { font-size: 22px; } }"
POWERS = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


class Plane(NamedTuple):
    """Where numbers lie in a drawing: across along the slider, up from `low` to `high` within `height` px."""

    height: float
    first: float
    last: float
    low: float
    high: float

    @property
    def bottom(self) -> float:
        return TOP + self.height

    def x(self, value: float) -> float:
        return TRACK[0] + (value - self.first) / (self.last - self.first) * (TRACK[1] - TRACK[0])

    def y(self, value: float) -> float:
        return TOP + (self.high - value) / (self.high - self.low) * self.height

    def grid(self, value: float, name: str, mode: Mode) -> str:
        """A hairline at a value, and its name at the right end."""
        p, y = PALETTE[mode], self.y(value)
        return line(TRACK[0], y, TRACK[1], y, p.rule, thick=1) + words(TRACK[1] + 12, y, name, p.muted, size=TICK)

    def cursor(self, value: float, upto: float, mode: Mode) -> str:
        """A line from below the grip of the slider down to a place on a curve."""
        return line(self.x(value), 32, self.x(value), self.y(upto), PALETTE[mode].ink)

    def drawing(self, *parts: str) -> str:
        """The whole drawing; on a phone, where it shrinks, its letters do not."""
        return f'<div class="under-slider">{svg(WIDTH, self.bottom + 62, *parts)}</div>'


def side_by_side(*drawings: str) -> str:
    """Drawings in a row, where there is room for one."""
    return f'<style>{PHONE}</style><div style="display:flex;flex-wrap:wrap;gap:0 2.5rem">{"".join(drawings)}</div>'


def multiplied(
    weights: Sequence[float], scores: Sequence[float], factors: Sequence[float], effective: Sequence[float], mode: Mode,
    *, at: int,
) -> str:  # fmt: skip
    """The weights of some scores at factor number `at`, and how many characters the row looks at for every factor."""
    p, plane = PALETTE[mode], Plane(180, 0, len(factors) - 1, 0, len(scores))
    points = [(plane.x(i), plane.y(value)) for i, value in enumerate(effective)]
    x, y = points[at]
    place = x + (-12 if at else 12), y + 24  # below the curve, where it never comes back
    levels = {value: str(value) for value in range(len(scores) + 1)}
    curve = [
        _axes(plane, "as if looking at \u2026 characters", levels, factors, mode),
        path(points, p.blue, thick=3),
        *(dot(*point, 4, fill=p.blue) for point in points),
        plane.cursor(at, effective[at], mode),
        dot(x, y, 8, fill=p.blue, stroke=p.ink),
        words(*place, number(effective[at]), p.label["blue"], size=PANEL, anchor="end" if at else "start", bold=True),
    ]
    return side_by_side(plane.drawing(*curve), _factor_bars(weights, scores, factors[at], mode))


def frozen(
    weights: Sequence[float], scores: Sequence[float], factors: Sequence[float], winner: Sequence[float],
    row: Sequence[float], computed: Sequence[float], mode: Mode, *, at: int,
) -> str:  # fmt: skip
    """How far the largest weight moves per unit of its score, and the whole row, for every factor, on a log scale.

    `computed` is the winner's in 32 bits; where that is 0 there is no place on a log scale, and a ring stands below.
    """
    p, plane = PALETTE[mode], Plane(180, 0, len(factors) - 1, -10, 0.4)
    dashed, solid = ([(plane.x(i), plane.y(math.log10(v))) for i, v in enumerate(values)] for values in (row, winner))
    lost = [plane.x(i) for i, value in enumerate(computed) if value == 0]
    levels = {power: ten_to(power) if power else "1" for power in range(-10, 1, 2)}
    curves = [
        _axes(plane, "change per unit of score", levels, factors, mode),
        path(dashed, p.gray, thick=3, dashed=True),
        path(solid, p.blue, thick=3),
        *(dot(x, plane.bottom, 6, fill=p.paper, stroke=p.blue) for x in lost),
        plane.cursor(at, math.log10(winner[at]), mode),
        dot(*solid[at], 8, fill=p.blue, stroke=p.ink),
        words(plane.x(0.5), plane.y(-2.6), "the winner: p(1 \u2212 p)", p.label["blue"], bold=True),
        words(plane.x(0.5), plane.y(-4.2), "the row: 1 \u2212 \u03a3p\u00b2 (dashed)", p.label["gray"], bold=True),
    ]
    if lost:
        place = lost[-1] - 14, plane.bottom - 10
        curves.append(words(*place, "0 in 32 bits", p.label["blue"], size=TICK, anchor="end"))
    return side_by_side(plane.drawing(*curves), _factor_bars(weights, scores, factors[at], mode))


def _axes(plane: Plane, title: str, levels: Mapping[int, str], factors: Sequence[float], mode: Mode) -> str:
    """What stands round a curve: its title, the names of its levels, the factors along its bottom."""
    muted = PALETTE[mode].muted
    parts = [words(TRACK[0], 18, title, PALETTE[mode].label["blue"], bold=True)]
    parts += [plane.grid(value, name, mode) for value, name in levels.items()]
    for i, factor in enumerate(factors):
        parts.append(words(plane.x(i), plane.bottom + 18, f"{factor:g}", muted, size=TICK, anchor="middle"))
    return "".join([*parts, words(TRACK[0], plane.bottom + 44, "factor", muted)])


def _factor_bars(weights: Sequence[float], scores: Sequence[float], factor: float, mode: Mode) -> str:
    labels = [number(score, 1) for score in scores]
    return weight_bars(weights, "", "weights", f"softmax of {factor:g} \u00d7 score", mode, labels=labels, height=166)


def weight_bars(
    weights: Sequence[float], characters: str, role: str, title: str, mode: Mode, *, labels: Sequence[str] = (),
    height: float = 132,
) -> str:  # fmt: skip
    """A row of weights as bars from 0 to 1, the largest with its number; under them `characters`, or `labels`."""
    p, left, width, bottom = PALETTE[mode], 36, 286, TOP + 14 + height
    step, top = (width - left) / len(weights), max(range(len(weights)), key=weights.__getitem__)
    parts = [words(0, 18, title, color(role, mode, text=True), bold=True)]
    for share in (0, 0.5, 1):
        y = bottom - share * height
        parts.append(line(left - 6, y, width, y, p.rule, thick=1))
        parts.append(words(left - 12, y, f"{share:g}", p.muted, size=TICK, anchor="end"))
    for i, weight in enumerate(weights):
        x, tall = left + (i + 0.5) * step, weight * height
        if tall >= 0.25:  # thinner than a hair: nothing to see
            parts.append(rect(x - 0.4 * step, bottom - tall, 0.8 * step, tall, fill=color(role, mode)))
        if i == top:
            tone = color(role, mode, text=True)
            parts.append(words(x, bottom - tall - 13, number(weight), tone, size=PANEL, anchor="middle", bold=True))
        if labels:
            parts.append(words(x, bottom + 18, labels[i], p.muted, size=TICK, anchor="middle"))
        else:
            parts.append(character(x, bottom + 18, characters[i], mode))
    return svg(width, bottom + 36, *parts)


def ten_to(power: int) -> str:
    """10 to a whole number, with a raised exponent."""
    return f"10{str(power).translate(POWERS)}"
