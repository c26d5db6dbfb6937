"""A run that sees the answer: what it is called, why its loss is no loss of guessing, and where that shows."""

from collections.abc import Mapping, Sequence

from tinygpt.models import Leak
from tinygpt.spelling import brief, number

SEES = "sees the answer"
HOW: dict[Leak, str] = {
    "no mask": "Without the mask every position but the last reads the character it has to guess.",
    "wrong axis": (
        "The softmax over columns divides each weight by a sum over later rows, so every position but the last learns "
        "something of the character it has to guess."
    ),
}


def told_apart(name: str, leak: Leak) -> str:
    """The name of a run wherever it stands among others: one that sees the answer says so."""
    return f"{name}, {SEES}" if leak else name


def leak_words(
    name: str,
    loss: float | None,
    leak: Leak,
    floors: Mapping[str, float],
    *,
    so_far: bool = False,
    by_position: Sequence[float] = (),
) -> str:
    """What is said of a run that sees the answer; `by_position` are its losses along the window, where they are known.

    A loss below all that counting reaches is asked about; any other is only set apart.
    """
    at = f"{brief(loss)}{' so far' if so_far else ''}" if loss is not None else ""
    if loss is not None and floors and loss < min(floors.values()):
        words = f"The val loss of {name} is {at}: too good. Why? {HOW[leak]}"
    elif at:
        words = f"The val loss of {name}, {at}, is no loss of guessing: this run {SEES}. {HOW[leak]}"
    else:
        words = f"The val loss of {name} will be no loss of guessing: this run {SEES}. {HOW[leak]}"
    if len(by_position) > 1:
        words += (
            f" At the first position it loses {number(by_position[0])}; at the last, where nothing is left to read, "
            f"{number(by_position[-1])}"
        )
        pairs = floors.get("2-gram")
        words += f", where counting pairs loses {number(pairs)}." if pairs is not None else "."
    return words


AMONG = "All of these see the answer, so they are compared in reading it, not in guessing."


def left_out_words(names: Sequence[str]) -> str:
    """That some rows or dots are not there, because they cannot be compared with the others; "" without any."""
    if not names:
        return ""
    who = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    see, their = ("sees", "its loss is") if len(names) == 1 else ("see", "their losses are")
    return f"Left out: {who} {see} the answer, so {their} not comparable with the others."
