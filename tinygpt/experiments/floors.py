"""Where a loss stands among the floors, and from which step on it stays below one.

Floors are what other ways of guessing lose, by name: {"uniform": 4.17, "1-gram": 3.35, "2-gram": 2.48}.
"""

from collections.abc import Iterable, Mapping


def lowest_floor(floors: Mapping[str, float]) -> str:
    """The name of the best of them that is better than blind guessing; "" without one."""
    best = min(floors, key=floors.__getitem__, default="")
    return best if best and floors[best] < floors.get("uniform", 0.0) else ""


def gap_closed(loss: float, floors: Mapping[str, float]) -> float | None:
    """How much of the way from blind guessing to the lowest floor a loss has come; None where there is no such way.

    0 is guessing, 1 the lowest floor. A loss above guessing is negative, one below the lowest floor above 1.
    """
    if not (best := lowest_floor(floors)):
        return None
    return (floors["uniform"] - loss) / (floors["uniform"] - floors[best])


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
