"""How wide scores are, plain and divided, drawn for every head_size of a slider: one draw, and the variance of many."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from torch import Tensor

from tinygpt.plots.drawing import dot, line, path, rect, svg, words
from tinygpt.plots.lessons.scaling import NAMES
from tinygpt.plots.lessons.scaling_weights import GUESS_DASH, TOP, TRACK, WIDTH, Plane, side_by_side, weight_bars
from tinygpt.plots.look import PALETTE, PANEL, TICK, Mode, color
from tinygpt.spelling import number, thousands
from tinygpt.variance import Spread, expected_variance

BINS = 21  # of a histogram
NAMED = {"scores": 130, "scaled": 184}  # px: where the names of the curves stand
BARS = 100  # px: height of what stands below the curves


class DrawnScores(NamedTuple):
    """The scores of one draw, plain and divided by the root of head_size. Both (N,)"""

    scores: Tensor
    scaled: Tensor


def histograms(draw: DrawnScores, head_size: int, limit: float, mode: Mode, *, width: float = 320) -> str:
    """How many scores of one draw are how large: plain above, divided below, both from -limit to limit.

    Each is as high as its own highest bin. The line over it is its spread: one standard deviation to both sides.
    """
    p, bottom, room, parts = PALETTE[mode], TOP + 14 + BARS, 34, []
    names = NAMES["scores"], f"{NAMES['scores']} \u00f7 \u221a{head_size}"

    def x(value: float) -> float:
        return width / 2 * (1 + max(-1.0, min(1.0, value / limit)))

    for stage, values, name, foot in zip(draw._fields, draw, names, (bottom - 64, bottom), strict=True):
        tone, ink = color(stage, mode), color(stage, mode, text=True)
        reach, middle, spread = float(values.abs().max()), float(values.mean()), float(values.std())
        counts = values.histc(BINS, -reach, reach).tolist()
        edges = [x(-reach + i * 2 * reach / BINS) for i in range(BINS + 1)]
        fill, stroke = (tone, "") if stage == "scaled" else ("none", tone)
        parts.append(line(0, foot, width, foot, p.rule, thick=1))
        for i, n in enumerate(counts):
            if n:
                tall, wide = room * n / max(counts), edges[i + 1] - edges[i]
                parts.append(rect(edges[i], foot - tall, wide, tall, fill=fill, stroke=stroke, thick=1))
        over = foot - room - 8
        parts.append(line(x(middle - spread), over, x(middle + spread), over, ink, thick=3))
        parts.append(words(0, over, name, ink, size=TICK, bold=True))
        parts.append(words(width, over, f"spread {number(spread)}", ink, size=TICK, anchor="end"))
    for value in (-round_numbers(limit)[-1], 0.0, round_numbers(limit)[-1]):
        parts.append(words(x(value), bottom + 18, number(value, 0), p.muted, size=TICK, anchor="middle"))
    title = words(0, 18, f"{len(draw.scores)} scores of one draw", p.muted)
    return svg(width, bottom + 36, title, *parts)


def round_numbers(limit: float) -> list[float]:
    """One or two round numbers up to `limit`: 1, 2 or 5 times a power of ten."""
    step = next(m * 10**e for e in range(-3, 6) for m in (1, 2, 5) if m * 10**e > limit / 3)
    return [step * n for n in (1, 2) if step * n <= limit]


def sharpening(
    sizes: Sequence[int], variances: Mapping[str, Sequence[Spread]], rows: Mapping[str, Sequence[float]],
    characters: str, mode: Mode, *, at: int, draw: DrawnScores, guess: tuple[int, float] | None = None,
) -> str:  # fmt: skip
    """Score variance against head_size, a cursor at position `at`; below it the scores of one draw there, and what
    softmax makes of one row.

    `variances` (one per size) and `rows` (the weights at the cursor) are given for "scores" and for "scaled". `guess`
    is the variance of plain scores that somebody guessed for a head_size.
    """
    plane = Plane(130, math.log2(sizes[0]), math.log2(sizes[-1]), math.log10(0.2), math.log10(1_500))
    p = PALETTE[mode]
    chart = [words(0, 18, "variance of", p.muted), words(WIDTH, 18, "axes logarithmic", p.muted, anchor="end")]
    chart += [words(x, 18, NAMES[role], color(role, mode, text=True), bold=True) for role, x in NAMED.items()]
    chart.append(words(TRACK[0], plane.bottom + 42, "head_size", p.muted))
    chart += [plane.grid(power, thousands(10**power), mode) for power in range(4)]
    for size in sizes:
        if size & (size - 1) == 0:  # a power of 2
            place = plane.x(math.log2(size)), plane.bottom + 18
            chart.append(words(*place, str(size), p.muted, size=TICK, anchor="middle"))
    now = {role: values[at].mean for role, values in variances.items()}
    chart += [_measured(plane, sizes, values, role, mode) for role, values in variances.items()]
    chart.append(plane.cursor(math.log2(sizes[at]), math.log10(now["scaled"]), mode))
    chart += [_reading(plane, sizes[at], value, role, mode) for role, value in now.items()]
    if guess:
        chart.append(_guess(plane, *guess, mode))
    limit = 3.2 * math.sqrt(sizes[-1])  # one axis for all
    names = {"scores": f"softmax of {NAMES['scores']}", "scaled": "\u2026 divided first"}
    bars = [
        weight_bars(weights, characters, role, names[role], mode, height=BARS, width=172)
        for role, weights in rows.items()
    ]
    return side_by_side(plane.drawing(*chart), histograms(draw, sizes[at], limit, mode), *bars, gap="1.4rem")


def _guess(plane: Plane, size: int, variance: float, mode: Mode) -> str:
    """A dashed ring at the variance that somebody guessed."""
    p, x, y = PALETTE[mode], plane.x(math.log2(size)), plane.y(math.log10(variance))
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="12" fill="none" stroke="{p.ink}" stroke-width="2" {GUESS_DASH}/>'
    return ring + words(x + 20, y + 4, "your guess", p.ink, size=TICK)


def _measured(plane: Plane, sizes: Sequence[int], values: Sequence[Spread], role: str, mode: Mode) -> str:
    """The theory as a dotted line, the band of nine draws in ten, and the means as dots on a line."""
    tone, every = color(role, mode), list(zip(sizes, values, strict=True))

    def spots(pairs: Iterable[tuple[int, float]]) -> list[tuple[float, float]]:
        return [(plane.x(math.log2(size)), plane.y(math.log10(value))) for size, value in pairs]

    upper, lower = spots((hs, v.high) for hs, v in every), spots((hs, v.low) for hs, v in every)
    band = " ".join(f"{x:.0f},{y:.0f}" for x, y in upper + lower[::-1])
    means = spots((hs, v.mean) for hs, v in every)
    ends = [(hs, expected_variance(hs, scale=1 if role == "scores" else hs**-0.5)) for hs in (sizes[0], sizes[-1])]
    first, last = spots(ends)
    return (
        f'<polygon points="{band}" fill="{tone}" opacity="0.18"/>'
        + path(means, tone, thick=3)
        + "".join(dot(*mean, 4, fill=tone) for mean in means)
        + line(*first, *last, PALETTE[mode].ink, dashed=True)
    )


def _reading(plane: Plane, size: int, value: float, role: str, mode: Mode) -> str:
    """The mark on a line where the cursor crosses it, and its number at the side that has room."""
    x, y = plane.x(math.log2(size)), plane.y(math.log10(value))
    left, upward = size > 4, role == "scores"
    mark = dot(x, y, 8, fill=color(role, mode), stroke=PALETTE[mode].ink)
    shown = number(value, 1 if role == "scores" else 2)  # as in the sentence below
    place = x + (-13 if left else 13), y + (-20 if upward else 18)
    tone = color(role, mode, text=True)
    return mark + words(*place, shown, tone, size=PANEL, anchor="end" if left else "start", bold=True)
