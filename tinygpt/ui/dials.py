"""What chooses among the pictures of a figure in the browser: a slider, a few buttons, or a switch.

They look as Streamlit's own, but turning one asks nobody (see drag.py); browser/dials.js draws each kind. The position
of a dial stands in the link under its key, in the very words that a control of Streamlit would write there.
"""

from collections.abc import Iterable
from typing import NamedTuple

from tinygpt.spelling import MINUS

STAND = "false", "true"  # the positions of a switch, as they stand in the link


class Dial(NamedTuple):
    """One dial; `names` are its positions as they stand in the link."""

    kind: str  # slider, buttons, switch
    key: str
    label: str
    names: tuple[str, ...]
    default: int = 0
    right: int | None = None  # every other position is wrong on purpose; None: all of them are as they should be
    shown: tuple[str, ...] = ()  # the positions as people read them, where a link says it in other words

    def position(self, written: str) -> int:
        """The position that a link means, which may have the minus of a keyboard; the default where it means none."""
        spellings = written, written.lower().replace("-", MINUS)
        return next((self.names.index(one) for one in spellings if one in self.names), self.default)


def slider(key: str, label: str, names: Iterable[object], default: int = 0) -> Dial:
    """Many positions on a line."""
    written = tuple(map(str, names))
    return Dial("slider", key, label, written, min(default, len(written) - 1))


def buttons(
    key: str, label: str, names: Iterable[object], default: int = 0, *, right: int | None = None,
    shown: Iterable[str] = (),
) -> Dial:  # fmt: skip
    """A few positions side by side."""
    return Dial("buttons", key, label, tuple(map(str, names)), default, right, tuple(shown))


def switch(key: str, label: str, *, on: bool = False) -> Dial:
    """Off and on."""
    return Dial("switch", key, label, STAND, int(on))


def wrong_dial(key: str, label: str) -> Dial:
    """A switch that makes a mistake of the study notebooks, to see what comes of it."""
    return Dial("switch", key, f"See it go wrong: {label}", STAND, right=0)
