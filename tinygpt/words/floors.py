"""What a floor stands for, when it is the best of its kind, and whether a curve is below it.

A floor is what counting reaches. Whether any table of as many characters could do better hangs on how much there was to
count (tinygpt.counting), and on what a trained table has reached on the same text.
"""

import math
from collections.abc import Mapping
from itertools import groupby

from tinygpt.counting import ENOUGH, Floor
from tinygpt.experiments.curves import LossCurve
from tinygpt.spelling import brief

CALLED = {"1-gram": "singles", "2-gram": "pairs", "3-gram": "triples", "4-gram": "fours", "5-gram": "fives"}
KIND = {"2-gram": "table of pairs", "3-gram": "table of triples", "4-gram": "table of fours"}
TABLES = {name: f"a {kind}" for name, kind in KIND.items()}
ENTRY = {"2-gram": "pair", "3-gram": "triple", "4-gram": "four"}
MORE_THAN = {"2-gram": "one character", "3-gram": "two characters", "4-gram": "three characters"}
CLOSE = 0.03  # nats: two losses nearer than this are called equal
# Of 190 texts, where each n-gram had SOME counts or more: no trained bigram, at any look, and no other way of counting
# pairs, triples or fours lost 0.1 nats less than these counts smoothed in the best way (benchmarks.floors --machine).
SOME, FAR = 10, 0.2  # counts; nats: so far below, no other table of as many characters comes
LUCK = 2.5  # standard errors: on 190 texts no look while a bigram trained was lower than counting by more than 2.2


def falling(losses: Mapping[str, float]) -> list[str]:
    """The tables that are better than every smaller one, by their losses: to be below another proves nothing."""
    names: list[str] = []
    for name in TABLES:
        if name in losses and (not names or losses[name] < losses[names[-1]]):
            names.append(name)
    return names


def is_best(name: str, floors: Mapping[str, Floor], bigram: float) -> bool:
    """Whether a floor is the best that a table of its kind can do, also beside a trained one, which lost `bigram`."""
    floor = floors[name]
    return floor.sure and not (name == "2-gram" and bigram < floor.val - slack(floor))


def is_far_below(loss: float, name: str, floors: Mapping[str, Floor], bigram: float) -> bool:
    """Whether a loss on val is lower than any table of this kind can be, though this floor is not the best of them."""
    floor = floors[name]
    reached = min(floor.val, floor.lowest, bigram if name == "2-gram" else math.inf)
    return floor.counts >= SOME and loss < reached - max(FAR, slack(floor))


def reach_words(name: str, *, sure: bool) -> str:
    """What a floor stands for. Where there is little to count, a table can also be better than its counts."""
    return f"the best {TABLES[name]} can do" if sure else f"what {TABLES[name]} reaches by counting"


def few_words(name: str, floor: Floor, bigram: float = math.inf) -> str:
    """Why a learned table of this kind may be better than the counts; begins with a colon, "" without a reason."""
    if name == "2-gram" and bigram < floor.val - slack(floor):
        return f": a bigram came down to {brief(bigram)} here"
    if floor.counts < ENOUGH:
        return f": there are only {brief(floor.counts, 1)} counts for each {ENTRY[name]} that occurs, on average"
    if not floor.sure:
        unlike = ": unseen text is unlike training text here, and the same counts, smoothed otherwise, reach"
        return f"{unlike} {brief(floor.lowest)}"
    return ""


def slack(floor: Floor, *, long: bool = False) -> float:
    """How far a loss must be below a floor to be clearly below: more than what the windows it was measured on can do.

    A `long` look, at the end of a run, is at ten times as many.
    """
    return max(CLOSE, floor.noise * (1.0 if long else LUCK))


def slack_at(curve: LossCurve, step: int, floor: Floor) -> float:
    """The same for one look of a curve."""
    return slack(floor, long=curve.final is not None and step == curve.final.step)


def stretch_below(curve: LossCurve, floor: Floor) -> tuple[int, int] | None:
    """The last stretch of steps on which the val loss was below a floor, and not by a hair only: its first and last."""
    found = None
    for below, group in groupby(curve.vals, key=lambda look: look[1] < floor.val):
        looks = list(group)
        if below and any(val < floor.val - slack_at(curve, step, floor) for step, val in looks):
            found = looks[0][0], looks[-1][0]
    return found


def counting_words(floors: Mapping[str, Floor]) -> str:
    """How the floors were counted; "" where there are none yet."""
    added = [f"{called(name)} {floors[name].smoothing:g}" for name in TABLES if name in floors]
    if not added:
        return ""
    return (
        "The dotted lines are exact counts of the training text. So that nothing is impossible, a little is added to "
        f"each count: {', '.join(added)}. How much, the last tenth of the training text decides, held out and then "
        "counted too; where it hardly matters, it is as on the lecture's text."
    )


def called(floor: str) -> str:
    """What people call a floor: "pairs" for "2-gram"."""
    return CALLED.get(floor, floor)
