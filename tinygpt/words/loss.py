"""What a loss chart shows, in one or two sentences computed from the curve."""

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
    called,
    falling,
    few_words,
    is_best,
    is_far_below,
    reach_words,
    slack,
    slack_at,
    stretch_below,
)
from tinygpt.words.leaks import leak_words
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
            "The first value will stand near the dotted line at the top: a model that knows nothing costs about as "
            "much as guessing."
        )
    losses = {name: floor.val for name, floor in floors.items()}
    if curve.leak:
        words = leak_words(curve.label, curve.vals[-1][1], curve.leak, losses, so_far=not ended)
    else:
        words = turn_words(curve, losses, ended=ended) or (
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
        return "No loss is drawn: not even the first one was a number."
    worst = max(curve.points, key=lambda point: point.loss)
    if worst.loss <= curve.points[0].loss:  # it was no number any more before it could be seen to rise
        return f"The curve breaks off: after step {thousands(curve.points[-1].step)} there is no loss to draw."
    blind = f", where guessing costs {number(floors['uniform'].val)}" if "uniform" in floors else ""
    return (
        f"The thin line leaps: at step {thousands(worst.step)} a batch cost {brief(worst.loss)}{blind}. "
        "What is too high for the chart runs along its upper edge."
    )


def bigram_words(curve: LossCurve, floors: Mapping[str, Floor], *, ended: bool) -> str:
    """A table can become the counts of pairs; where there is enough to count, there is nothing better."""
    now, floor = curve.vals[-1][1], floors.get("2-gram")
    if floor is None:
        return f"The val loss is {brief(now)}."
    name, above, was = called("2-gram"), now - floor.val, stretch_below(curve, floor)
    if above < -slack_at(curve, curve.vals[-1][0], floor):
        words = f"The curve is below {name} by {number(-above, 3)}. A learned table can be better than a "
        return f"{words}counted one{few_words('2-gram', floor)}."
    if was and was[1] != curve.vals[-1][0]:
        return f"The curve came back: {back_words(curve, '2-gram', floor, was)}."
    sure = floor.sure and not was  # what was below it, if only for a while, shows that it is not the best
    table = reach_words("2-gram", sure=sure)
    if above > NEARBY:
        still = "" if ended else "still "
        return f"The curve is {still}{brief(above)} above {name}, {table}."
    words = f"The curve flattens at {name}, {table}. "
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
        words = f"The curve came back: {back_words(curve, undone[-1], floors[undone[-1]], stretches[undone[-1]])}."
        return f"{words} It is still below {called(passed[-1])}." if passed else words
    if not passed:
        return before_any_crossing(now, ahead, floors, ended=ended, bigram=bigram)
    last = passed[-1]
    words = f"The curve crosses {called(last)} at step {thousands(stretches[last][0])}. "
    words += below_words(curve, last, floors, bigram)
    if ahead is None:
        return words
    gap = now - floors[ahead].val
    if gap > CLOSE:
        return f"{words} To {called(ahead)} it is still {number(gap)}."
    return f"{words} It has almost reached {called(ahead)}."


def below_words(curve: LossCurve, name: str, floors: Mapping[str, Floor], bigram: float) -> str:
    """What it means that a curve is below a floor now."""
    now, sure = curve.vals[-1][1], is_best(name, floors, bigram)
    table = f"{called(name)}, {reach_words(name, sure=sure)}"
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
        return f"The val loss is {brief(now)}."
    sure, gap = is_best(ahead, floors, bigram), now - floors[ahead].val
    table = f"{called(ahead)}, {reach_words(ahead, sure=sure)}"
    above = gap > slack(floors[ahead], long=ended)
    if ended:
        return f"The curve ended {f'{brief(gap, 2)} above' if above else 'level with'} {table}."
    words = f"The curve is {f'still {brief(gap, 2)} above' if above else 'not yet clearly below'} {table}"
    return words + (
        f": once it is clearly below, the model must be using more than {MORE_THAN[ahead]}." if sure else "."
    )


def back_words(curve: LossCurve, name: str, floor: Floor, stretch: tuple[int, int]) -> str:
    """A crossing that was undone."""
    first, last = map(thousands, stretch)
    when = f"at step {first}" if first == last else f"from step {first} to {last}"
    above = curve.vals[-1][1] - floor.val
    now = f"{brief(above, 2)} above it" if above > slack_at(curve, curve.vals[-1][0], floor) else "back at it"
    return f"{curve.label} was below {called(name)} {when} and is {now} now"


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
    return f"The {dots} a longer look, at {FINAL_BATCHES // LIVE_BATCHES} times the text: {stand}."


def gap_words(floors: Mapping[str, float]) -> str:
    """What a share of the gap is a share of."""
    best = lowest_floor(floors)
    where = f"{BEST} loss" if best == BEST else f"{called(best)}, the best that counting reaches on this text"
    return f"Gap closed is how far a loss has come from blind guessing, 0%, to {where}, 100%."


def final_words(loss: float) -> str:
    """A final loss in few characters: its number, or that there is none any more."""
    return brief(loss) if math.isfinite(loss) else "diverged"
