"""A machine whose boxes one opens one after another: all numbers are computed by the core and sent once, the browser
only shows them.

Like a figure that follows the finger (ui/drag.py), with two sliders: which box, and which row of its numbers. A click
on a box of the machine opens it too. When a slider is let go, both positions go into the URL.
"""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from tinygpt.ui.beginning import beginning
from tinygpt.ui.browser.component import component
from tinygpt.ui.frame import IN_THE_PICTURE


class Row(NamedTuple):
    """A box as one row of it sees it."""

    first: Sequence[str]  # what is written into each line of the class "first"
    beside: str  # HTML beside the box, every text in it escaped
    sentence: str


class Opened(NamedTuple):
    """One box: an SVG string with every text in it escaped, and its rows."""

    drawing: str
    alt: str
    rows: Sequence[Row]


_walk = component("walk", "say", "drawing")


def walk(
    machine: str, boxes: Sequence[Opened], *, keys: tuple[str, str], stops: Sequence[str], places: Sequence[str],
    default: tuple[int, int], step: float, beside: str,
) -> None:  # fmt: skip
    """The machine, one of its `boxes` opened, and two sliders: the box by its name among `stops`, the row by its name
    among `places`; of a single row there is nothing to choose. In the URL they stand under `keys`, which are the
    sliders' names too, as numbers. Rows are `step` apart; `beside` is the title of what stands beside a box."""
    lasts = len(stops) - 1, len(places) - 1
    each = zip(keys, lasts, default, strict=True)
    link = "-".join(str(_within(st.query_params.get(key, ""), last, start)) for key, last, start in each)
    asked = beginning(keys[0], f"walk_{keys[0]}", link).asked.split("-")
    start = [min(int(at), last) for at, last in zip(asked, lasts, strict=True)]
    state = _walk(
        key=f"walk_{keys[0]}",
        data={
            "machine": machine,
            "boxes": [[box.drawing, box.alt, [list(row) for row in box.rows]] for box in boxes],
            "stops": list(stops), "places": list(places), "labels": list(keys), "step": step, "beside": beside,
            "at": start,
            "before": IN_THE_PICTURE,
        },
        default={"at": start},
        on_at_change=lambda: None,
    )  # fmt: skip
    for key, at, was in zip(keys, state.at, start, strict=True):
        if int(at) != was or key in st.query_params:
            st.query_params[key] = str(int(at))


def _within(written: str, most: int, default: int) -> int:
    """A position out of a link, if it is one."""
    return int(written) if written.isdecimal() and int(written) <= most else default
