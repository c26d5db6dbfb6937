"""Surgery in words: what is switched off, what that costs, and what is said of a run that was operated on."""

from collections.abc import Mapping

from tinygpt.inside.knockout import Rise
from tinygpt.spelling import number, thousands, with_sign
from tinygpt.surgery import Operation, read_surgery
from tinygpt.training.spec import RunSpec

CHANCE = 2  # standard errors: a smaller change of a loss may be chance


def operation_words(one: Operation) -> str:
    """One operation: "head 2 of block 0 cut", "attention of block 1 off"."""
    if one.head < 0:
        return f"{one.what} of block {one.block} off"
    return f"head {one.head} of block {one.block} {'cut' if one.what == 'cut' else 'flattened'}"


def surgery_words(surgery: str) -> str:
    """All that is switched off, in a list; "" for a whole model."""
    return ", ".join(map(operation_words, read_surgery(surgery)))


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
    found = f"{head_words(most)} is missed most: without it the loss rises by {number(heads[most].mean, 3)}"
    others = "" if len(heads) < 2 else f"; {head_words(least)} is missed least, by {number(heads[least].mean, 3)}"
    if guessed == most:
        return f"**Right.** {found}{others}."
    return f"**Not {head_words(guessed)}**, which costs {number(heads[guessed].mean, 3)}. {found}{others}."


def head_words(surgery: str) -> str:
    """The head that a surgery cuts: "head 2 of block 0"."""
    [one] = read_surgery(surgery)
    return f"head {one.head} of block {one.block}"
