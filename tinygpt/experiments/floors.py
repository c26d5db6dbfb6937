"""Where a loss stands among the floors, and how much of the gap to the next one is closed.

Floors are what other ways of guessing lose, by name: {"uniform": 4.17, "1-gram": 3.35, "2-gram": 2.48}. A loss falls
from one to the next: 2.70 has gone (3.35 - 2.70) / (3.35 - 2.48) = 0.75 of the way from the 1-gram to the 2-gram.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gap:
    """A loss between two floors, in nats per character. A name is "" and its floor None where there is none."""

    loss: float
    above: str  # the lowest floor that the loss has reached: it is this good at least
    upper: float | None
    below: str  # the next one
    lower: float | None

    @property
    def closed(self) -> float | None:
        """The share of the gap that is closed, from 0 up to 1; None above the first floor and on or below the last."""
        if self.upper is None or self.lower is None:
            return None
        return (self.upper - self.loss) / (self.upper - self.lower)

    @property
    def ahead(self) -> float | None:
        """Nats below the last floor that was reached; None where none was."""
        return None if self.upper is None else self.upper - self.loss


def gap_around(loss: float | None, floors: Mapping[str, float]) -> Gap | None:
    """Between which floors a loss lies; None where it is not a number: a run that diverged, or has no loss yet.

    A loss that equals a floor has reached it. Floors may come in any order; of two equal ones the first one counts.
    """
    if loss is None or math.isnan(loss):
        return None
    known = {name: value for name, value in floors.items() if math.isfinite(value)}
    reached = [(value, name) for name, value in known.items() if value >= loss]
    ahead = [(value, name) for name, value in known.items() if value < loss]
    upper, above = min(reached, key=lambda floor: floor[0], default=(None, ""))
    lower, below = max(ahead, key=lambda floor: floor[0], default=(None, ""))
    return Gap(loss, above, upper, below, lower)


# Nats per character. Whoever can find a rule ends within 0.05 of it, with some seeds only just, and whoever cannot is
# 0.37 away or more (experiments/pairs.py); the noise of a live estimate is about 0.025.
NEAR = 0.1


def stays_below(curve: Iterable[tuple[int, float | None]], level: float) -> int | None:
    """The first step from which val stays below `level`; None if it does not at the end.

    Steps without a val are passed over. A val that is no number is above every level.
    """
    since = None
    for step, val in curve:
        if val is not None and not val < level:
            since = None
        elif val is not None and since is None:
            since = step
    return since
