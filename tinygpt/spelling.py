"""How numbers and characters are written for people: on pages, in figures, in sentences."""

import math
import re
import unicodedata
from collections.abc import Collection
from itertools import count, product
from string import ascii_lowercase

MINUS, INFINITY = "\u2212", "\u221e"
RAISED = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
STAND_IN = {" ": "\u00b7", "\n": "\u00b6", "\t": "\u2192"}  # the marks a word processor shows; in all shipped faces
SPOKEN = {" ": "a space", "\n": "a newline", "\t": "a tab"}


# Unicode counts these among letters, marks and signs, and there is nothing to see all the same.
BLANK = re.compile(
    r"\b((?<!GAP )(?<!LINE )FILLER|VARIATION SELECTOR|GRAPHEME JOINER|PATTERN BLANK|VOWEL INHERENT|NULL NOTEHEAD)\b"
)
TURNS = ("R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")  # classes of direction


def is_invisible(character: str) -> bool:
    """Whether there is nothing to see: blanks, controls, joiners, selectors, and numbers without a character."""
    return (
        not character.isprintable() or character == " " or any(BLANK.search(unicodedata.name(c, "")) for c in character)
    )


def shown(character: str) -> str:
    """A character as it stands on a tile: itself, the stand-in of an invisible one, an accent on a dotted circle.

    An invisible one without a stand-in is shown by its number in Unicode, in hexadecimal digits.
    """
    if character in STAND_IN:
        return STAND_IN[character]
    if is_invisible(character):
        return f"{ord(character[0]):x}"
    return f"\u25cc{character}" if unicodedata.category(character[:1] or "a").startswith("M") else character


def in_a_row(character: str) -> str:
    """A character of a passage: as on a tile, but an accent sits on the letter before it."""
    return shown(character).removeprefix("\u25cc") or character


def named(character: str) -> str:
    """A character in a list, a table and the address: itself, or a word or the number of an invisible one."""
    return SPOKEN.get(character) or (f"U+{ord(character[0]):04X}" if is_invisible(character) else character)


def spoken(character: str) -> str:
    """A character inside a sentence: a word or a number for the invisible ones, quotes for the rest."""
    if is_invisible(character):
        return named(character)
    return f"\u2018{isolated(shown(character))}\u2019"


def isolated(text: str) -> str:
    """`text` inside a sentence, so that Hebrew or Arabic in it does not turn round what stands beside it."""
    return f"\u2068{text}\u2069" if any(unicodedata.bidirectional(c) in TURNS for c in text) else text


def harmless_directions(text: str) -> str:
    """Running text, with the commands that turn the direction of writing round shown by their numbers."""
    return "".join(f"<{named(c)}>" if unicodedata.bidirectional(c) in TURNS[3:] else c for c in text)


def number(value: float, digits: int = 2) -> str:
    """2 digits, a true minus sign, no minus before zero, infinity as a sign."""
    if value != value:
        return "\u2013"
    if value in (float("inf"), float("-inf")):
        return (MINUS if value < 0 else "") + INFINITY
    text = f"{abs(value):.{digits}f}"
    return (MINUS if value < 0 and float(text) else "") + text


def with_sign(value: float, digits: int = 2) -> str:
    """A difference with its sign: "+0.03", "\u22120.20"."""
    shown = number(value, digits)
    return shown if shown.startswith(MINUS) else f"+{shown}"


def powered(value: float, digits: int = 2) -> str:
    """A number with so many digits after the point and a power of ten: 2.06\u00b710\u207b\u2079."""
    if value == 0 or not math.isfinite(value):
        return number(value, 0)
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa.replace('-', MINUS)}\u00b7{ten_to(int(exponent))}"


def ten_to(power: int) -> str:
    """10 to a whole number, with a raised exponent."""
    return f"10{str(power).translate(RAISED)}"


def thousands(value: int) -> str:
    """1,115,394 as 1 115 394 with thin spaces: the same in every language."""
    return f"{value:,}".replace(",", "\u202f")


def count_of_steps(steps: int) -> str:
    """ "1 step", "1 250 steps"."""
    return f"{thousands(steps)} step{'s' * (steps != 1)}"


def brief(loss: float, digits: int = 3) -> str:
    """A loss in few characters, however large: "2.487", "3 900", "4.7e26"."""
    if loss < 100:
        return number(loss, digits)
    return thousands(round(loss)) if loss < 1e6 else f"{loss:.1e}".replace("e+0", "e").replace("e+", "e")


def spelled(learning_rate: float) -> str:
    """0.001 as 1e-3: short enough for a slider and a URL, and the same in every language."""
    digits, exponent = f"{learning_rate:.6e}".split("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"


def scientific(value: float) -> str:
    """A small number as people write it: 3.2e-08 is "3.2\u00b710\u207b\u2078", and from a thousandth on 0.045 stays."""
    if value == 0 or abs(value) >= 1e-3:
        return f"{value:.2g}".replace("-", MINUS)
    return powered(value, 1)


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


def time_range(low: float, high: float) -> str:
    """Between how long and how long, in words, rounded to the outside: "10 to 20 s", "80 s to 3 min", "2 s"."""
    down = 60 if low >= 100 else 5 if low >= 20 else 1
    up = 60 if high > 95 else 5 if high > 20 else 1
    first, last = spoken_time(down * math.floor(low / down)), spoken_time(up * math.ceil(high / up))
    if first == last:
        return first
    value, unit = first.split()
    return f"{value if last.endswith(f' {unit}') else first} to {last}"
