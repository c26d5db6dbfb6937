"""The scale race in words: what training makes of the scores, and whether that shows in the loss."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from tinygpt.spelling import brief, number

SMALL = 0.03  # nats: what another seed alone does


def scale_words(
    first: Sequence[float], theory: float, variance: Mapping[str, float], entropy: Mapping[str, float]
) -> str:
    """The variance of q\u00b7k before the first step against theory; then its variance, and the entropy, by variant."""
    if not first:
        return "What the scores do will appear here as soon as the first models are kept."
    wide = max(variance, key=variance.__getitem__)
    sharp, soft = min(entropy, key=entropy.__getitem__), max(entropy, key=entropy.__getitem__)
    return (
        f"q\u00b7k begins with a variance of {number(fmean(first), 1)}; for these first weights theory says "
        f"{number(theory, 1)}. Training changes it: under {wide} it is {brief(variance[wide], 1)} now. The rows of "
        f"{sharp} are the sharpest (entropy {number(entropy[sharp])}), those of {soft} the softest "
        f"({number(entropy[soft])})."
    )


def effect_words(finals: Mapping[str, float]) -> str:
    """Whether all of that shows in the final losses by variant, honestly; "" of less than two."""
    if len(finals) < 2:
        return ""
    best, worst = min(finals, key=finals.__getitem__), max(finals, key=finals.__getitem__)
    between = finals[worst] - finals[best]
    if between < SMALL:
        return f"In the loss the effect is small at this head_size: all scales end within {number(between, 3)} nats."
    return f"In the loss it shows: {worst} ends {number(between, 3)} nats above {best}."
