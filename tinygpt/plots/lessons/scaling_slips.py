"""The drawings of two slips about scores: random numbers of the wrong kind, and the root of the wrong size.

Ochre is the plain score, teal the divided one; what was not chosen is gray.
"""

from collections.abc import Mapping, Sequence

from tinygpt.plots.chart import Plane, even_ticks, mark
from tinygpt.plots.drawing import line, words
from tinygpt.plots.lessons.scaling import DASH, NAMES, SHORT
from tinygpt.plots.look import PALETTE, Mode, color
from tinygpt.spelling import number
from tinygpt.variance import Spread

HIGH, LOW = 250, 170  # px: the room of charts beside each other, and of charts below each other


def variance_of_scaled(sizes: Sequence[int], scaled: Sequence[Spread], mode: Mode, *, right: bool) -> str:
    """The variance of divided scores, with what nine draws in ten lie between, and the 1 that the division promises.

    `right` says whether these are the random numbers for which it keeps its promise.
    """
    p, tone, plane = PALETTE[mode], color("scaled", mode), _plane(sizes, (-0.04, 1.5), HIGH)
    means = [spread.mean for spread in scaled]
    parts = [plane.heights(even_ticks(0, 1.5, most=3), mode), plane.level(1, p.ink)]
    parts.append(plane.curve(sizes, means, tone, dash=DASH["scaled"]))
    for size, spread in zip(sizes, scaled, strict=True):
        parts.append(plane.stroke((size, spread.low), (size, spread.high), tone))
        parts += [plane.at(size, end, line(-3, 0, 3, 0, tone)) for end in (spread.low, spread.high)]
        says = f"{NAMES['scaled']}, head_size {size}: variance {number(spread.mean, 4)}"
        parts.append(plane.at(size, spread.mean, mark("circle", 4.5, fill=tone, says=says)))
    if not right:
        ink = color("scaled", mode, text=True)
        parts.append(plane.at(sizes[0], 1, words(0, -14, "1, what the division promises", p.ink)))
        parts.append(plane.at(sizes[0], means[0], words(0, -18, f"{number(means[0])} at every size", ink, bold=True)))
    return _named(plane, parts, f"variance of {NAMES['scaled']}", sizes, mode)


def mean_score(sizes: Sequence[int], means: Sequence[float], mode: Mode) -> str:
    """The mean of plain scores, a number per head_size."""
    tone, highest = color("scores", mode), max(map(abs, means))
    plane = _plane(sizes, (-1.5, 1.5) if highest < 1 else (-0.06 * highest, 1.2 * highest), HIGH)
    parts = [plane.heights(even_ticks(*plane.y, most=4), mode)]
    parts.append(plane.curve(sizes, means, tone, dash=DASH["scores"]))
    for size, mean in zip(sizes, means, strict=True):
        dot = mark("circle", 4.5, fill=tone, says=f"{NAMES['scores']}, head_size {size}: mean {number(mean)}")
        said = words(-8, -18, number(mean, 1), color("scores", mode, text=True), anchor="middle")
        parts.append(plane.at(size, mean, dot, said))
    return _named(plane, parts, f"mean of {NAMES['scores']}", sizes, mode)


def variance_by_scale(sizes: Sequence[int], variances: Mapping[str, Sequence[float]], chosen: str, mode: Mode) -> str:
    """The variance of the scores for every way to scale them, a number per head_size; the chosen one in bold."""
    plane = _plane(sizes, (0.01, 100), LOW, log_y=True)
    ticks = {10.0**power: f"{10.0**power:g}" for power in range(-2, 3)}
    parts = [
        plane.heights(ticks, mode),
        plane.level(1, PALETTE[mode].ink),
        _lines(plane, sizes, variances, chosen, mode),
    ]
    return _named(plane, parts, "variance of the scores", sizes, mode)


def largest_by_scale(sizes: Sequence[int], largest: Mapping[str, Sequence[float]], chosen: str, mode: Mode) -> str:
    """The mean largest of 8 weights for every way to scale scores, a number per head_size; the chosen one in bold."""
    plane = _plane(sizes, (0, 1), LOW)
    parts = [plane.heights(even_ticks(0, 1, most=4), mode), _lines(plane, sizes, largest, chosen, mode)]
    return _named(plane, parts, "largest of 8 weights, on average", sizes, mode)


def _lines(plane: Plane, sizes: Sequence[int], every: Mapping[str, Sequence[float]], chosen: str, mode: Mode) -> str:
    """A line for every way to scale, with its name at the end of its line that has room."""
    p, parts = PALETTE[mode], []
    for scale, values in every.items():
        bold = scale == chosen
        tone, ink = (color("scaled", mode), color("scaled", mode, text=True)) if bold else (p.gray, p.muted)
        parts.append(plane.curve(sizes, values, tone, thick=4 if bold else 1.5))
        for size, value in zip(sizes, values, strict=True):
            says = f"{SHORT[scale]}, head_size {size}: {value:.3g}"
            parts.append(plane.at(size, value, mark("circle", 5 if bold else 3, fill=tone, says=says)))
        falls = scale == "1/head_size"  # its name stands at the right, under a line that goes down
        below = scale == "1/sqrt(n_embd)" or (falls and not plane.log_y)
        end, shift = (
            (-1 if falls else 0),
            18 if below else -16 if scale == "1/sqrt(head_size)" else -22 if plane.log_y else -34,
        )
        name = words(0, shift, SHORT[scale], ink, anchor="end" if falls else "start", bold=bold)
        parts.append(plane.at(sizes[end], values[end], name))
    return "".join(parts)


def _plane(sizes: Sequence[int], y: tuple[float, float], height: float, *, log_y: bool = False) -> Plane:
    """head_size, each value twice as far right as half of it."""
    return Plane((sizes[0] / 1.1, sizes[-1] * 1.1), y, height, log_x=True, log_y=log_y)


def _named(plane: Plane, parts: Sequence[str], name: str, sizes: Sequence[int], mode: Mode) -> str:
    """A chart under a short bold name."""
    below = plane.widths({size: str(size) for size in sizes}, mode, title="head_size")
    return plane.drawn(words(0, -20, name, PALETTE[mode].ink, bold=True), *parts, below, top=36, right=12)
