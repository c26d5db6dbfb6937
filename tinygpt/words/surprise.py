"""Two models on the same text, in words: what a longer past is worth to each, and where one gains most."""

from collections.abc import Sequence

from tinygpt.inside.past import ByPosition
from tinygpt.spelling import in_a_row, isolated, number, shown, thousands

FLAT = 0.03  # nats: two positions nearer than this are called equal


def position_words(found: Sequence[tuple[str, ByPosition]]) -> str:
    """What a longer past is worth to each model, from its name and its losses by position."""
    return "; ".join(_gain_words(name, at) for name, at in found) + "."


def _gain_words(name: str, at: ByPosition) -> str:
    """What a longer past is worth to one model; nothing is claimed that chance could have made."""
    first, last = number(at.losses[0]), number(at.losses[-1])
    if at.sees == "one character":
        return f"{name} sees one character only, so there is no past from which it could gain"
    if at.sees == "what is to come":
        return (
            f"{name} sees the answer at every position but the last, and so loses {first} at the first; at the last, "
            f"where nothing is left to read, it loses {last}"
        )
    if at.windows == 1:
        return f"whether {name} gains by its past cannot be said from a single window"
    if abs(at.gain) <= at.margin and at.margin > FLAT:
        return (
            f"whether {name} gains by its past cannot be said: {number(at.gain)} from the first position to the last, "
            f"and {thousands(at.windows)} windows make up to {number(at.margin)} by chance"
        )
    if abs(at.gain) < max(FLAT, at.margin):
        return f"{name} is about as good at the last position as at the first: a longer past is of no use to it"
    words = f"from {first} at the first position to {last} at the last"
    return (
        f"{name} gains {number(at.gain)} by its past, {words}" if at.gain > 0 else f"{name} loses by its past, {words}"
    )


def surprise_words(
    characters: Sequence[str], costs: tuple[Sequence[float], Sequence[float]], names: tuple[str, str]
) -> str:
    """Who is surprised less in all, and the place where that shows most."""
    a, b = (sum(cost) / len(cost) for cost in costs)
    at = largest(*costs)
    gained = isolated(shown(characters[at]))
    around = isolated("".join(map(in_a_row, characters[max(0, at - 12) : at])))
    return (
        f"Blue: {names[1]} is surprised less than {names[0]}; ochre: it is surprised more. On this passage "
        f"{number(b)} against {number(a)} nats. The largest gain is \u201c{gained}\u201d after \u201c{around}\u201d: "
        f"{number(costs[1][at])} against {number(costs[0][at])} nats."
    )


def largest(a: Sequence[float], b: Sequence[float]) -> int:
    """The place in the passage where the second model gained most."""
    gains = [x - y for x, y in zip(a, b, strict=True)]
    return gains.index(max(gains))
