"""Charts for figures that follow the finger (ui/drag.py), as wide as their column: SVG strings out of numbers.

What lies across is a share of the width, what lies up is in px, and letters keep their size on every screen. All text
is escaped in drawing.py and here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tinygpt.plots.drawing import words
from tinygpt.plots.look import LABEL, PALETTE, SANS, TICK, Mode
from tinygpt.spelling import number

DASHES = {"solid": "", "dash": "9 6", "dot": "2 5", "dashdot": "9 5 2 5"}  # as Plotly calls them
# Symbols: how many corners they have, how far they are turned, in parts, and how far in every second corner lies.
SIDES = {
    "square": (4, 1 / 8, 1.0), "pentagon": (5, 0, 1.0), "triangle-up": (3, 0, 1.0), "diamond": (4, 0, 1.0),
    "star": (10, 0, 0.42),
}  # fmt: skip
LEAST = 260  # px: a chart that would be narrower stands below what is beside it
STEPS = 1, 2, 2.5, 5, 10  # what an axis counts by, times a power of ten


@dataclass(frozen=True)
class Plane:
    """The room of a chart, `height` px high: what its axes reach from and to, and whether they count by powers."""

    x: tuple[float, float]
    y: tuple[float, float]
    height: float
    log_x: bool = False
    log_y: bool = False

    def across(self, x: float) -> str:
        """How far right `x` lies, as a share of the width."""
        return f"{100 * _share(x, self.x, log=self.log_x):.2f}%"

    def down(self, y: float) -> float:
        """How far below the upper side `y` lies, in px."""
        return self.height * (1 - _share(y, self.y, log=self.log_y))

    def at(self, x: float, y: float, *parts: str) -> str:
        """Parts that are drawn round the place (x, y) as their (0, 0)."""
        place = f'x="{self.across(x)}" y="{self.down(y):.1f}"'
        return f'<svg {place} width="1" height="1" overflow="visible">{"".join(parts)}</svg>'

    def stroke(
        self, start: tuple[float, float], end: tuple[float, float], tone: str, *, thick: float = 1.5,
        dash: str = "solid", more: str = "",
    ) -> str:  # fmt: skip
        """A straight line between two places."""
        (x1, y1), (x2, y2) = start, end
        ends = f'x1="{self.across(x1)}" y1="{self.down(y1):.1f}" x2="{self.across(x2)}" y2="{self.down(y2):.1f}"'
        return f'<line {ends} stroke="{tone}" stroke-width="{thick}" stroke-dasharray="{DASHES[dash]}" {more}/>'

    def level(self, y: float, tone: str, *, thick: float = 1.5, dash: str = "dot") -> str:
        """A line across all of the chart."""
        return self.stroke((self.x[0], y), (self.x[1], y), tone, thick=thick, dash=dash)

    def curve(
        self, xs: Sequence[float], ys: Sequence[float], tone: str, *, thick: float = 3, dash: str = "solid"
    ) -> str:
        """A line through places. It is drawn on a ground of its own that is pulled as wide as the chart."""
        places = ((10 * float(self.across(x)[:-1]), self.down(y)) for x, y in zip(xs, ys, strict=True))
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        look = f'stroke="{tone}" stroke-width="{thick}" stroke-dasharray="{DASHES[dash]}" stroke-linejoin="round"'
        ground = f'width="100%" height="{self.height:g}" viewBox="0 0 1000 {self.height:g}" overflow="visible"'
        drawn = f'<polyline points="{points}" fill="none" {look} vector-effect="non-scaling-stroke"/>'
        return f'<svg {ground} preserveAspectRatio="none">{drawn}</svg>'

    def bar(self, x: float, y: float, wide: float, tone: str, *, says: str = "") -> str:
        """A bar from 0 up to `y`, its middle at `x`; a bar of nothing is a hairline."""
        (low, high), top = self.x, min(self.down(y), self.down(0) - 1)
        size = f'width="{100 * wide / (high - low):.2f}%" height="{self.down(0) - top:.1f}"'
        said = f"<title>{escape(says)}</title>" if says else ""
        return f'<rect x="{self.across(x - wide / 2)}" y="{top:.1f}" {size} rx="2" fill="{tone}">{said}</rect>'

    def hint(self, x: float, wide: float, says: str) -> str:
        """What a stripe of the chart, its middle at `x`, says when somebody points at it."""
        size = f'width="{100 * wide / (self.x[1] - self.x[0]):.2f}%" height="{self.height:g}"'
        said = f"<title>{escape(says)}</title>"
        return f'<rect x="{self.across(x - wide / 2)}" y="0" {size} fill="transparent">{said}</rect>'

    def heights(self, ticks: Mapping[float, str], mode: Mode, *, title: str = "") -> str:
        """Hairlines across with their numbers at the left, and over them what they count."""
        p, parts = PALETTE[mode], []
        for y, said in ticks.items():
            parts.append(self.level(y, p.rule, thick=1, dash="solid"))
            parts.append(words(-8, self.down(y), said, p.muted, size=TICK, anchor="end"))
        return "".join(parts) + (words(-8, -20, title, p.muted, size=TICK, anchor="start") if title else "")

    def widths(self, ticks: Mapping[float, str], mode: Mode, *, title: str = "") -> str:
        """Numbers under the chart, and below them what they count."""
        p, low = PALETTE[mode], self.y[0]
        numbers = [
            self.at(x, low, words(0, 16, said, p.muted, size=TICK, anchor="middle")) for x, said in ticks.items()
        ]
        below = words(0, self.height + 42, title, p.muted, size=LABEL, anchor="middle") if title else ""
        return "".join(numbers) + f'<svg x="50%" width="1" height="1" overflow="visible">{below}</svg>'

    def drawn(self, *parts: str, left: float = 52, right: float = 8, top: float = 8, below: float = 56) -> str:
        """The whole chart with so many px around its room for what is written there."""
        room = f"flex:1 1 {LEAST}px;box-sizing:border-box;padding:{top:g}px {right:g}px {below:g}px {left:g}px"
        look = f"display:block;width:100%;height:{self.height:g}px;overflow:visible"
        whole = f"<svg xmlns='http://www.w3.org/2000/svg' style='{look}' font-family='{SANS}' aria-hidden='true'>"
        return f'<div style="{room}">{whole}{"".join(parts)}</svg></div>'


def full_width(drawing: str, mode: Mode, *, heading: str = "") -> str:
    """A drawing that has all of the width, under a heading if it needs one."""
    look = f"margin:0;font:600 {LABEL}px {escape(SANS)};line-height:1.4;color:{PALETTE[mode].ink}"
    said = f'<p style="{look}">{escape(heading)}</p>' if heading else ""
    return f'<div style="flex:1 1 100%">{said}{drawing}</div>'


def _share(value: float, ends: tuple[float, float], *, log: bool) -> float:
    low, high, at = (math.log10(v) for v in (*ends, value)) if log else (*ends, value)
    return (at - low) / (high - low)


def even_ticks(low: float, high: float, *, most: int = 6) -> dict[float, str]:
    """Round numbers from `low` to `high`, at most so many, all with the digits that they need."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in STEPS if step * power >= rough)
    digits = next(digits for digits in range(9) if abs(round(step, digits) - step) < 1e-9)
    return {
        round(n * step, digits): number(n * step, digits)
        for n in range(math.ceil(low / step), math.floor(high / step) + 1)
    }


def mark(symbol: str, radius: float, *, fill: str, stroke: str = "", says: str = "") -> str:
    """A circle or one of SIDES round (0, 0), and what it `says` when somebody points at it."""
    look = f'fill="{fill}"' + (f' stroke="{stroke}" stroke-width="2"' if stroke else "")
    said = f"<title>{escape(says)}</title>" if says else ""
    if symbol == "circle":
        return f'<circle r="{radius}" {look}>{said}</circle>'
    sides, turned, dent = SIDES[symbol]
    turns = [(2 * math.pi * (n / sides + turned), radius * (dent if n % 2 else 1)) for n in range(sides)]
    corners = " ".join(f"{far * math.sin(turn):.1f},{-far * math.cos(turn):.1f}" for turn, far in turns)
    return f'<polygon points="{corners}" {look}>{said}</polygon>'


def lines(x: float, y: float, said: str, tone: str, *, high: float = 20, **how: object) -> str:
    """Words in as many lines as they have, the middle of all of them at height `y`."""
    written = said.split("\n")
    first = y - high * (len(written) - 1) / 2
    return "".join(words(x, first + n * high, each, tone, **how) for n, each in enumerate(written))  # type: ignore[arg-type]
