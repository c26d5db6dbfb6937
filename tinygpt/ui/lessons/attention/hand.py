"""A row of weights laid by hand: a handle under each letter, all of them sum to 1, and the guesses follow.

The core counts once; the browser mixes while a handle moves, and tells the server when it is let go.
"""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
from torch import Tensor

from tinygpt.plots.drawing import shade
from tinygpt.plots.look import MONO, Mode, color
from tinygpt.spelling import number, shown
from tinygpt.ui.browser.component import component
from tinygpt.ui.frame import IN_THE_PICTURE

WHOLE = 1_000  # thousandths: all weight, here and in the browser
SHADES = 51  # colors of a tile, from a weight of 0 to 1


class Rival(NamedTuple):
    """Somebody else who guesses: their name, what the real next letter costs them here, and on hidden text."""

    name: str
    here: float | None  # None: it is the student, and follows the handles
    hidden: float | None


_hand = component("hand", "say")


def hand(
    letters: Sequence[tuple[str, str]], shares: Tensor, symbols: Sequence[str], following: int, *, key: str, mode: Mode,
    rivals: Sequence[Rival], words: dict[str, object],
) -> list[int]:  # fmt: skip
    """Handles for `letters` (character, name), and what comes of them; the weights that were let go last.

    Weights are in thousandths. `shares` (T, V) is what each letter tells of what comes next, one of `symbols`; really
    comes `following`. `words` are the component's: label, even, heads, guesses, sentence with {share} and {loss} in it.
    """
    written = st.query_params.get(key, "").split("-")
    start = [int(w) for w in written if w.isdecimal() and len(w) < 5]
    if len(start) != len(letters) or sum(start) != WHOLE:
        start = evenly(len(letters))
    costs = [[None if cost is None else number(cost) for cost in (rival.here, rival.hidden)] for rival in rivals]
    figures = [(rival.name, here, hidden or "") for rival, (here, hidden) in zip(rivals, costs, strict=True)]
    data = words | {
        "letters": [(shown(c), name) for c, name in letters], "of": "".join(c for c, _ in letters), "weights": start,
        "shares": [[round(p, 6) for p in row] for row in shares.tolist()], "symbols": [shown(c) for c in symbols],
        "next": following, "most": float(shares.max()), "mono": MONO, "bar": color("count", mode), "rivals": figures,
        "shades": [shade(n / (SHADES - 1), mode) for n in range(SHADES)], "before": IN_THE_PICTURE,
        "evenly": evenly(len(letters)),
    }  # fmt: skip
    state = _hand(key=f"hand_{key}", data=data, default={"weights": start}, on_weights_change=lambda: None)
    weights = [int(w) for w in state.weights]
    if weights != start and len(weights) == len(letters):
        st.query_params[key] = "-".join(map(str, weights))
    return weights


def evenly(T: int) -> list[int]:
    """1.00 shared evenly among T, in thousandths that sum to 1000."""
    return [WHOLE // T + (i < WHOLE % T) for i in range(T)]
