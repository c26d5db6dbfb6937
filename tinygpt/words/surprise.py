"""Two models on the same text, in words: what a longer past is worth to each, and where one gains most."""

from collections.abc import Sequence

from tinygpt.spelling import number, shown

FLAT = 0.03  # nats: two positions nearer than this are called equal


def position_words(found: Sequence[tuple[str, Sequence[float]]]) -> str:
    """How much each model gains from the first position to the last, from its name and its loss at each."""
    return "; ".join(_gain_words(name, loss[0] - loss[-1], loss) for name, loss in found) + "."


def _gain_words(name: str, gain: float, loss: Sequence[float]) -> str:
    """What a longer past is worth to one model."""
    if abs(gain) < FLAT:
        return f"{name} is about as good at the last position as at the first: a longer past is of no use to it"
    words = f"from {number(loss[0])} at the first position to {number(loss[-1])} at the last"
    return f"{name} gains {number(gain)} by its past, {words}" if gain > 0 else f"{name} loses by its past, {words}"


def surprise_words(
    characters: Sequence[str], costs: tuple[Sequence[float], Sequence[float]], names: tuple[str, str]
) -> str:
    """Who is surprised less in all, and the place where that shows most."""
    a, b = (sum(cost) / len(cost) for cost in costs)
    at = largest(*costs)
    around = "".join(map(shown, characters[max(0, at - 12) : at]))
    return (
        f"blue: {names[1]} is surprised less than {names[0]}; ochre: more. On this passage {number(b)} against "
        f"{number(a)} nats. The largest gain is \u201c{shown(characters[at])}\u201d after \u201c{around}\u201d: "
        f"{number(costs[0][at])} against {number(costs[1][at])} nats."
    )


def largest(a: Sequence[float], b: Sequence[float]) -> int:
    """The place in the passage where the second model gained most."""
    gains = [x - y for x, y in zip(a, b, strict=True)]
    return gains.index(max(gains))
