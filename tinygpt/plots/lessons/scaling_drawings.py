"""How wide scores are, plain and divided, drawn for every head_size of a slider: one draw, and the variance of many."""

import math
from collections.abc import Iterable, Mapping, Sequence

from torch import Tensor

from tinygpt.plots.drawing import dot, line, path, rect, words
from tinygpt.plots.lessons.scaling import NAMES
from tinygpt.plots.lessons.scaling_weights import TOP, TRACK, Plane, side_by_side, weight_bars
from tinygpt.plots.look import PALETTE, PANEL, TICK, Mode, color
from tinygpt.spelling import number, thousands
from tinygpt.variance import Spread, expected_variance

BINS = 21  # of a histogram


def histograms(scores: Tensor, scaled: Tensor, head_size: int, limit: float, mode: Mode) -> str:
    """How many scores of one draw are how large: plain above, divided below, both from -limit to limit. Both (N,)

    Each is as high as its own highest bin. The line over it is its spread: one standard deviation to both sides.
    """
    plane, p, parts = Plane(230, -limit, limit, 0, 1), PALETTE[mode], []
    stages = {"scores": (scores, NAMES["scores"]), "scaled": (scaled, f"{NAMES['scores']} \u00f7 \u221a{head_size}")}
    height = (plane.height + 30) / 2  # of each
    room = height - 34  # px for the bars: the spread has its place above
    for row, (stage, (values, name)) in enumerate(stages.items()):
        top, tone, ink = TOP - 30 + row * height, color(stage, mode), color(stage, mode, text=True)
        reach, bottom = float(values.abs().max()), top + height
        left = [plane.x(-reach + i * 2 * reach / BINS) for i in range(BINS + 1)]
        counts = values.histc(BINS, -reach, reach).tolist()
        fill, stroke = (tone, "") if stage == "scaled" else ("none", tone)
        parts.append(line(TRACK[0], bottom, TRACK[1], bottom, p.rule, thick=1))
        for i, n in enumerate(counts):
            if n:
                tall = room * n / max(counts)
                parts.append(
                    rect(left[i], bottom - tall, left[i + 1] - left[i], tall, fill=fill, stroke=stroke, thick=1.5)
                )
        middle, spread, over = float(values.mean()), float(values.std()), bottom - room - 10
        parts.append(line(plane.x(middle - spread), over, plane.x(middle + spread), over, ink, thick=3))
        parts.append(words(TRACK[1], top + 16, name, ink, anchor="end", bold=True))
        parts.append(words(TRACK[1], top + 38, f"spread {number(spread)}", ink, anchor="end"))
    for value in (-round_numbers(limit)[-1], 0.0, round_numbers(limit)[-1]):
        parts.append(words(plane.x(value), plane.bottom + 16, number(value, 0), p.muted, size=TICK, anchor="middle"))
    parts.append(words(TRACK[1], plane.bottom + 42, "score", p.muted, anchor="end"))
    return side_by_side(plane.drawing(*parts))


def round_numbers(limit: float) -> list[float]:
    """One or two round numbers up to `limit`: 1, 2 or 5 times a power of ten."""
    step = next(m * 10**e for e in range(-3, 6) for m in (1, 2, 5) if m * 10**e > limit / 3)
    return [step * n for n in (1, 2) if step * n <= limit]


def sharpening(
    sizes: Sequence[int], variances: Mapping[str, Sequence[Spread]], rows: Mapping[str, Sequence[float]],
    characters: str, mode: Mode, *, at: int,
) -> str:  # fmt: skip
    """Score variance against head_size, a cursor at position `at`, and below it what softmax makes of one row.

    `variances` (one per size) and `rows` (the weights at the cursor) are given for "scores" and for "scaled".
    """
    plane, p = Plane(256, math.log2(sizes[0]), math.log2(sizes[-1]), math.log10(0.4), math.log10(1_500)), PALETTE[mode]
    chart = [words(TRACK[0], 18, "variance", p.muted), words(TRACK[0], plane.bottom + 44, "head_size", p.muted)]
    chart += [plane.grid(power, thousands(10**power), mode) for power in range(4)]
    for size in sizes:
        if size & (size - 1) == 0:  # a power of 2
            place = plane.x(math.log2(size)), plane.bottom + 18
            chart.append(words(*place, str(size), p.muted, size=TICK, anchor="middle"))
    now = {role: values[at].mean for role, values in variances.items()}
    chart += [_measured(plane, sizes, values, role, mode) for role, values in variances.items()]
    chart.append(plane.cursor(math.log2(sizes[at]), math.log10(now["scaled"]), mode))
    for role, over in (("scores", 20), ("scaled", 2.2)):
        place = plane.x(6), plane.y(math.log10(over))
        chart.append(words(*place, NAMES[role], color(role, mode, text=True), bold=True))
    chart += [_reading(plane, sizes[at], value, role, mode) for role, value in now.items()]
    names = {"scores": f"softmax of {NAMES['scores']}", "scaled": "\u2026 divided first"}
    bars = [weight_bars(weights, characters, role, names[role], mode) for role, weights in rows.items()]
    return side_by_side(plane.drawing(*chart), *bars)


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
    place = x + (-13 if left else 13), y + (-20 if upward else 20)
    tone = color(role, mode, text=True)
    return mark + words(*place, shown, tone, size=PANEL, anchor="end" if left else "start", bold=True)
