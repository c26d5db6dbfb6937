"""How much of a text stands in another one, in words."""

from typing import NamedTuple

from tinygpt.spelling import in_a_row, isolated, percent, thousands

LEAST = 8  # characters of a piece
FEW, LONGEST = 6, 80  # words that are named; characters of a run that are shown


class Copied(NamedTuple):
    """What a text has from a training text, letter for letter, and which of its words do not stand there."""

    share: float  # of its pieces of LEAST characters
    place: int  # in the training text, where the longest run stands there first
    run: str  # that run
    new: list[str]


def copied_words(copied: Copied) -> str:
    """What a model has from its training text, and what it made up."""
    shown = isolated("".join(map(in_a_row, copied.run[:LONGEST]))) + "\u2026" * (len(copied.run) > LONGEST)
    return (
        f"{percent(copied.share)} of its pieces of {LEAST} characters stand in the training text. Its longest run from "
        f"there has {_characters(copied.run)}, \u201c{shown}\u201d, first at its character "
        f"{thousands(copied.place + 1)}. {_new_words(copied.new)}."
    )


def unseen_words(copied: Copied) -> str:
    """The same of real text that no model has seen: what is to be expected."""
    return (
        f"As much real text that no model has seen: {percent(copied.share)}, {_characters(copied.run)}, "
        f"and {_how_many(copied.new)}."
    )


def _characters(run: str) -> str:
    return f"{thousands(len(run))} character{'s' * (len(run) != 1)}"


def _how_many(new: list[str]) -> str:
    return {0: "no new word", 1: "one new word"}.get(len(new), f"{thousands(len(new))} new words")


def _new_words(new: list[str]) -> str:
    if not new:
        return "Every word of it stands there"
    more = f" and {thousands(len(new) - FEW)} more" if len(new) > FEW else ""
    named = ", ".join(map(isolated, new[:FEW]))
    return f"{_how_many(new).capitalize()}, which stand{'s' * (len(new) == 1)} nowhere there: {named}{more}"
