"""What the seeds say about a difference, in a sentence that anybody can weigh."""

from collections.abc import Sequence
from typing import NamedTuple

from tinygpt.experiments.significance import Comparison
from tinygpt.spelling import brief, number

NAMED = 3  # variants that a sentence has room for


class Lost(NamedTuple):
    """A variant some of whose runs have no final loss: how many of how many, and why."""

    name: str
    runs: int
    of: int
    how: str  # "diverged" or "failed"


def so_far_words(best: str, loss: float) -> str:
    """While runs are on their way, nothing can be said for sure: they have not come equally far."""
    return (
        f"So far the lowest is {best} at {brief(loss)}, but not all runs have come equally far. What is more than luck "
        "can be said once all have ended."
    )


def verdict_words(better: str, worse: str, loss: float, found: Comparison) -> str:
    """Is `better`, at `loss`, really better than `worse`? `found` compares the two: below 0, `better` is lower."""
    if found.difference is None:
        return f"The val loss of {better} is {brief(loss)}; {worse} has no final loss to compare it with."
    if _size(found.difference) == _size(0.0):
        return f"The lowest are {better} and {worse}, both at {brief(loss)}. " + noise_words(found)
    return f"The lowest is {better} at {brief(loss)}, {_size(-found.difference)} below {worse}. " + noise_words(found)


def broken_words(healthy: tuple[str, float], broken: tuple[str, float], found: Comparison) -> str:
    """A healthy variant and one broken on purpose, each with its loss: no praise, for a loss can be too good."""
    words = f"The val loss of {healthy[0]} ends at {brief(healthy[1])}, that of {broken[0]} at {brief(broken[1])}"
    if found.difference and _size(found.difference) != _size(0.0):
        words += f": {_size(abs(found.difference))} {'below' if found.difference < 0 else 'above'}"
    return f"{words}. {noise_words(found)} What it means, the diagnosis below says."


def noise_words(found: Comparison) -> str:
    """Whether a difference is larger than what the seed alone does, and how that is known."""
    if found.verdict == "too few":
        if any(found.left_out):
            return "Too few seeds are left to say whether that is more than luck."
        if max(found.seeds) > 1:
            return "A single seed on one side cannot say whether that is more than luck: repeat it with other seeds."
        return "One seed each cannot say whether that is more than luck: repeat them with other seeds."
    how_many = f"{found.seeds[0]} and {found.seeds[1]}" if found.seeds[0] != found.seeds[1] else f"{found.seeds[0]}"
    tested = f"{how_many} seeds, {'pair by pair' if found.test == 'paired' else 'Welch'}"
    if not found.smallest:  # an interval from 0.100 to 0.100 would promise more than such seeds can
        if found.verdict == "within the noise":
            return f"There is no difference with any seed ({tested})."
        return (
            f"Every seed shows the very same difference ({tested}): there is no scatter to weigh it against, "
            "so no interval can be given."
        )
    if found.verdict == "larger than the noise":
        low, high = (_size(size) for size in sorted((abs(found.low or 0.0), abs(found.high or 0.0))))
        where = f"between {low} and {high}" if low != high else low
        return (
            f"That is larger than the noise of the seeds: with 95% confidence the true difference is {where} "
            f"({tested})."
        )
    return (
        f"That is within the noise of the seeds: only a difference above {_size(found.smallest)} "
        f"would have shown here ({tested})."
    )


def chosen_words(variants: int) -> str:
    """What is to be said of the lowest of many; "" of a few. The test needs no correction: see significance.py."""
    if variants <= NAMED:
        return ""
    return f" The lowest of {variants} is also the luckiest: with new seeds its loss will as a rule be higher."


def rows_words(tests: int) -> str:
    """What is to be said of many comparisons, each a test of its own; "" of a few."""
    if tests <= NAMED:
        return ""
    return f"These are {tests} comparisons: of twenty where nothing differs, one looks like a difference by luck."


def sweep_words(best: str, loss: float, at_edge: Sequence[str], *, over: bool = True) -> str:
    """Where the lowest loss is, and whether that is at an edge."""
    words = f"The lowest loss{'' if over else ' so far'}, {brief(loss)}, is at {best}."
    if at_edge:
        where = " and ".join(at_edge)
        words += f" Of the settings, {where} {'is' if len(at_edge) == 1 else 'are'} at the edge of what was tried: "
        words += "the best value may lie beyond it."
    return words


def lost_words(lost: Sequence[Lost]) -> str:
    """Which variants diverged or failed, wholly or in part: "B diverged. 1 of 3 runs of C diverged."; "" for none."""
    words = []
    for how in dict.fromkeys(one.how for one in lost):
        wholly = [one.name for one in lost if one.how == how and one.runs == one.of]
        in_part = [f"{one.runs} of {one.of} runs of {one.name}" for one in lost if one.how == how and one.runs < one.of]
        words += [f"{names_or_number(wholly)} {how}."] if wholly else []
        if len(in_part) > NAMED:
            words.append(f"Some runs of {len(in_part)} variants {how}.")
        else:
            words += [f"{part} {how}." for part in in_part]
    return " ".join(words)


def stopped_words(names: Sequence[str]) -> str:
    """Which variants were stopped: what they had reached by then cannot be compared; "" for none."""
    if not names:
        return ""
    was, loss, verdict = ("was", "its loss is", "it") if len(names) == 1 else ("were", "their losses are", "them")
    return (
        f"{names_or_number(names)} {was} stopped before the end: {loss} not final, so there is no verdict on {verdict}."
    )


def hidden_words(runs: int) -> str:
    """What is said of runs that are not drawn, because they learn another text than those that are; "" of none."""
    if not runs:
        return ""
    who, whose = ("1 run on another text is", "its") if runs == 1 else (f"{runs} runs on another text are", "their")
    return f"{who} hidden: {whose} losses cannot be compared with these."


def names_or_number(names: Sequence[str]) -> str:
    """ "A, B and C"; a number where they are too many to be named."""
    if len(names) > NAMED:
        return f"{len(names)} variants"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _size(difference: float) -> str:
    return number(difference, 3)
