"""The moment it clicks: a curve that had nearly come to rest, and then falls steeply, as when a rule is found.

An ordinary curve of training is bent one way: it falls ever more slowly. So what a stretch of steps brings is compared
with what the stretch of the same length right before it brought. A click is the stretch where the difference is
largest, if

* it brings at least STEEPER times as much as the one before;
* the difference is at least LEAST, and TIMES the jitter of the curve's single values;
* a first fall lies before both: else the beginning of any run that is slow to start would be one.

It is read off the looks at val, which take the same windows every time: 30 in a run. Copying with two layers, seeds
1337 / 1 / 2, clicks from step 700 to 1,100, 900 to 1,300 and 600 to 900, and that is seen from step 900 / 1,200 / 800
on. (With seed 1338 the rule is found before the curve has come to rest; then only the loss of the copied letters
tells, inside.copying.) Three blocks without skips leave their plateau at 3.1 in the same way. In all other curves of
checkpoints/lessons.json, and with one layer on the copying language, there is none, at whatever step one looks. Means
of batch losses will not do: they raised false alarms in three of nine runs on the plays, for each batch is another
text.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from tinygpt.experiments.curves import LossCurve

STEEPER = 2.0
LEAST = 0.05  # nats
TIMES = 10.0  # four standard deviations of what is compared, 2a - b - c: it is the best of hundreds of stretches
MOST = 120  # values: every pair of them is looked at, so a longer curve is read at every second one, or third ...


class Click(NamedTuple):
    """A stretch of training that brought more than the one before it. Losses in nats."""

    start: int  # steps made
    end: int
    before: float  # the loss at its start
    after: float  # and at its end


def click_of(curve: LossCurve) -> Click | None:
    """Where a run clicked, as far as it has come; None for an ordinary one, and for one with few looks at val."""
    looks = [(p.step, p.val) for p in curve.on_the_way if p.val is not None and math.isfinite(p.val)]
    return click_in([step for step, _ in looks], [val for _, val in looks])


def click_in(steps: Sequence[int], losses: Sequence[float]) -> Click | None:
    """The click in any losses that were measured at these steps, in their order; None where there is none."""
    every = max(1, math.ceil(len(steps) / MOST))
    best = max(_steep(steps[::every], losses[::every]), default=None)
    return best[2] if best else None


def _steep(steps: Sequence[int], losses: Sequence[float]) -> Iterator[tuple[float, int, Click]]:
    """Every stretch that may be called a click: how much more it brings than the one before, its length below 0, it."""
    least = max(LEAST, TIMES * _jitter(losses))
    for a, start in enumerate(steps):
        for b in range(a + 2, len(steps)):  # a single value may be low by chance
            earlier = 2 * start - steps[b]
            if earlier < steps[0]:
                break
            level = _at(steps, losses, earlier)
            slow, fast = max(0.0, level - losses[a]), losses[a] - losses[b]
            if losses[0] - level >= least and fast >= STEEPER * slow and fast - slow >= least:
                yield fast - slow, start - steps[b], Click(start, steps[b], losses[a], losses[b])


def _jitter(losses: Sequence[float]) -> float:
    """The standard deviation of single values around a smooth curve.

    Read off third differences, in which a smooth bend leaves least: a curve that has just begun is all bend, and
    turning.jitter, made for its end, would take that for jitter.
    """
    thirds = [abs(d - a + 3 * (b - c)) for a, b, c, d in zip(losses, losses[1:], losses[2:], losses[3:], strict=False)]
    return 1.4826 * median(thirds) / 20**0.5 if thirds else 0.0  # of normal values; a third has 20 times their variance


def _at(steps: Sequence[int], losses: Sequence[float], step: int) -> float:
    """The loss at a step, on the straight line between the two values beside it."""
    after = bisect_left(steps, step)
    if steps[after] == step:
        return losses[after]
    share = (step - steps[after - 1]) / (steps[after] - steps[after - 1])
    return losses[after - 1] + share * (losses[after] - losses[after - 1])
