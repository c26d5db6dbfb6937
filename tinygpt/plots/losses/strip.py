"""The loss of one run as a small strip with a cursor, which a figure of the browser moves along.

Steps are spaced by their root, so that the many moments of the beginning do not lie on each other.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from tinygpt.plots.drawing import dot, line, path, rect, svg, words
from tinygpt.plots.look import PALETTE, Mode
from tinygpt.spelling import brief, thousands
from tinygpt.training.state import Point

WIDE, HIGH, LEFT, FOOT = 290, 92, 6, 18  # px: the drawing; the axis below it
SMALL = 13  # px: words in it
ROOM = 1.15  # of the first loss: what rises beyond leaves the strip at its upper edge


class Spot(NamedTuple):
    """Where the cursor stands at one moment, and the val loss that was measured nearest to it."""

    x: float
    dot_x: float
    dot_y: float
    step: int  # of that look
    val: float | None  # None where nobody has looked yet: then there is no dot


class Strip(NamedTuple):
    """An SVG with a line of the class "cursor" and a dot of the class "spot" to be moved, and where to."""

    drawing: str
    spots: list[Spot]


def loss_strip(
    points: Sequence[Point], steps: Sequence[int], max_steps: int, mode: Mode, *, hue: str,
    stretch: tuple[int, int] | None = None,
) -> Strip:  # fmt: skip
    """The val loss thick and the batches thin, and a place for each of `steps`; a `stretch` of steps is marked."""
    p = PALETTE[mode]
    looks = [(point.step, point.val) for point in points if point.val is not None and math.isfinite(point.val)]
    batches = [(point.step, point.loss) for point in points if math.isfinite(point.loss)]
    losses = [loss for _, loss in (*looks, *batches)]
    high = ROOM * batches[0][1] if batches else 1.0
    low = min((loss for loss in losses), default=0.0)
    wide, deep = WIDE - 2 * LEFT, HIGH - FOOT - 8

    def x(step: int) -> float:
        return LEFT + wide * math.sqrt(min(1.0, step / max(1, max_steps)))

    def y(loss: float) -> float:
        return 4 + deep * (1 - min(1.0, (loss - low) / max(1e-9, high - low)))

    spots = []
    for step in steps:
        near, val = min(looks, key=lambda look: abs(look[0] - step), default=(step, None))
        spots.append(Spot(x(step), x(near), y(val if val is not None else high), near, val))
    parts = [line(LEFT, HIGH - FOOT, WIDE - LEFT, HIGH - FOOT, p.rule)]
    if stretch:
        parts.append(rect(x(stretch[0]), 2, x(stretch[1]) - x(stretch[0]), HIGH - FOOT - 2, fill=p.tile))
    parts.append(path([(x(step), y(loss)) for step, loss in batches], hue, thick=1))
    parts.append(path([(x(step), y(loss)) for step, loss in looks], hue, thick=3))
    for at, side in ((0.0, "start"), (0.25, "middle"), (1.0, "end")):
        step = round(at * max_steps)
        said = f"{thousands(step)} steps" if at == 1 else thousands(step)
        parts.append(words(x(step), HIGH - 7, said, p.muted, size=SMALL, anchor=side))
    cursor = line(0, 2, 0, HIGH - FOOT, p.ink, thick=1.5).replace("<line", '<line class="cursor"')
    spot = dot(0, 0, 4.5, fill=p.paper, stroke=p.ink).replace("<circle", '<circle class="spot"')
    return Strip(svg(WIDE, HIGH, *parts, cursor, spot), spots)


def cursor_words(spot: Spot) -> str:
    """The loss that stands at the cursor."""
    return "" if spot.val is None else f"val {brief(spot.val, 2)} at step {thousands(spot.step)}"
