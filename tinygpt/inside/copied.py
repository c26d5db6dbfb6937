"""What a model has from its training text, letter for letter: pieces, the longest run; and the words it made up.

A piece or a run is looked for in the whole text, so it takes time with every character of both: 500 characters of a
trained model against a million, a quarter of a second.
"""

import math
import re
import unicodedata
from typing import NamedTuple


class CopiedRun(NamedTuple):
    """Characters in a row that stand in both texts."""

    length: int
    at: int  # where it begins in what was written
    place: int  # and in the training text, where it stands there first


def share_copied(written: str, text: str, n: int = 8) -> float:
    """The share of the pieces of `n` characters in `written`, one from each character on, that stand in `text`.

    From 0 to 1; nan where fewer than `n` characters were written. ValueError for n < 1.
    """
    if n < 1:
        raise ValueError(f"a piece has at least 1 character, got {n}")
    pieces = [written[start : start + n] for start in range(len(written) - n + 1)]
    return sum(piece in text for piece in pieces) / len(pieces) if pieces else math.nan


def longest_copied(written: str, text: str) -> CopiedRun:
    """The longest run of `written` that stands in `text` letter for letter; of several, the first that was written.

    Its length is 0 where the two have no character in common.
    """
    length = at = 0
    for start in range(len(written)):
        while start + length < len(written) and written[start : start + length + 1] in text:
            length, at = length + 1, start
    return CopiedRun(length, at, text.find(written[at : at + length]))


def new_words(written: str, text: str, *, prompt: str = "") -> list[str]:
    """The words of `written` that are no words of `text`, in order, each once; upper and lower case are alike.

    A word is letters in a row, with their marks. The first one may have begun in the `prompt`. One that touches the end
    may go on, and is left out.
    """
    known = set(_only_words(text).casefold().split())
    whole = _only_words(prompt + written)
    new: dict[str, str] = {}
    for word in re.finditer(r"\S+", whole):
        if len(prompt) < word.end() < len(whole) and word[0].casefold() not in known:
            new.setdefault(word[0].casefold(), word[0])
    return list(new.values())


def _only_words(text: str) -> str:
    """The text with a space in the place of each character that is neither a letter nor a mark on one."""
    return text.translate({ord(c): " " for c in set(text) if unicodedata.category(c)[0] not in "LM"})
