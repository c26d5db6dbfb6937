"""Drawings of how a model learns: what pushes a row, links of a chain, a nudge, steps too long, and what fades.

SVG strings; every drawing is at most as wide as a phone.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tinygpt.plots.drawing import character, dot, line, path, rect, svg, words
from tinygpt.plots.look import PALETTE, TICK, Mode, color
from tinygpt.spelling import brief, number, powered, ten_to

WIDTH, ROW = 360, 34  # px: a drawing, a line of it
LEFT, NUMBER = 40, 78  # px: what a bar is called, and its number
HIGH, TOP, FOOT = 190, 34, 52  # px: a chart, what stands over it, what stands under it


class Bar(NamedTuple):
    """A number with what it is called: a character of a text, or a plain word."""

    name: str
    value: float
    said: str  # the number as it is printed
    lit: bool = False
    plain: bool = False  # the name is no character of a text


def signed_bars(
    title: str, bars: Sequence[Bar], mode: Mode, *, rows: int = 8, reach: tuple[float, float] | None = None
) -> str:
    """Bars to the right for what is above 0, to the left for what is below, each with its number; room for `rows`.

    Drawings that are compared have the same `reach`: the lowest and the highest number for which there is room.
    """
    p = PALETTE[mode]
    low, most = reach or (min([0.0, *(bar.value for bar in bars)]), max([0.0, *(bar.value for bar in bars)]))
    left = LEFT + (NUMBER if low < 0 else 0)
    room = WIDTH - left - NUMBER
    zero = left + room * -low / ((most - low) or 1.0)
    parts = [words(0, 12, title, p.ink, bold=True, size=TICK)]
    for n, bar in enumerate(bars):
        y, length = TOP + (n + 0.5) * ROW, room * abs(bar.value) / ((most - low) or 1.0)
        start = zero if bar.value >= 0 else zero - length
        parts.append(rect(start, y - 0.3 * ROW, max(1.0, length), 0.6 * ROW, fill=_fill(bar, mode)))
        parts.append(_name(bar, y, mode))
        at, anchor = (start + length + 8, "start") if bar.value >= 0 else (start - 8, "end")
        parts.append(words(at, y, bar.said, p.ink, size=TICK, anchor=anchor, bold=bar.lit))
    parts.append(line(zero, TOP, zero, TOP + len(bars) * ROW, p.ink, thick=1))
    return svg(WIDTH, TOP + rows * ROW + 4, *parts)


def _fill(bar: Bar, mode: Mode) -> str:
    return color("bigram", mode) if bar.lit else PALETTE[mode].gray


def _name(bar: Bar, y: float, mode: Mode) -> str:
    if bar.plain:
        return words(0, y, bar.name, PALETTE[mode].ink, size=TICK, bold=bar.lit)
    return character(14, y, bar.name, mode, bold=bar.lit)


def pushed_row(title: str, bars: Sequence[Bar], mode: Mode) -> str:
    """What a row says as bars from 0 to 1, and on each an arrow: down by its share, up to 1 for what came.

    The value of a bar is its share; the one that came is lit, and what is printed is how it is pushed.
    """
    p, room = PALETTE[mode], WIDTH - LEFT - NUMBER
    parts = [words(0, 12, title, p.ink, bold=True, size=TICK)]
    for n, bar in enumerate(bars):
        y, end = TOP + (n + 0.5) * ROW, LEFT + room * bar.value
        parts.append(rect(LEFT, y - 0.3 * ROW, max(1.0, end - LEFT), 0.6 * ROW, fill=p.tile))
        parts.append(_arrow(end, LEFT + room if bar.lit else LEFT, y, _fill(bar, mode)))
        parts.append(_name(bar, y, mode))
        parts.append(words(WIDTH, y, bar.said, p.ink, size=TICK, anchor="end", bold=bar.lit))
    parts += [line(x, TOP, x, TOP + len(bars) * ROW, p.rule, thick=1) for x in (LEFT, LEFT + room)]
    ends = ((LEFT, "0"), (LEFT + room, "1"))
    below = TOP + len(bars) * ROW + 12
    return svg(WIDTH, below + 12, *parts, *(words(x, below, n, p.muted, size=TICK, anchor="middle") for x, n in ends))


def _arrow(start: float, end: float, y: float, tone: str) -> str:
    """A line with a head, as long as the push; a tip alone where it would be shorter than its head."""
    side = 1 if end > start else -1
    head = f'<polygon points="{end:.1f},{y:.1f} {end - 7 * side:.1f},{y - 5:.1f} {end - 7 * side:.1f},{y + 5:.1f}" '
    shaft = line(start, y, end - 5 * side, y, tone, thick=2.5) if abs(end - start) > 8 else ""
    return f'{shaft}{head}fill="{tone}"/>'


class ChartArea(NamedTuple):
    """Where numbers lie in a chart; what is higher or lower is cut off at its edge."""

    first: float
    last: float
    low: float
    high: float
    left: float = 52

    def x(self, value: float) -> float:
        return self.left + (value - self.first) / (self.last - self.first) * (WIDTH - 16 - self.left)

    def y(self, value: float) -> float:
        inside = max(self.low, min(self.high, value))
        return TOP + (self.high - inside) / ((self.high - self.low) or 1.0) * HIGH

    def frame(self, across: dict[float, str], up: dict[float, str], below: str, mode: Mode) -> list[str]:
        """Hairlines with their numbers at the left, numbers along the foot, and what those are."""
        p, foot = PALETTE[mode], TOP + HIGH
        parts = []
        for value, name in up.items():
            parts.append(line(self.left, self.y(value), WIDTH - 16, self.y(value), p.rule, thick=1))
            parts.append(words(self.left - 8, self.y(value), name, p.muted, size=TICK, anchor="end"))
        parts += [
            words(self.x(at), foot + 16, name, p.muted, size=TICK, anchor="middle") for at, name in across.items()
        ]
        return [*parts, words((self.left + WIDTH - 16) / 2, foot + 36, below, p.muted, size=TICK, anchor="middle")]

    def curve(self, points: Sequence[tuple[float, float]], tone: str, *, dashed: bool = False) -> str:
        """A curve; it ends where it leaves the chart, or where it is no number."""
        inside = []
        for x, y in points:
            if math.isnan(y):
                break
            inside.append((self.x(x), self.y(y)))
            if y > self.high or y < self.low:
                break
        return path(inside, tone, dashed=dashed) if len(inside) > 1 else ""


def _legend(left: str, right: str, mode: Mode, *, role: str = "") -> list[str]:
    """What stands over a chart: at the left the curve that it is about, in the color of its role."""
    p = PALETTE[mode]
    return [
        words(0, 12, left, color(role, mode, text=True) if role else p.ink, size=TICK, bold=True),
        words(WIDTH, 12, right, p.muted, size=TICK, anchor="end"),
    ]


def nudge(by: Sequence[float], observed: Sequence[float], slope: float, at: int, mode: Mode) -> str:
    """The loss as one number moves, and the straight line that its gradient promises; a dot for each at `at`."""
    p, middle = PALETTE[mode], observed[by.index(0.0)]
    promised = [middle + slope * each for each in by]
    low, high = min([*observed, *promised]), max([*observed, *promised])
    axes = ChartArea(by[0], by[-1], low, high)
    across = {by[0]: number(by[0], 0), 0.0: "0", by[-1]: f"+{by[-1]:g}"}
    parts = axes.frame(across, {each: number(each, 2) for each in (low, middle, high)}, "moved by", mode)
    parts.append(axes.curve(list(zip(by, promised, strict=True)), p.muted, dashed=True))
    parts.append(axes.curve(list(zip(by, observed, strict=True)), color("head", mode)))
    parts.append(line(axes.x(by[at]), TOP, axes.x(by[at]), TOP + HIGH, p.rule, thick=1))
    parts.append(dot(axes.x(by[at]), axes.y(promised[at]), 4, fill=p.paper, stroke=p.muted))
    parts.append(dot(axes.x(by[at]), axes.y(observed[at]), 5, fill=color("head", mode)))
    return svg(WIDTH, TOP + HIGH + FOOT, *_legend("loss, observed", "promised (dashed)", mode, role="head"), *parts)


def after_a_step(
    rates: Sequence[float], observed: Sequence[float], promised: Sequence[float], before: float, at: int, mode: Mode
) -> str:
    """The loss after one step against its length, and what the gradient promised for it; a dot at `at`."""
    p, high = PALETTE[mode], before + 1.0
    axes = ChartArea(math.log10(rates[0]), math.log10(rates[-1]), before - 2.0, high)
    across = {float(power): ten_to(power) for power in range(-2, 3)}
    up = {each: number(each, 1) for each in (before - 2.0, before - 1.0, before, high)}
    parts = axes.frame(across, up, "learning rate (logarithmic)", mode)
    places = [math.log10(rate) for rate in rates]
    parts.append(axes.curve(list(zip(places, promised, strict=True)), p.muted, dashed=True))
    parts.append(axes.curve(list(zip(places, observed, strict=True)), color("head", mode)))
    parts.append(line(axes.x(places[at]), TOP, axes.x(places[at]), TOP + HIGH, p.rule, thick=1))
    parts.append(dot(axes.x(places[at]), axes.y(observed[at]), 5, fill=color("head", mode)))
    if not observed[at] <= high:
        parts.append(words(axes.x(places[at]) - 10, TOP + 14, brief(observed[at]), p.ink, size=TICK, anchor="end"))
    return svg(WIDTH, TOP + HIGH + FOOT, *_legend("after one step", "promised (dashed)", mode, role="head"), *parts)


def many_steps(losses: Sequence[float], before: float, mode: Mode) -> str:
    """The loss of each batch over many steps at one learning rate; it leaves the chart where it explodes."""
    p, high = PALETTE[mode], before + 1.0
    axes = ChartArea(1, max(2, len(losses)), before - 2.0, high)
    up = {each: number(each, 1) for each in (before - 2.0, before - 1.0, before, high)}
    across = {1.0: "1", float(len(losses)): str(len(losses))}
    parts = axes.frame(across, up, "step", mode)
    gone = next((n for n, loss in enumerate(losses, 1) if math.isnan(loss) or loss > high), None)
    parts.append(axes.curve(list(enumerate(losses, 1)), color("head", mode)))
    if gone is not None:
        parts.append(words(axes.x(gone) + 8, TOP + 14, f"above {number(high, 1)}", p.ink, size=TICK, bold=True))
    return svg(WIDTH, TOP + HIGH + FOOT, words(0, 12, "before each of many steps", p.ink, size=TICK, bold=True), *parts)


def gradients_and_mean(gradients: Sequence[float], means: Sequence[float], at: int, mode: Mode) -> str:
    """The gradients of one number step by step as thin bars, their running mean as a line, and where we are."""
    p, reach = PALETTE[mode], max(abs(each) for each in gradients) or 1.0
    axes = ChartArea(0, len(gradients), -reach, reach, left=72)
    up = {reach: number(reach, 4), 0.0: "0", -reach: number(-reach, 4)}
    parts = axes.frame({1.0: "1", float(len(gradients)): str(len(gradients))}, up, "step", mode)
    bars = "".join(f"M{axes.x(n):.1f} {axes.y(0):.1f}V{axes.y(g):.1f}" for n, g in enumerate(gradients, 1))
    parts.append(f'<path d="{bars}" stroke="{p.gray}" stroke-width="2.5"/>')
    parts.append(axes.curve(list(enumerate(means, 1)), color("bigram", mode)))
    return _with_cursor(axes, at, ("its gradient", "and their running mean"), parts, mode)


def ways_of_a_number(ways: Mapping[str, Sequence[float]], at: int, mode: Mode) -> str:
    """How far one number has come, step by step, along two ways."""
    first, second = ways.values()
    low, high = min([0.0, *first, *second]), max([0.0, *first, *second])
    axes = ChartArea(0, len(first), low, high, left=72)
    up = {each: number(each, 3) for each in (low, high) if each} | {0.0: "0"}
    parts = axes.frame({1.0: "1", float(len(first)): str(len(first))}, up, "step", mode)
    parts.append(axes.curve(list(enumerate(second, 1)), PALETTE[mode].muted, dashed=True))
    parts.append(axes.curve(list(enumerate(first, 1)), color("head", mode)))
    names = list(ways)
    return _with_cursor(axes, at, (f"moved: {names[0]}", f"{names[1]} (dashed)"), parts, mode)


def _with_cursor(axes: ChartArea, at: int, names: tuple[str, str], parts: list[str], mode: Mode) -> str:
    cursor = line(axes.x(at), TOP, axes.x(at), TOP + HIGH, PALETTE[mode].ink, thick=1)
    return svg(WIDTH, TOP + HIGH + FOOT, *_legend(*names, mode), *parts, cursor)


def on_a_log_scale(title: str, bars: Sequence[Bar], mode: Mode, *, rows: int, low: int = -9) -> str:
    """Numbers above 0 as bars from ten to the `low` up to 1, which is where larger ones end."""
    p, room = PALETTE[mode], WIDTH - 80 - NUMBER - 8

    def x(value: float) -> float:
        return 80 + room * (max(0.0, min(1.0, (math.log10(value) - low) / -low)) if value else 0.0)

    parts = [words(0, 12, title, p.ink, bold=True, size=TICK)]
    for n, bar in enumerate(bars):
        y = TOP + (n + 0.5) * ROW
        parts.append(rect(80, y - 0.3 * ROW, max(1.0, x(bar.value) - 80), 0.6 * ROW, fill=color("gpt", mode)))
        parts.append(_name(bar, y, mode))
        parts.append(words(x(bar.value) + 8, y, bar.said, p.ink, size=TICK, bold=bar.lit))
    below = TOP + rows * ROW + 10
    ends = ((80, ten_to(low)), (80 + room, "1"))
    return svg(
        WIDTH, below + 14, *parts, *(words(at, below, said, p.muted, size=TICK, anchor="middle") for at, said in ends)
    )


def signed(value: float, digits: int = 4) -> str:
    """The same with its sign, also above 0."""
    return f"+{short(value, digits)}" if value > 0 else short(value, digits)


def short(value: float, digits: int = 3) -> str:
    """A number as it is printed beside a bar: a power of ten where it is small."""
    if not value:
        return "0"
    return number(value, digits) if abs(value) >= 10**-digits * 10 else powered(value, 1)
