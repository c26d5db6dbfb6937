"""Which line is whose: hue by family; three and more of one family run from pale to strong, each with its own dash."""

from collections.abc import Sequence
from typing import NamedTuple

from tinygpt.plots.look import PALETTE, Mode, between, color
from tinygpt.plots.marks import DASHES

PAIR = 2  # variants of one family that a dash alone tells apart
PALEST = 0.35  # of the ramp: paler could not be told from paper


class Tone(NamedTuple):
    """How a variant is drawn: the color of its line, that of its words, and the number of its dash."""

    line: str
    ink: str
    dash: int


def tones(roles: Sequence[str], mode: Mode) -> list[Tone]:
    """A tone for each variant, told by the family it belongs to."""
    seen: dict[str, int] = {}
    found = []
    for role in roles:
        n = seen[role] = seen.get(role, -1) + 1
        many = roles.count(role) > PAIR
        found.append(_on_the_ramp(n, roles.count(role), mode) if many else _of_a_family(role, n, mode))
    return found


def _of_a_family(role: str, n: int, mode: Mode) -> Tone:
    return Tone(color(role, mode), color(role, mode, text=True), n)


def _on_the_ramp(n: int, of: int, mode: Mode) -> Tone:
    p = PALETTE[mode]
    strength = PALEST + (1 - PALEST) * n / (of - 1)
    return Tone(between(p.sequential, strength), p.ink, n % len(DASHES))
