"""What softmax makes of scores, drawn for every factor that they are multiplied by: SVG for a slider."""

import math
from collections.abc import Sequence

from tinygpt.plots.drawing import character, dot, line, path, rect, svg, words
from tinygpt.plots.lessons.under_slider import TOP, TRACK, Plane, side_by_side
from tinygpt.plots.look import PALETTE, PANEL, TICK, Mode, color
from tinygpt.spelling import number

POWERS = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


def multiplied(
    weights: Sequence[float], scores: Sequence[float], factors: Sequence[float], effective: Sequence[float], mode: Mode,
    *, at: int,
) -> str:  # fmt: skip
    """The weights of some scores at factor number `at`, and how many characters the row looks at for every factor."""
    p, plane = PALETTE[mode], Plane(180, 0, len(factors) - 1, 0, len(scores))
    points = [(plane.x(i), plane.y(value)) for i, value in enumerate(effective)]
    x, y = points[at]
    place = x + (-12 if at else 12), y + 24  # below the curve, where it never comes back
    curve = [
        words(TRACK[0], 18, "as if looking at \u2026 characters", p.label["blue"], bold=True),
        *(plane.grid(value, str(value), mode) for value in range(len(scores) + 1)),
        _factors(plane, factors, mode),
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
    dashed = path([(plane.x(i), plane.y(math.log10(v))) for i, v in enumerate(row)], p.gray, thick=3, dashed=True)
    solid = path([(plane.x(i), plane.y(math.log10(v))) for i, v in enumerate(winner)], p.blue, thick=3)
    lost = [i for i, value in enumerate(computed) if value == 0]
    curves = [
        words(TRACK[0], 18, "change per unit of score", p.label["blue"], bold=True),
        *(plane.grid(power, ten_to(power) if power else "1", mode) for power in range(-10, 1, 2)),
        _factors(plane, factors, mode),
        dashed,
        solid,
        *(dot(plane.x(i), plane.bottom, 6, fill=p.paper, stroke=p.blue) for i in lost),
        plane.cursor(at, math.log10(winner[at]), mode),
        dot(plane.x(at), plane.y(math.log10(winner[at])), 8, fill=p.blue, stroke=p.ink),
        words(plane.x(0.5), plane.y(-2.6), "the winner: p(1 \u2212 p)", p.label["blue"], bold=True),
        words(plane.x(0.5), plane.y(-4.2), "the row: 1 \u2212 \u03a3p\u00b2 (dashed)", p.label["gray"], bold=True),
        *(
            words(plane.x(i) - 14, plane.bottom - 10, "0 in 32 bits", p.label["blue"], size=TICK, anchor="end")
            for i in lost[-1:]
        ),
    ]
    return side_by_side(plane.drawing(*curves), _factor_bars(weights, scores, factors[at], mode))


def _factor_bars(weights: Sequence[float], scores: Sequence[float], factor: float, mode: Mode) -> str:
    labels = [number(score, 1) for score in scores]
    return weight_bars(weights, "", "weights", f"softmax of {factor:g} \u00d7 score", mode, labels=labels, height=166)


def _factors(plane: Plane, factors: Sequence[float], mode: Mode) -> str:
    p = PALETTE[mode]
    names = [
        words(plane.x(i), plane.bottom + 18, f"{factor:g}", p.muted, size=TICK, anchor="middle")
        for i, factor in enumerate(factors)
    ]
    return "".join(names) + words(TRACK[0], plane.bottom + 44, "factor", p.muted)


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
