"""Which line is whose: hue by family; runs of one family differ in shade and dash, many variants run pale to strong."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tinygpt.plots.look import PALETTE, READABLE, Mode, between, color, contrast
from tinygpt.plots.losses.marks import DASHES

VISIBLE = 3.0  # contrast of a line with its paper, as the web asks for it
FINE = 0.01  # step along a ramp

# The shades of a family, in the order in which its runs take them; the first is the hue that it has on every page.
# Searched for so that any eight runs at a time, of whichever families, lie as far apart as possible in OKLab
# (Ottosson 2020): at least 0.09, where 0.02 can just be seen. Each keeps a contrast of 3 to its paper.
# fmt: off
SHADES: dict[Mode, dict[str, tuple[str, ...]]] = {
    "light": {
        "bigram": ("#B5701C", "#514C0D", "#BB3612", "#640602", "#756208", "#E65A56", "#794037", "#82830E"),
        "head": ("#2358C6", "#1C2E65", "#408EF7", "#6D6396", "#512B9F", "#175A77", "#8263DB", "#508FAE"),
        "heads": ("#1D9A98", "#1B8C1D", "#036152", "#75924E", "#597645", "#033E1E", "#0E6E11", "#29778B"),
        "gpt": ("#7B1B62", "#AB6DE1", "#E65868", "#B54091", "#541F24", "#8B5053", "#431070", "#7741B4"),
    },
    "dark": {
        "bigram": ("#F2A65A", "#707021", "#CF4D16", "#B4845C", "#FAD957", "#FC6E68", "#A8A917", "#955954"),
        "head": ("#68A7FF", "#3E61CF", "#4786A5", "#A6CAFC", "#8B6DE5", "#1B88EB", "#6D6396", "#9990C6"),
        "heads": ("#74E6CB", "#4AB248", "#9DD248", "#0AC1CE", "#1D7267", "#5F946F", "#06830F", "#9CB57E"),
        "gpt": ("#BD69AC", "#FDB4FC", "#FB6C79", "#8748B9", "#CF86FA", "#C63A4E", "#D197B5", "#8C5979"),
    },
}
# fmt: on
MANY = 8  # runs of a family that have a shade of their own


class Tone(NamedTuple):
    """How a variant is drawn: the color of its line, that of its words, and the number of its dash."""

    line: str
    ink: str
    dash: int


def tones(wanted: Sequence[tuple[str, int | None]], mode: Mode) -> list[Tone]:
    """A tone for each variant, told by its family and the slot that it would like; None: any that is free.

    Nobody gets a slot twice. Where a family has more variants than shades, they run from pale to strong.
    """
    families, seen = Counter(role for role, _ in wanted), Counter[str]()
    slots: dict[tuple[str, int], int] = {}  # who has it: the first who would like it
    for n, (role, slot) in enumerate(wanted):
        if slot is not None:
            slots.setdefault((role, slot % MANY), n)
    found = []
    for n, (role, slot) in enumerate(wanted):
        if families[role] > MANY:
            found.append(_on_a_ramp(seen[role], families[role], mode))
            seen[role] += 1
            continue
        if slot is None or slots[role, slot % MANY] != n:
            slot = next(free for free in range(MANY) if (role, free) not in slots)
            slots[role, slot] = n
        found.append(tone(role, slot, mode))
    return found


def tone(role: str, slot: int, mode: Mode) -> Tone:
    """How the run in the `slot`-th place of its family is drawn, wherever it is."""
    line = SHADES[mode][role][slot % MANY]
    ink = color(role, mode, text=True) if slot % MANY == 0 else _readable(line, mode)
    return Tone(line, ink, (slot + slot // MANY) % len(DASHES))


def _on_a_ramp(n: int, of: int, mode: Mode) -> Tone:
    """The `n`-th of very many variants of one family."""
    p = PALETTE[mode]
    palest = next(k * FINE for k in range(100) if contrast(between(p.sequential, k * FINE), p.paper) >= VISIBLE)
    line = between(p.sequential, palest + (1 - palest) * n / (of - 1))
    return Tone(line, _readable(line, mode), n % len(DASHES))


def _readable(line: str, mode: Mode) -> str:
    """The first color from that of a line towards ink in which words can be read on paper."""
    p = PALETTE[mode]
    steps = (between((line, p.ink), k * FINE) for k in range(101))
    return next(ink for ink in steps if contrast(ink, p.paper) >= READABLE)
