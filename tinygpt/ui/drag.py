"""A figure that follows the finger: all positions are computed by the core and sent once, the browser only swaps them.

`st.slider` reports when it is let go, Plotly's own slider takes no keyboard focus, and what the server draws for a
switch comes some tenths of a second later. While one of these dials is turned no request leaves the browser; when it is
let go, its position goes into the URL.
"""

from collections.abc import Sequence
from os.path import commonprefix
from typing import NamedTuple

import streamlit as st

from tinygpt.ui.beginning import beginning
from tinygpt.ui.browser.component import component
from tinygpt.ui.dials import Dial, slider
from tinygpt.ui.frame import IN_THE_PICTURE


class Picture(NamedTuple):
    """One position: an SVG or HTML string with every text in it escaped, its caption, and all in words."""

    drawing: str
    sentence: str = ""
    alt: str = ""


_swap = component("drag", "say", "drawing", "dials")


def swap(pictures: Sequence[Picture], *turned: Dial) -> tuple[int, ...]:
    """The picture at the positions of some dials, which the browser swaps; the positions at which they were left last.

    `pictures` has one for every combination of positions, those of the last dial beside each other. A part of a drawing
    with data-at="3" leads to position 3 of the slider when it is clicked. One with data-round="0.5,0.5", the middle as
    shares of its SVG, is dragged round it, through all positions.
    """
    figure, link = f"drag_{turned[0].key}", st.query_params
    begun = [beginning(dial.key, figure, link.get(dial.key, "")) for dial in turned]
    start = [dial.position(one.asked) for dial, one in zip(turned, begun, strict=True)]
    begins = commonprefix([drawing for drawing, *_ in pictures])  # a chart's dots, say, are sent once
    state = _swap(
        key=figure,
        data={
            "begins": begins,
            "pictures": [[drawing.removeprefix(begins), *words] for drawing, *words in pictures],
            "dials": [
                {"kind": dial.kind, "key": dial.key, "label": dial.label, "names": dial.shown or dial.names,
                 "right": dial.right, "at": at, "asked": one.times}
                for dial, at, one in zip(turned, start, begun, strict=True)
            ],
            "before": IN_THE_PICTURE,
        },
        default={"at": start},
        on_at_change=lambda: None,
    )  # fmt: skip
    at = [
        first if one.now else min(int(left), len(dial.names) - 1)
        for dial, one, first, left in zip(turned, begun, start, state.at, strict=True)
    ]
    news = {
        dial.key: dial.names[now]
        for dial, first, now in zip(turned, start, at, strict=True)
        if now != first or dial.key in link
    }
    if news:
        link.update(news)
    return tuple(at)


def drag(pictures: Sequence[Picture], *, key: str, label: str, names: Sequence[object], default: int = 0) -> int:
    """The same with one slider, whose positions people read, and a link says under `key`, as `names`."""
    return swap(pictures, slider(key, label, names, default))[0]


_still = component("still", "drawing")


def still(drawing: str, *, key: str, alt: str) -> None:
    """Show `drawing`, an SVG or HTML string with every text in it escaped; `alt` says in words what it shows."""
    _still(key=f"still_{key}", data={"drawing": drawing, "alt": alt})
