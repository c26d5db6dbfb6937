"""A curve of 20,000 points as at most 400, without hiding a spike.

The steps are cut into equal stretches; of each stay the point with the lowest loss and the one with the highest.
The first and the last point stay, and so does every val loss while these are no more than half of what may stay.
"""

import math
from collections.abc import Iterable
from itertools import groupby

from tinygpt.training.state import Point

MOST = 400  # points a browser gets of one run
LEAST = 16  # so that first, last, two losses and half as many val losses fit into three quarters


class ThinnedCurve:
    """A curve that is thinned while it grows: adding costs a constant time, and memory never grows with the steps.

    The same points leave the same curve, however they were cut into slices.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = max(most, LEAST)
        self._kept: list[Point] = []
        self._width = 1  # steps in a stretch

    def add(self, points: Iterable[Point]) -> None:
        """More points, in the order of their steps."""
        for point in points:
            self._kept.append(point)
            if len(self._kept) > self._most:  # make room for a quarter more
                self._kept = self._one_round()  # the newest points, in stretches as wide as the others'
                while len(self._kept) > self._most * 3 // 4:
                    self._width *= 2  # by doubling, what stayed once would stay again
                    self._kept = self._one_round()

    def points(self) -> tuple[Point, ...]:
        """At most `most` of them, in the order of their steps."""
        return tuple(self._kept)

    def _one_round(self) -> list[Point]:
        """Of each stretch the lowest and highest loss, and every val loss or only its extremes."""
        first, *between, last = self._kept
        every_val = sum(point.val is not None for point in between) <= self._most // 2
        kept = [first]
        for _, group in groupby(between, key=lambda point: point.step // self._width):
            stretch = list(group)
            with_val = [point for point in stretch if point.val is not None]
            stay = _ends(stretch, "loss") + (with_val if every_val else _ends(with_val, "val"))
            kept += [point for point in stretch if any(point is other for other in stay)]
        return [*kept, last]


def thin(points: Iterable[Point], most: int = MOST) -> tuple[Point, ...]:
    """At most `most` (16 or more) of `points`: the lowest and highest of each stretch, the ends, the val losses."""
    curve = ThinnedCurve(most)
    curve.add(points)
    return curve.points()


def _ends(points: list[Point], which: str) -> list[Point]:
    """The points with the lowest and the highest "loss" or "val"; one that is no number counts as highest."""

    def height(point: Point) -> float:
        value: float = getattr(point, which)
        return math.inf if math.isnan(value) else value

    return [min(points, key=height), max(points, key=height)] if points else []
