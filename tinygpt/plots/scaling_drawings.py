"""The figures of the scaling lesson that follow the finger: SVG strings, one for each position of the slider.

A picture is a row of drawings that wraps: on a phone they stand below one another.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from torch import Tensor

from tinygpt.plots.drawing import character, dot, line, path, rect, svg, words
from tinygpt.plots.look import PALETTE, PANEL, TICK, Mode, color, number
from tinygpt.variance import Spread

TOP = 44  # px above a plane: room for its name
TRACK = (9, 531)  # px: from end to end of the way of the slider's grip (ui/drag.py), which stands right above
WIDTH = 592  # px of a drawing under the slider: the way of the grip, and the numbers of the vertical axis beside it
PHONE = "@media (max-width: 640px) { .under-slider text { font-size: 22px; } }"
BY, ROOT, DOT = "\u00f7", "\u221a", "\u00b7"
RAW, DIVIDED = f"q{DOT}k", f"q{DOT}k {BY} {ROOT}head_size"
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

    def drawing(self, *parts: str) -> str:
        """The whole drawing; on a phone, where it shrinks, its letters do not."""
        return f'<div class="under-slider">{svg(WIDTH, self.bottom + 62, *parts)}</div>'


def side_by_side(*drawings: str) -> str:
    """Drawings in a row, where there is room for one."""
    return f'<style>{PHONE}</style><div style="display:flex;flex-wrap:wrap;gap:0 2.5rem">{"".join(drawings)}</div>'


def ten_to(power: int) -> str:
    """10 to a whole number, with a raised exponent."""
    return f"10{str(power).translate(POWERS)}"


# --- variance against head_size, and what softmax makes of it ------------------------------------------------------


def sharpening(
    sizes: Sequence[int], variances: Mapping[str, Sequence[Spread]], rows: Mapping[str, Sequence[float]],
    characters: str, mode: Mode, *, at: int,
) -> str:  # fmt: skip
    """Score variance against head_size, a cursor at position `at`, and below it what softmax makes of one row.

    `variances` (one per size) and `rows` (the weights at the cursor) are given for "scores" and for "scaled".
    """
    plane = Plane(256, math.log2(sizes[0]), math.log2(sizes[-1]), math.log10(0.4), math.log10(1_500))
    names = {"scores": f"softmax of {RAW}", "scaled": "\u2026 divided first"}
    now = {role: values[at].mean for role, values in variances.items()}
    chart = [
        _axes(plane, sizes, mode),
        *(_measured(plane, sizes, values, role, mode) for role, values in variances.items()),
        _cursor(plane, math.log2(sizes[at]), math.log10(now["scaled"]), mode),
        _label(plane.x(6), plane.y(math.log10(20)), RAW, color("scores", mode, text=True)),
        _label(plane.x(6), plane.y(math.log10(2.2)), DIVIDED, color("scaled", mode, text=True)),
        *(_reading(plane, sizes[at], value, role, mode) for role, value in now.items()),
    ]
    bars = [weight_bars(weights, characters, role, names[role], mode) for role, weights in rows.items()]
    return side_by_side(plane.drawing(*chart), *bars)


def _axes(plane: Plane, sizes: Sequence[int], mode: Mode) -> str:
    """Powers of 10 at the right, powers of 2 along the bottom."""
    p = PALETTE[mode]
    parts = [words(TRACK[0], 18, "variance", p.muted), words(TRACK[0], plane.bottom + 44, "head_size", p.muted)]
    parts += [plane.grid(power, str(10**power), mode) for power in range(4)]
    for size in sizes:
        if size & (size - 1) == 0:  # a power of 2
            place = plane.x(math.log2(size)), plane.bottom + 18
            parts.append(words(*place, str(size), p.muted, size=TICK, anchor="middle"))
    return "".join(parts)


def _measured(plane: Plane, sizes: Sequence[int], values: Sequence[Spread], role: str, mode: Mode) -> str:
    """The theory as a dotted line, the band of nine draws in ten, and the means as dots on a line."""
    tone, xs = color(role, mode), [plane.x(math.log2(size)) for size in sizes]
    ends = (math.log10(sizes[0]), math.log10(sizes[-1])) if role == "scores" else (0.0, 0.0)
    upper = [(x, plane.y(math.log10(v.high))) for x, v in zip(xs, values, strict=True)]
    lower = [(x, plane.y(math.log10(v.low))) for x, v in zip(xs, values, strict=True)]
    band = " ".join(f"{x:.0f},{y:.0f}" for x, y in upper + lower[::-1])
    means = [(x, plane.y(math.log10(v.mean))) for x, v in zip(xs, values, strict=True)]
    theory = line(xs[0], plane.y(ends[0]), xs[-1], plane.y(ends[1]), PALETTE[mode].ink, dashed=True)
    return (
        f'<polygon points="{band}" fill="{tone}" opacity="0.18"/>'
        + path(means, tone, thick=3)
        + "".join(dot(x, y, 4, fill=tone) for x, y in means)
        + theory
    )


def _cursor(plane: Plane, x: float, y: float, mode: Mode) -> str:
    """A line from below the grip of the slider down to a place on a curve."""
    return line(plane.x(x), 32, plane.x(x), plane.y(y), PALETTE[mode].ink)


def _label(x: float, y: float, text: str, tone: str) -> str:
    return words(x, y, text, tone, bold=True)


def _reading(plane: Plane, size: int, value: float, role: str, mode: Mode) -> str:
    """The mark on a line where the cursor crosses it, and its number at the side that has room."""
    x, y = plane.x(math.log2(size)), plane.y(math.log10(value))
    left, upward = size > 4, role == "scores"
    mark = dot(x, y, 8, fill=color(role, mode), stroke=PALETTE[mode].ink)
    shown = number(value, 1 if value < 100 else 0) if role == "scores" else number(value)
    place = x + (-13 if left else 13), y + (-20 if upward else 20)
    tone = color(role, mode, text=True)
    return mark + words(*place, shown, tone, size=PANEL, anchor="end" if left else "start", bold=True)


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


# --- one row of scores, multiplied ---------------------------------------------------------------------------------


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
        _cursor(plane, at, effective[at], mode),
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
        _cursor(plane, at, math.log10(winner[at]), mode),
        dot(plane.x(at), plane.y(math.log10(winner[at])), 8, fill=p.blue, stroke=p.ink),
        _label(plane.x(0.5), plane.y(-2.6), "the winner: p(1 \u2212 p)", p.label["blue"]),
        _label(plane.x(0.5), plane.y(-4.2), "the row: 1 \u2212 \u03a3p\u00b2 (dashed)", p.label["gray"]),
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


BINS = 41  # of a histogram


def histograms(scores: Tensor, scaled: Tensor, head_size: int, mode: Mode) -> str:
    """How many scores of one draw are how large, plain (outlined) and divided (filled). Both (N,)

    The line over each is its spread: one standard deviation to both sides.
    """
    limit = 1.04 * max(float(scores.abs().max()), float(scaled.abs().max()))
    counts = {"scaled": scaled.histc(BINS, -limit, limit), "scores": scores.histc(BINS, -limit, limit)}
    plane = Plane(230, -limit, limit, 0, 1.45 * float(max(count.max() for count in counts.values())))
    p, parts = PALETTE[mode], []
    for value in round_numbers(plane.high / 1.25):
        parts.append(plane.grid(value, number(value, 0), mode))
    for stage, count in counts.items():
        parts += [_bin(plane, i, n, limit, stage, mode) for i, n in enumerate(count.tolist()) if n]
    same = head_size == 1  # nothing is divided: the two marks would lie on each other
    for stage, values in (("scaled", scaled), ("scores", scores)):
        over = float(counts[stage].max()) * (1.3 if same and stage == "scaled" else 1.1)
        name = RAW if stage == "scores" else f"{RAW} {BY} {ROOT}{head_size}"
        parts.append(_spread_mark(plane, values, over, name, stage, mode))
    for value in (-round_numbers(limit)[-1], 0.0, round_numbers(limit)[-1]):
        parts.append(words(plane.x(value), plane.bottom + 16, number(value, 0), p.muted, size=TICK, anchor="middle"))
    parts.append(words(TRACK[1], plane.bottom + 42, "score", p.muted, anchor="end"))
    return side_by_side(plane.drawing(*parts))


def round_numbers(limit: float) -> list[float]:
    """One or two round numbers up to `limit`: 1, 2 or 5 times a power of ten."""
    step = next(m * 10**e for e in range(-3, 6) for m in (1, 2, 5) if m * 10**e > limit / 3)
    return [step * n for n in (1, 2) if step * n <= limit]


def _bin(plane: Plane, i: int, count: float, limit: float, stage: str, mode: Mode) -> str:
    """One bar of a histogram: filled when divided, outlined when not."""
    width = 2 * limit / BINS
    left, top = plane.x(-limit + i * width), plane.y(count)
    across = plane.x(width) - plane.x(0)
    tone = color(stage, mode)
    filled = stage == "scaled"
    return rect(left, top, across, plane.bottom - top, fill=tone if filled else "none", stroke="" if filled else tone)


def _spread_mark(plane: Plane, values: Tensor, over: float, name: str, stage: str, mode: Mode) -> str:
    middle, reach, tone = float(values.mean()), float(values.std()), color(stage, mode, text=True)
    y, end = plane.y(over), plane.x(middle + reach)
    return (
        line(plane.x(middle - reach), y, end, y, tone, thick=3)
        + words(end + 10, y - 10, name, tone, bold=True)
        + words(end + 10, y + 12, f"spread {number(reach)}", tone)
    )
