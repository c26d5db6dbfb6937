"""What to look for in a loss chart, in one or two sentences computed from the curve."""

import math
from collections.abc import Iterable, Mapping

from tinygpt.counting import Floor
from tinygpt.experiments.curves import LossCurve
from tinygpt.experiments.floors import lowest_floor
from tinygpt.spelling import brief, number, thousands
from tinygpt.training.evaluation import FINAL_BATCHES, LIVE_BATCHES
from tinygpt.words.floors import (
    CLOSE,
    KIND,
    MORE_THAN,
    falling,
    few_words,
    is_best,
    is_far_below,
    reach_words,
    slack,
    slack_at,
    stretch_below,
    unbroken,
)
from tinygpt.words.overfitting import turn_words

BEST = "the best possible"  # loss on a made-up language: the name of that floor
HOOK = 0.005  # nats: so far from its curve the dot at the end must be to be seen there
NEARBY = 0.2  # nats: farther above a floor than this, a curve does not flatten there yet


def curve_words(
    curve: LossCurve | None,
    floors: Mapping[str, Floor],
    *,
    ended: bool,
    guess: float | None = None,
    diverged: bool = False,
    bigram: float = math.inf,
) -> str:
    """The sentence under the chart. `bigram` is the lowest val loss of a trained one on the same text."""
    if curve and diverged:
        return diverged_words(curve, floors)
    if curve is None or not curve.vals:
        return (
            "the first value: a model that knows nothing costs about as much as guessing, the dotted line at the top."
        )
    words = turn_words(curve, {name: floor.val for name, floor in floors.items()}, ended=ended) or (
        bigram_words(curve, floors, ended=ended)
        if curve.role == "bigram"
        else crossing_words(curve, floors, ended=ended, bigram=bigram)
    )
    if ended and guess is not None:
        words += f" Your guess was {number(guess)}; it ended at {brief(curve.vals[-1][1], 2)}."
    return words


def diverged_words(curve: LossCurve, floors: Mapping[str, Floor]) -> str:
    """How high did the loss leap, if it did, before the run was given up?"""
    if not curve.points:
        return "nothing: not even the first loss was a number."
    worst = max(curve.points, key=lambda point: point.loss)
    if worst.loss <= curve.points[0].loss:  # it was no number any more before it could be seen to rise
        return f"how soon the curve breaks off: after step {thousands(curve.points[-1].step)} there is no loss to draw."
    blind = f", where guessing costs {number(floors['uniform'].val)}" if "uniform" in floors else ""
    return (
        f"the leap of the thin line: at step {thousands(worst.step)} a batch cost {brief(worst.loss)}{blind}. "
        "What is too high for the chart runs along its upper edge."
    )


def bigram_words(curve: LossCurve, floors: Mapping[str, Floor], *, ended: bool) -> str:
    """A table can become the counts of pairs; where there is enough to count, there is nothing better."""
    now, floor = curve.vals[-1][1], floors.get("2-gram")
    if floor is None:
        return f"where the curve stops falling. It is at {brief(now)}."
    name, above, was = unbroken("2-gram"), now - floor.val, stretch_below(curve, floor)
    if above < -slack_at(curve, curve.vals[-1][0], floor):
        words = f"how far the curve falls below {name}: by {number(-above, 3)}. A learned table can be better than a "
        return f"{words}counted one{few_words('2-gram', floor)}."
    if was and was[1] != curve.vals[-1][0]:
        return f"the way back: {back_words(curve, '2-gram', floor, was)}."
    sure = floor.sure and not was  # what was below it, if only for a while, shows that it is not the best
    table = reach_words("2-gram", sure=sure)
    if above > NEARBY:
        falls, still = ("how far the curve fell", "") if ended else ("how the curve falls", "still ")
        return f"{falls} towards {name}, {table}. It is {still}{brief(above)} above."
    words = f"how the curve flattens at {name}, {table}. "
    if above < 0:
        return words + "It is there, as far as a few batches can tell."
    return words + f"It is {brief(above)} above{'; more steps cannot bring it clearly below.' if sure else '.'}"


def crossing_words(curve: LossCurve, floors: Mapping[str, Floor], *, ended: bool, bigram: float) -> str:
    """When did the curve fall below the last floor it has passed, and how far is the next one?"""
    now, tables = curve.vals[-1][1], falling({name: floor.val for name, floor in floors.items()})
    stretches = {name: found for name in tables if (found := stretch_below(curve, floors[name]))}
    passed = [name for name, (_, last) in stretches.items() if last == curve.vals[-1][0]]
    ahead = next((name for name in tables if name not in passed), None)
    undone = [name for name in stretches if name not in passed]
    if undone:  # the lowest of them was the best it has been
        words = f"the way back: {back_words(curve, undone[-1], floors[undone[-1]], stretches[undone[-1]])}."
        return f"{words} It is still below {unbroken(passed[-1])}." if passed else words
    if not passed:
        return before_any_crossing(now, ahead, floors, ended=ended, bigram=bigram)
    last = passed[-1]
    words = f"the crossing at step {thousands(stretches[last][0])}. {below_words(curve, last, floors, bigram)}"
    if ahead is None:
        return words
    gap = now - floors[ahead].val
    if gap > CLOSE:
        return f"{words} To {unbroken(ahead)} it is still {number(gap)}."
    return f"{words} It has almost reached {unbroken(ahead)}."


def below_words(curve: LossCurve, name: str, floors: Mapping[str, Floor], bigram: float) -> str:
    """What it means that a curve is below a floor now."""
    now, sure = curve.vals[-1][1], is_best(name, floors, bigram)
    table = f"{unbroken(name)}, {reach_words(name, sure=sure)}"
    if sure:
        return f"Below {table}, {curve.label} must be using more than {MORE_THAN[name]}."
    if is_far_below(now, name, floors, bigram):
        far = f"{brief(floors[name].val - now, 2)} below {table}, and no other {KIND[name]} comes so low"
        return f"It is {far}: {curve.label} must be using more than {MORE_THAN[name]}."
    why = few_words(name, floors[name], bigram)
    return f"Below {table}, {curve.label} may still use only {MORE_THAN[name]}{why}."


def before_any_crossing(
    now: float, ahead: str | None, floors: Mapping[str, Floor], *, ended: bool, bigram: float
) -> str:
    """What is still to come, or has not come; `ahead` is the first floor."""
    if ahead is None:
        return f"the distance to the dotted lines. The val loss is {brief(now)}."
    sure, gap = is_best(ahead, floors, bigram), now - floors[ahead].val
    table = f"{unbroken(ahead)}, {reach_words(ahead, sure=sure)}"
    if ended:
        where = f"{brief(gap, 2)} above" if gap > slack(floors[ahead], long=True) else "level with"
        return f"how near the curve came to {table}: it ended {where} it."
    words = f"the moment the curve falls clearly below {table}"
    return words + (f": from there on the model must be using more than {MORE_THAN[ahead]}." if sure else ".")


def back_words(curve: LossCurve, name: str, floor: Floor, stretch: tuple[int, int]) -> str:
    """A crossing that was undone."""
    first, last = map(thousands, stretch)
    when = f"at step {first}" if first == last else f"from step {first} to {last}"
    above = curve.vals[-1][1] - floor.val
    now = f"{brief(above, 2)} above it" if above > slack_at(curve, curve.vals[-1][0], floor) else "back at it"
    return f"{curve.label} was below {unbroken(name)} {when} and is {now} now"


def end_words(curves: Iterable[LossCurve]) -> str:
    """Why the dot at the end of a curve is not where its line leads to; "" where that is not seen."""
    hooks, drawn = [], list(curves)
    for curve in drawn:
        before = [val for step, val in curve.vals if step < curve.max_steps]
        if curve.final and curve.final.val is not None and before:
            hooks.append((curve.final.val - before[-1], curve.label))
    widest = max((hook for hook, _ in hooks), key=abs, default=0.0)
    if not abs(widest) >= HOOK:  # nor where it is no number
        return ""
    off, side = number(abs(widest), 3), "above" if widest > 0 else "below"
    whose = f" of {hooks[0][1]}" if len(drawn) > 1 else ""
    dots, stand = f"dot at the end{whose} is", f"it stands {off} {side} its line"
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
