"""A diagnosis in words: what is wrong, and the numbers of this very run that show it."""

from collections.abc import Callable, Mapping

from tinygpt.inside.diagnosis import Finding
from tinygpt.spelling import brief, number, percent, spelled

Evidence = Mapping[str, float]
HARMLESS = "The part is missing, and this run shows no clear harm from it. "


def diagnosis_words(found: Finding) -> str:
    """One finding, one paragraph."""
    return ("" if found.clear else HARMLESS) + WORDS[found.name](found.evidence)


def _no_mask(e: Evidence) -> str:
    floor = f", where the best counting loses {_loss(e['floor'])}" if "floor" in e else ""
    return (
        f"It has read the answer. Each row spends {percent(e['future'])} of its weight on characters to come, so the "
        f"val loss is too good to be true: {_loss(e['val'])}{floor}. When it writes there is nothing to come, and then "
        f"it loses {_loss(e['in_use'])}."
    )


def _wrong_axis(e: Evidence) -> str:
    return (
        f"The softmax runs along the wrong axis. Rows of weights should sum to 1; here their sums go from "
        f"{number(e['lowest_sum'])} to {number(e['highest_sum'])}. A column has seen the rows below it, so the future "
        f"leaks: val loss {_loss(e['val'])} in whole windows, {_loss(e['in_use'])} when it writes."
    )


def _no_positions(e: Evidence) -> str:
    return (
        f"It cannot tell where a character stands. When all characters before the last one are shuffled, the output of "
        f"the first block moves by {_share(e['first_block'])}.{_gap(e)}"
    )


def _no_residual(e: Evidence) -> str:
    return (
        f"The way back is blocked. Before the first step {_share(e['reach'])} of the gradient at the last layer reach "
        f"the embeddings; with skips it is {_share(e['twin_reach'])}.{_gap(e)}"
    )


def _unscaled(e: Evidence) -> str:
    end = f" In the end it is {number(e['end_largest'])}." if "end_largest" in e else ""
    return (
        f"The scores are too large for the softmax. Before the first step {percent(e['saturated'])} of all rows have "
        f"more than 99% of their weight on one character (with the scale {percent(e['twin_saturated'])}), and the "
        f"largest weight of a row is {number(e['largest'])} on average (with the scale {number(e['twin_largest'])})."
        f"{end}{_gap(e)}"
    )


def _learning_rate(e: Evidence) -> str:
    words = f"The steps are too long: the learning rate is {spelled(e['rate'])}."
    if e["long"]:
        words += (
            f" By so much a first step moves each weight, and the smallest of them are no larger than "
            f"{number(e['weights'])} as a rule."
        )
    if "peak" in e:
        words += f" The loss began at {brief(e['first'])}"
        if e["leaps"]:
            words += f" and leaped to {brief(e['peak'])} at step {number(e['peak_step'], 0)}"
        elif e["rises"]:
            words += f", fell, and then rose again by {number(e['rise'])}"
        else:
            words += f" and ended at {brief(e['last'])}"
        words += ", and the run was given up" if e["diverged"] else ""
        words += f"; guessing blindly costs {number(e['guessing'])}."
    return words + _gap(e)


def _gap(e: Evidence) -> str:
    """How far this run is from its healthy twin; "" where that is not known."""
    if "gap" not in e:
        return ""
    return f" Val loss {_loss(e['val'])}; the healthy twin has {_loss(e['twin_val'])}."


def _loss(loss: float) -> str:
    """2.45, or a loss that has run away: 1.1e6."""
    return brief(loss, 2)


def _share(share: float) -> str:
    """A share that may be very small: "0.02%", or "nothing at all"."""
    if share < 1e-6:
        return "nothing at all"
    return percent(share, 2)


WORDS: dict[str, Callable[[Evidence], str]] = {
    "no-mask": _no_mask, "wrong-axis": _wrong_axis, "no-positions": _no_positions, "no-residual": _no_residual,
    "unscaled": _unscaled, "learning-rate": _learning_rate,
}  # fmt: skip
