"""The moment a model finds it: from which step on its val loss stays near a floor.

A curve of val is a row of (step, val). Some steps have no val, and one low value proves nothing: what counts is the
first step from which every later value is low as well.
"""

import math
from collections.abc import Iterable

NEAR = 0.05  # nats per character: the noise of a live estimate is about half of it

Curve = Iterable[tuple[int, float | None]]


def found_at(curve: Curve, floor: float, *, tolerance: float = NEAR) -> int | None:
    """The first step from which val stays at most `tolerance` above `floor`; None if it does not at the end."""
    return stays_below(curve, floor + tolerance)


def left_at(curve: Curve, plateau: float, *, tolerance: float = NEAR) -> int | None:
    """The first step from which val stays more than `tolerance` below `plateau`: the model has begun to find it."""
    return stays_below(curve, plateau - tolerance, equal=False)


def stays_below(curve: Curve, level: float, *, equal: bool = True) -> int | None:
    """The first step from which val stays at `level` or below it (`equal=False`: below it); None if it does not.

    Steps without a val are passed over. A val that is no number is above every level.
    """
    since = None
    for step, val in curve:
        if val is None:
            continue
        low = val < level or (equal and val == level)  # False for nan
        if not low or math.isnan(val):
            since = None
        elif since is None:
            since = step
    return since
