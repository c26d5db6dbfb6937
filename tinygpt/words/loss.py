"""What to look for in a loss chart, in one or two sentences computed from the curve."""

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise

from tinygpt.experiments.curves import LossCurve
from tinygpt.experiments.floors import lowest_floor, stays_below
from tinygpt.spelling import brief, number, thousands
from tinygpt.training.evaluation import FINAL_BATCHES, LIVE_BATCHES

TABLES = {"2-gram": "a table of pairs", "3-gram": "a table of triples", "4-gram": "a table of fours"}
MORE_THAN = {"2-gram": "one character", "3-gram": "two characters", "4-gram": "three characters"}
BEST = "the best possible"  # loss on a made-up language: the name of that floor
HOOK = 0.005  # nats: so far from its curve the dot at the end must be to be seen there
CLOSE = 0.03  # nats: two losses nearer than this are called equal


def curve_words(
    curve: LossCurve | None,
    floors: Mapping[str, float],
    *,
    ended: bool,
    guess: float | None = None,
    diverged: bool = False,
) -> str:
    """The sentence under the chart. `floors` are val losses of the count models by name."""
    if curve and diverged:
        return diverged_words(curve, floors)
    if curve is None or not curve.vals:
        return (
            "the first value: a model that knows nothing costs about as much as guessing, the dotted line at the top."
        )
    words = bigram_words(curve, floors) if curve.role == "bigram" else crossing_words(curve, floors, ended=ended)
    if ended and guess is not None:
        words += f" Your guess was {number(guess)}; it ended at {brief(curve.vals[-1][1], 2)}."
    return words


def diverged_words(curve: LossCurve, floors: Mapping[str, float]) -> str:
    """How high did the loss leap, if it did, before the run was given up?"""
    if not curve.points:
        return "nothing: not even the first loss was a number."
    worst = max(curve.points, key=lambda point: point.loss)
    if worst.loss <= curve.points[0].loss:  # it was no number any more before it could be seen to rise
        return f"how soon the curve breaks off: after step {thousands(curve.points[-1].step)} there is no loss to draw."
    blind = f", where guessing costs {number(floors['uniform'])}" if "uniform" in floors else ""
    return (
        f"the leap of the thin line: at step {thousands(worst.step)} a batch cost {brief(worst.loss)}{blind}. "
        "What is too high for the chart runs along its upper edge."
    )


def bigram_words(curve: LossCurve, floors: Mapping[str, float]) -> str:
    """A table can become the counts of pairs; unless the text is short, there is nothing better."""
    now, floor, short = curve.vals[-1][1], floors.get("2-gram"), too_short(floors)
    if floor is None:
        return f"where the curve stops falling. It is at {brief(now)}."
    if short and now < floor - CLOSE:
        return (
            f"how far the curve falls below {unbroken('2-gram')}: by {number(floor - now, 3)}. Counting adds 1 for "
            "every pair, so that none is impossible; on so short a text that costs more than learning the table does."
        )
    words = f"how the curve flattens at {unbroken('2-gram')}, {reach_words('2-gram', short=short)}. "
    if now < floor:
        return words + "It is there, as far as a few batches can tell."
    return words + f"It is {brief(now - floor)} above{'.' if short else '; more steps cannot bring it below.'}"


def crossing_words(curve: LossCurve, floors: Mapping[str, float], *, ended: bool) -> str:
    """When did the curve fall below the last floor it has passed, and how far is the next one?"""
    now, tables, short = curve.vals[-1][1], falling(floors), too_short(floors)
    passed = [name for name in tables if crossing(curve, floors[name]) is not None]
    ahead = next((name for name in tables if name not in passed), None)
    if not passed:
        return before_any_crossing(now, ahead, floors, ended=ended)
    last = passed[-1]
    words = f"the crossing at step {thousands(crossing(curve, floors[last]) or 0)}. Below {unbroken(last)}, "
    words += f"{reach_words(last, short=short)}, {curve.label} " + (
        f"may still use only {MORE_THAN[last]}: on so short a text a learned table can beat a counted one."
        if short
        else f"must be using more than {MORE_THAN[last]}."
    )
    if ahead is None:
        return words
    gap = now - floors[ahead]
    if gap > CLOSE:
        return f"{words} To {unbroken(ahead)} it is still {number(gap)}."
    return f"{words} It has almost reached {unbroken(ahead)}."


def before_any_crossing(now: float, ahead: str | None, floors: Mapping[str, float], *, ended: bool) -> str:
    """What is still to come, or has not come; `ahead` is the first floor."""
    if ahead is None:
        return f"the distance to the dotted lines. The val loss is {brief(now)}."
    short, gap = too_short(floors), now - floors[ahead]
    if ended:
        where = f"{brief(gap, 2)} above" if gap > CLOSE else "level with"
        return f"how near the curve came to {unbroken(ahead)}, {reach_words(ahead, short=short)}: it ended {where} it."
    words = f"the moment the curve falls clearly below {unbroken(ahead)}, {reach_words(ahead, short=short)}"
    return words + ("." if short else f": from there on the model must be using more than {MORE_THAN[ahead]}.")


def falling(floors: Mapping[str, float]) -> list[str]:
    """The tables that are better than every smaller one: to be below another proves nothing."""
    names: list[str] = []
    for name in TABLES:
        if name in floors and (not names or floors[name] < floors[names[-1]]):
            names.append(name)
    return names


def too_short(floors: Mapping[str, float]) -> bool:
    """Whether a larger table is clearly worse than a smaller one: most of its counts are then 0 or 1."""
    known = [floors[name] for name in TABLES if name in floors]
    return any(larger > smaller + 2 * CLOSE for smaller, larger in pairwise(known))


def reach_words(name: str, *, short: bool) -> str:
    """What a floor stands for. On a short text a table can also be better than its counts."""
    return f"what {TABLES[name]} reaches by counting" if short else f"the best {TABLES[name]} can do"


def crossing(curve: LossCurve, floor: float) -> int | None:
    """The first step from which on the val loss has stayed below `floor`; None while it is below by a hair only."""
    found = stays_below(curve.vals, floor)
    if found is None or min(val for step, val in curve.vals if step >= found) >= floor - CLOSE:
        return None
    return found


def end_words(curves: Iterable[LossCurve]) -> str:
    """Why the dot at the end of a curve is not where its line leads to; "" where that is not seen."""
    hooks = []
    for curve in curves:
        before = [val for step, val in curve.vals if step < curve.max_steps]
        if curve.final and curve.final.val is not None and before:
            hooks.append(curve.final.val - before[-1])
    widest = max(hooks, key=abs, default=0.0)
    if not abs(widest) >= HOOK:  # nor where it is no number
        return ""
    off, side = number(abs(widest), 3), "above" if widest > 0 else "below"
    dots, stand = "dot at the end is", f"it stands {off} {side} its line"
    if len(hooks) > 1:
        dots, stand = "dots at the ends are", f"they stand up to {off} off their lines"
    return f"The {dots} a longer look, at {FINAL_BATCHES} batches instead of {LIVE_BATCHES}: {stand}."


def gap_words(floors: Mapping[str, float]) -> str:
    """What a share of the gap is a share of."""
    best = lowest_floor(floors)
    where = f"{BEST} loss" if best == BEST else f"{unbroken(best)}, the lowest floor of this text"
    return f"gap closed: 0% is blind guessing, 100% is {where}."


def final_words(loss: float) -> str:
    """A final loss in few characters: its number, or that there is none any more."""
    return brief(loss) if math.isfinite(loss) else "diverged"


def unbroken(floor: str) -> str:
    """The name of a floor, never broken at the end of a line."""
    return floor.replace("-", "\u2011")
