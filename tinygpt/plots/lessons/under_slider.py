"""A chart right under a slider of ui/drag.py: what is drawn at a position stands below the grip of the slider.

A picture is a row of drawings that wraps: on a phone they stand below one another.
"""

from typing import NamedTuple

from tinygpt.plots.drawing import line, svg, words
from tinygpt.plots.look import PALETTE, TICK, Mode

TOP = 44  # px above a plane: room for its name
TRACK = (9, 531)  # px: from end to end of the way of the slider's grip (ui/drag.py)
WIDTH = 592  # px of a drawing: the way of the grip, and the numbers of the vertical axis beside it
PHONE = "@media (max-width: 640px) { .under-slider text { font-size: 22px; } }"


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
