"""How numbers and characters are written for people: on pages, in figures, in sentences."""

import math
import re
from collections.abc import Collection
from itertools import count, product
from string import ascii_lowercase

MINUS, INFINITY = "\u2212", "\u221e"
STAND_IN = {" ": "\u00b7", "\n": "\u00b6", "\t": "\u2192"}  # the marks a word processor shows; in all shipped faces
SPOKEN = {" ": "a space", "\n": "a newline", "\t": "a tab"}


def shown(character: str) -> str:
    """A character as it stands on a tile: itself, the stand-in of an invisible one, or the number of an unprintable."""
    return STAND_IN.get(character, character if character.isprintable() else f"{ord(character[0]):x}")


def spoken(character: str) -> str:
    """A character inside a sentence: a word for the invisible ones, quotes for the rest."""
    return SPOKEN.get(character, f"\u2018{character}\u2019")


def number(value: float, digits: int = 2) -> str:
    """2 digits, a true minus sign, no minus before zero, infinity as a sign."""
    if value != value:
        return "\u2013"
    if value in (float("inf"), float("-inf")):
        return (MINUS if value < 0 else "") + INFINITY
    text = f"{abs(value):.{digits}f}"
    return (MINUS if value < 0 and float(text) else "") + text


def thousands(value: int) -> str:
    """1,115,394 as 1 115 394 with thin spaces: the same in every language."""
    return f"{value:,}".replace(",", "\u202f")


def brief(loss: float, digits: int = 3) -> str:
    """A loss in few characters, however large: "2.487", "3 900", "4.7e26"."""
    if loss < 100:
        return number(loss, digits)
    return thousands(round(loss)) if loss < 1e6 else f"{loss:.1e}".replace("e+0", "e").replace("e+", "e")


def spelled(learning_rate: float) -> str:
    """0.001 as 1e-3: short enough for a slider and a URL, and the same in every language."""
    digits, exponent = f"{learning_rate:.6e}".split("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"


def percent(share: float, figures: int = 1) -> str:
    """0.62 as "62%"; of a small share so many figures, so that 0.0673 is "7%", or "6.7%" with two."""
    size = 100 * abs(share)
    digits = max(0, figures - 1 - math.floor(math.log10(size))) if 0 < size < 10 ** (figures - 1) else 0
    return f"{number(100 * share, digits)}%"


def for_a_file(words: str) -> str:
    """At most 40 letters, digits and hyphens: a part of a file name that every system takes, never a path; or ""."""
    return re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")[:40]


def lettered(name: str, taken: Collection[str], longest: int = 40) -> str:
    """`name`, with a letter where it is taken: "GPT", "GPT \u00b7 b", "GPT \u00b7 c", and after z "GPT \u00b7 aa".

    A number would be read as another model, or as a part of the loss that stands beside it.
    """
    letters = ("".join(each) for size in count(1) for each in product(ascii_lowercase, repeat=size))
    marks = (f" \u00b7 {letter}" if letter != "a" else "" for letter in letters)
    return next(free for mark in marks if (free := name[: longest - len(mark)].rstrip() + mark) not in taken)


def unlettered(name: str) -> str:
    """What `lettered` began with, also where an older version gave a number: "GPT" for "GPT \u00b7 b" and "GPT 2"."""
    return re.sub(r"(?<=\S) (\u00b7 [a-z]+|[0-9]+)$", "", name)


def spoken_time(seconds: float) -> str:
    """About how long, in words: "2 s", "80 s", "4 min"."""
    return f"{max(1, round(seconds))} s" if seconds < 100 else f"{round(seconds / 60)} min"
