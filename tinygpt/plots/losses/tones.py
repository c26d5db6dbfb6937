"""Which line is whose: hue by family; three and more of one family run from pale to strong, each with its own dash."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tinygpt.plots.look import PALETTE, Mode, between, color
from tinygpt.plots.losses.marks import DASHES

PAIR = 2  # variants of one family that a dash alone tells apart
PALEST = 0.35  # of the ramp: paler could not be told from paper
READABLE = 4.5  # contrast of words with their paper, as the web asks for it
FINE = 0.01  # step along the ramp


class Tone(NamedTuple):
    """How a variant is drawn: the color of its line, that of its words, and the number of its dash."""

    line: str
    ink: str
    dash: int


def tones(roles: Sequence[str], mode: Mode) -> list[Tone]:
    """A tone for each variant, told by the family it belongs to."""
    p, seen, found = PALETTE[mode], Counter[str](), []
    for role in roles:
        n, of = seen[role], roles.count(role)
        seen[role] += 1
        if of <= PAIR:
            found.append(family_tone(role, n, mode))
            continue
        strength = ink = PALEST + (1 - PALEST) * n / (of - 1)
        while ink < 1 and contrast(between(p.sequential, ink), p.paper) < READABLE:
            ink += FINE  # the name of a line is written in the first tone from there on that can be read on paper
        found.append(Tone(between(p.sequential, strength), between(p.sequential, ink), n % len(DASHES)))
    return found


def family_tone(role: str, n: int, mode: Mode) -> Tone:
    """The hue of a family, with the `n`-th dash."""
    return Tone(color(role, mode), color(role, mode, text=True), n)


def contrast(a: str, b: str) -> float:
    """From 1, one color, to 21, black on white."""
    dark, light = sorted((_luminance(a), _luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    """How bright a color is to the eye: 0 black, 1 white."""
    shares = [part / 255 for part in bytes.fromhex(color[1:])]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
