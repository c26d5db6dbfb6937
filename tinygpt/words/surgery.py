"""Surgery in words: what is switched off, what that costs, and what is said of a run that was operated on."""

import math
from collections.abc import Mapping

from tinygpt.inside.knockout import Rise
from tinygpt.spelling import number, thousands, with_sign
from tinygpt.surgery import Operation, read_surgery
from tinygpt.training.spec import RunSpec

ASK = "Which head is missed most?"
ONE_HEAD = "What each part is good for"
GUESS_FIRST = "Choose the head that you would miss most; then you see what each one costs."
NO_PARTS = "A bigram is one table of pairs: it has no heads and no parts that could be switched off."
BARS = (
    "What the loss on unseen text rises by, in nats per character, on windows from all over it; a whisker is two "
    "standard errors to each side."
)
SWITCH_OFF = "Switch off"
NOTHING_OFF = "heads and parts: several, if you like"
CHOOSE = (
    "Cut a head and it hands nothing on. Flatten it and it looks at everything before it alike. An attention or "
    "feed-forward part that is off adds nothing."
)
WHOLE = "as it was trained"
LET_IT_WRITE = "Let it write like this"
NOTHING_WRITTEN = "Its weights are no numbers (any more), so it writes nothing."
FORK = (
    "Its twin has the same weights, the same memory of its optimizer and the same batches to come; the run goes on too."
)
FROM_STEP = "Train it again, whole up to step"
AGAIN = (
    "Of a run that has ended only models are kept, so its twin is trained from the first step on: to the same weights."
)
BOTH_CURVES = "Look at its curve"
EDIT = "Change one weight by hand"
LEFT_OUT = "The address switches something off that this model does not have; all of it was left out."
CHANCE = 2  # standard errors: a smaller change of a loss may be chance


def operation_words(one: Operation) -> str:
    """One operation: "head 2 of block 0 cut", "attention of block 1 off"."""
    if one.head < 0:
        return f"{one.what} of block {one.block} off"
    return f"head {one.head} of block {one.block} {'cut' if one.what == 'cut' else 'flattened'}"


def surgery_words(surgery: str) -> str:
    """All that is switched off, in a list; "" for a whole model."""
    *most, last = map(operation_words, read_surgery(surgery)) if surgery else [""]
    return f"{', '.join(most)} and {last}" if most else last


def off_words(surgery: str) -> str:
    """What is switched off in the model that is looked at."""
    return f"Switched off in it: {surgery_words(surgery)}."


def run_words(spec: RunSpec) -> str:
    """What was done to a run, and when; "" where nothing was."""
    if not spec.surgery:
        return ""
    return f"From step {thousands(spec.train.surgery_at)} on: {surgery_words(spec.surgery)}."


def rise_words(surgery: str, rise: Rise) -> str:
    """What an operation costs on unseen text."""
    off = surgery_words(surgery)
    if abs(rise.mean) <= CHANCE * rise.error:
        return (
            f"With {off} the loss on unseen text changes by {with_sign(rise.mean, 3)} nats per character, "
            f"which is less than {CHANCE} standard errors of it: it may be chance."
        )
    way = "rises" if rise.mean > 0 else "falls"
    return (
        f"With {off} the loss on unseen text {way} by {number(abs(rise.mean), 3)} nats per character "
        f"(standard error {number(rise.error, 3)})."
    )


def missed_words(heads: Mapping[str, Rise], guessed: str) -> str:
    """Whether the head that somebody named is the one that is missed most, of the `heads` by their surgery."""
    most = max(heads, key=lambda surgery: heads[surgery].mean)
    least = min(heads, key=lambda surgery: heads[surgery].mean)
    found = (
        f"{head_words(most).capitalize()} is missed most: without it the loss rises by {number(heads[most].mean, 3)}"
    )
    low = heads[least]
    by = f"by {number(low.mean, 3)}" if low.mean > CHANCE * low.error else "if at all"
    others = "" if len(heads) < 2 else f"; {head_words(least)} is missed least, {by}"
    if guessed == most:
        return f"**Right.** {found}{others}."
    costs = f"which costs {number(heads[guessed].mean, 3)}"
    gap = heads[most].mean - heads[guessed].mean
    if gap <= CHANCE * math.hypot(heads[most].error, heads[guessed].error):
        near = "The two are nearer than these measures can tell."
        return f"**Nearly {head_words(guessed)}**, {costs}. {found}{others}. {near}"
    return f"**Not {head_words(guessed)}**, {costs}. {found}{others}."


def written_words(name: str) -> str:
    """What stands over a sample: whose it is."""
    return f"**{name[:1].upper()}{name[1:]}**, with the same dice"


def fork_label(step: int) -> str:
    """The button that begins a twin of a run on its way."""
    return f"Go on training like this from step {thousands(step)}"


def again_label(step: int) -> str:
    """The button that trains a run again, with surgery from a step on."""
    return f"Train it again, like this from step {thousands(step)} on"


def edit_words(
    block: int, head: int, looking: str, looked_at: str, before: float, after: float,
    guess: tuple[str, float], changed: tuple[str, float],
) -> str:  # fmt: skip
    """What comes of a weight that is changed by hand."""
    gives = f"{looking} gives {looked_at} {number(after)} of its weight instead of {number(before)}"
    where = f"In head {head} of block {block}, {gives}"
    (most, p), (now, q) = guess, changed
    if most == now:
        return f"{where}. The model still expects {most} most, with {number(q, 3)} instead of {number(p, 3)}."
    return f"{where}. The model now expects {now} most, with {number(q, 3)}; before, {most} with {number(p, 3)}."


def head_words(surgery: str) -> str:
    """The head that a surgery cuts: "head 2 of block 0"."""
    [one] = read_surgery(surgery)
    return f"head {one.head} of block {one.block}"
