"""What to look for in a loss chart, in one or two sentences computed from the curve."""

from collections.abc import Mapping

from tinygpt.plots.look import number, thousands
from tinygpt.plots.loss import LossCurve

TABLES = {"2-gram": "a table of pairs", "3-gram": "a table of triples", "4-gram": "a table of fours"}
CLOSE = 0.03  # nats: two losses nearer than this are called equal


def look_for(curve: LossCurve | None, floors: Mapping[str, float], *, ended: bool, guess: float | None = None) -> str:
    """The sentence under the chart. `floors` are val losses of the count models by name."""
    if curve is None or not curve.vals:
        return (
            "the first value: a model that knows nothing costs about as much as guessing, the dotted line at the top."
        )
    words = bigram_words(curve, floors) if curve.role == "bigram" else crossing_words(curve, floors)
    return words + guess_words(curve.vals[-1][1], guess) if ended else words


def bigram_words(curve: LossCurve, floors: Mapping[str, float]) -> str:
    """A table can at best become the counts of pairs."""
    now, floor = curve.vals[-1][1], floors.get("2-gram")
    if floor is None:
        return f"where the curve stops falling. It is at {number(now, 3)}."
    return (
        f"how the curve flattens at 2\u2011gram, the best a table of pairs can do. "
        f"It is {number(max(0.0, now - floor), 3)} above; more steps cannot bring it below."
    )


def crossing_words(curve: LossCurve, floors: Mapping[str, float]) -> str:
    """When did the curve fall below the last floor it has passed, and how far is the next one?"""
    now = curve.vals[-1][1]
    passed = [name for name in TABLES if name in floors and crossing(curve, floors[name]) is not None]
    ahead = next((name for name in TABLES if name in floors and name not in passed), None)
    if not passed:
        if ahead is None:
            return f"the distance to the dotted lines. The val loss is {number(now, 3)}."
        return (
            f"the moment the curve falls below {_name(ahead)}, the best {TABLES[ahead]} can do: from there on "
            "the model must be using more than one character."
        )
    last = passed[-1]
    step = crossing(curve, floors[last])
    words = (
        f"the crossing at step {thousands(step or 0)}. Below {_name(last)}, the best {TABLES[last]} can do, "
        f"{curve.label} must be using more than {MORE_THAN[last]}."
    )
    if ahead is None:
        return words
    gap = now - floors[ahead]
    return words + (
        f" To {_name(ahead)} it is still {number(gap)}." if gap > CLOSE else f" It has almost reached {_name(ahead)}."
    )


MORE_THAN = {"2-gram": "one character", "3-gram": "two characters", "4-gram": "three characters"}


def crossing(curve: LossCurve, floor: float) -> int | None:
    """The first step at which the val loss was below `floor` and from which on it has stayed there."""
    found = None
    for step, val in curve.vals:
        if val >= floor:
            found = None
        elif found is None:
            found = step
    return found


def guess_words(now: float, guess: float | None) -> str:
    """What became of the guess."""
    return "" if guess is None else f" Your guess was {number(guess)}; it ended at {number(now)}."


def _name(floor: str) -> str:
    return floor.replace("-", "\u2011")  # never broken at the end of a line
