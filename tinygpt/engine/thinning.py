"""A curve of 20,000 points as at most 400, without hiding a spike.

The steps are cut into equal stretches; of each stay the point with the lowest loss and the one with the highest.
The first and the last point stay, and so does every val loss while these are no more than half of what may stay.
"""

import math
from collections.abc import Callable, Iterable
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
            if len(self._kept) > self._most:
                self._thin()

    def points(self) -> tuple[Point, ...]:
        """At most `most` of them, in the order of their steps."""
        return tuple(self._kept)

    def _thin(self) -> None:
        """Make room for a quarter more; stretches grow by doubling, so what stayed once would stay again."""
        self._kept = self._one_round()  # the newest points, in stretches as wide as the others'
        while len(self._kept) > self._most * 3 // 4:
            self._width *= 2
            self._kept = self._one_round()

    def _one_round(self) -> list[Point]:
        first, *between, last = self._kept
        every_val = sum(point.val is not None for point in between) <= self._most // 2
        stretches = groupby(between, key=lambda point: point.step // self._width)
        return [first, *(point for _, stretch in stretches for point in _extremes(list(stretch), every_val)), last]


def thin(points: Iterable[Point], most: int = MOST) -> tuple[Point, ...]:
    """At most `most` (16 or more) of `points`: the lowest and highest of each stretch, the ends, the val losses."""
    curve = ThinnedCurve(most)
    curve.add(points)
    return curve.points()


def _extremes(stretch: list[Point], every_val: bool) -> list[Point]:
    """What stays of one stretch, in order: lowest and highest loss, and every val loss or only its extremes."""
    with_val = [point for point in stretch if point.val is not None]
    stay = _ends(stretch, lambda point: point.loss)
    stay += with_val if every_val else _ends(with_val, lambda point: point.val)
    return [point for point in stretch if any(point is other for other in stay)]


def _ends(points: list[Point], height: Callable[[Point], float | None]) -> list[Point]:
    """The lowest and the highest of `points`; a loss that is no number counts as highest."""

    def order(point: Point) -> float:
        value = height(point)
        return math.inf if value is None or math.isnan(value) else value

    return [min(points, key=order), max(points, key=order)] if points else []
