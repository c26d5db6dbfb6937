"""Four matrices of one text in step: choose a tile in any of them, and its arithmetic stands below all four.

Every tile's arithmetic is computed by the core and sent once; the browser swaps it, and reports which was chosen.
"""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from tinygpt.ui.beginning import beginning
from tinygpt.ui.browser.component import component
from tinygpt.ui.frame import IN_THE_PICTURE

Place = tuple[int, int]  # a row and a column


class ChosenTile(NamedTuple):
    """What is said when a tile is chosen: a step below each matrix, in escaped HTML; a sentence; all in words."""

    steps: tuple[str, ...]
    sentence: str
    alt: str


_board = component("board", "say")


def board(
    panels: Sequence[str], tiles: Sequence[Sequence[ChosenTile]], *, start: Place, label: str, names: tuple[str, str],
    places: Sequence[str],
) -> Place:  # fmt: skip
    """Four SVGs (plots.lessons.attention_stages.panel_drawing), and `tiles` by row and column; the tile chosen last.

    It stands in the URL under row and col. `names` say what the rows and columns are, `places` are their names.
    """
    last = len(tiles) - 1
    places_of_link = zip(("row", "col"), start, strict=True)
    link = "-".join(str(_place(st.query_params.get(key, ""), default)) for key, default in places_of_link)
    began, times, _ = beginning("tile", "board", link)  # a question's case is `tile = "row-column"`
    wanted = [min(int(place), last) for place in began.split("-")]
    said = [[[list(tile.steps), tile.sentence, tile.alt] for tile in row] for row in tiles]
    data = {
        "panels": list(panels), "tiles": said, "at": wanted, "asked": times, "label": label, "names": list(names),
        "places": list(places), "before": IN_THE_PICTURE,
    }  # fmt: skip
    state = _board(key="board", data=data, default={"tile": wanted}, on_tile_change=lambda: None)
    row, column = (min(int(place), last) for place in state.tile)
    if [row, column] != wanted:
        st.query_params["row"], st.query_params["col"] = str(row), str(column)
    return row, column


def _place(written: str, default: int) -> int:
    """A position out of the URL."""
    return int(written) if written.isdecimal() and len(written) < 4 else default
