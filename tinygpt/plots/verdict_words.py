"""What the seeds say about a difference, in a sentence that anybody can weigh."""

from tinygpt.plots.look import number
from tinygpt.plots.loss import brief
from tinygpt.significance import Comparison


def so_far_words(best: str, loss: float) -> str:
    """While runs are on their way, nothing can be said for sure: they have not come equally far."""
    return (
        f"so far {best} is lowest at {brief(loss)}, but not all runs have come equally far. What is more than luck can "
        "be said once all have ended."
    )


def verdict_words(better: str, worse: str, loss: float, found: Comparison) -> str:
    """Is `better`, at `loss`, really better than `worse`? `found` compares the two: below 0, `better` is lower."""
    if found.difference is None:
        return f"{better} is at {brief(loss)}; {worse} has no val loss to compare it with."
    return f"{better} is lowest at {brief(loss)}, {_size(-found.difference)} below {worse}. " + noise_words(found)


def noise_words(found: Comparison) -> str:
    """Whether a difference is larger than what the seed alone does, and how that is known."""
    if found.verdict == "too few":
        return "One seed each cannot say whether that is more than luck: repeat them with other seeds."
    how_many = f"{found.seeds[0]} and {found.seeds[1]}" if found.seeds[0] != found.seeds[1] else f"{found.seeds[0]}"
    tested = f"{how_many} seeds, {'pair by pair' if found.test == 'paired' else 'Welch'}"
    if found.verdict == "larger than the noise":
        low, high = sorted((abs(found.low or 0.0), abs(found.high or 0.0)))
        return (
            f"That is larger than the noise of the seeds: with 95 % confidence the true difference is between "
            f"{_size(low)} and {_size(high)} ({tested})."
        )
    return (
        f"That is within the noise of the seeds: only a difference above {_size(found.smallest or 0.0)} "
        f"would have shown here ({tested})."
    )


def left_out_words(found: Comparison, better: str, worse: str) -> str:
    """Which runs could not be counted; "" when all could."""
    parts = [f"{n} of {name}" for n, name in zip(found.left_out, (worse, better), strict=True) if n]
    return f" Not counted, because they have no final loss: {' and '.join(parts)}." if parts else ""


def _size(difference: float) -> str:
    return number(difference, 3)
