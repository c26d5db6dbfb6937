"""What a loss looks like: of the models that a run kept, those whose val loss was nearest to a few levels."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

LEVELS = (4.2, 3.3, 2.5, 2.0, 1.8)  # from even guessing over 65 characters to the largest model that is shipped
ROUNDING = 0.05  # a level has one digit after the point


class Level(NamedTuple):
    """A level of loss, and the kept model that stands for it."""

    loss: float
    step: int
    val: float  # of that model, about: on the straight line between two looks at val


def reached_levels(
    vals: Sequence[tuple[int, float]], steps: Sequence[int], levels: Sequence[float] = LEVELS
) -> list[Level]:
    """For each level that a curve passed, the step of `steps` whose val loss is nearest, in the order of `levels`.

    `vals` are the looks at val, (step, loss), in order. A model stands for one level only, the nearest; a level for
    which none is left has none.
    """
    looks = [(step, val) for step, val in vals if math.isfinite(val)]
    if not looks:
        return []
    low, high = (chosen(val for _, val in looks) for chosen in (min, max))
    passed = [level for level in levels if low - ROUNDING <= level <= high + ROUNDING]
    nearest: dict[int, Level] = {}
    for loss in passed:
        step = min(steps, key=lambda step: abs(val_at(looks, step) - loss), default=None)
        if step is None:
            break
        found = Level(loss, step, val_at(looks, step))
        before = nearest.get(step)
        if before is None or abs(found.val - loss) < abs(before.val - before.loss):
            nearest[step] = found
    return sorted(nearest.values(), key=lambda one: levels.index(one.loss))


def val_at(looks: Sequence[tuple[int, float]], step: int) -> float:
    """The val loss after so many steps, on the straight line between two looks; before the first or after the last,
    that one."""
    after = bisect_left(looks, (step, -math.inf))
    if after == len(looks):
        return looks[-1][1]
    (b, high), (a, low) = looks[after], looks[max(0, after - 1)]
    return high if a == b else low + (high - low) * max(0, step - a) / (b - a)
