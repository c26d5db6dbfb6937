"""Four matrices of one text in step: choose a tile in any of them, and its arithmetic stands below all four.

Every tile's arithmetic is computed by the core and sent once; the browser swaps it, and reports which was chosen.
"""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from tinygpt.ui.beginning import beginning
from tinygpt.ui.frame import IN_THE_PICTURE, SAY

Place = tuple[int, int]  # a row and a column


class ChosenTile(NamedTuple):
    """What is said when a tile is chosen: a step below each matrix, in escaped HTML; a sentence; all in words."""

    steps: tuple[str, ...]
    sentence: str
    alt: str


_board = st.components.v2.component(
    "tinygpt_board",
    html="""
<div class="controls"><label><span></span><select></select></label><label><span></span><select></select></label></div>
<div class="panels" role="group" tabindex="0"></div>
<p class="sentence" aria-live="polite"></p>
""",
    css="""
:host, div, p, label, select { font-family: var(--st-font); color: var(--st-text-color); font-size: 1rem; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; margin-bottom: .75rem; }
.controls label { display: flex; gap: .5rem; align-items: center; font-size: .875rem; }
select { font-size: 1rem; padding: .3rem .4rem; border-radius: .5rem; border: 1px solid currentColor; }
select { background: var(--st-background-color); }
select:focus-visible, .panels:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 2px; }
.panels { display: flex; flex-wrap: wrap; gap: .5rem 1rem; }
.panel { flex: 1 1 17rem; min-width: 0; }
.panel svg { display: block; max-width: 100%; height: auto; }
.panel p { margin: .1rem 0 0; font-size: .9375rem; line-height: 1.35; min-height: 2.7em; max-width: 22rem; }
[data-row] { cursor: pointer; }
.sentence { max-width: 900px; margin: .5rem 0 0; line-height: 1.5; }
""",
    js=SAY
    + """
const PAUSE = 100;  // ms without another tile before the server hears of it
const known = new WeakMap();  // the tile of each board, so that a redraw by the server does not move it

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name), board = find(".panels"), T = data.tiles.length;
  const before = known.get(parentElement), moved = before && before.asked !== data.asked;  // by a question
  let [row, column] = (before && !moved ? before.at : data.at).map((place) => Math.min(place, T - 1)), later;
  board.innerHTML = data.panels.map((drawing) => `<div class="panel">${drawing}<p></p></div>`).join("");
  board.setAttribute("aria-label", data.label);
  const selects = [...parentElement.querySelectorAll("select")];
  parentElement.querySelectorAll("label span").forEach((name, n) => { name.textContent = data.names[n]; });
  selects.forEach((select) => {
    select.replaceChildren(...data.places.map((name, n) => new Option(name, n)));
    select.onchange = () => go(+selects[0].value, +selects[1].value);
  });
  const show = () => {
    const [steps, sentence, alt] = data.tiles[row][column];
    board.querySelectorAll(".panel").forEach((panel, n) => {
      const svg = panel.querySelector("svg");
      const [cell, left, top] = ["cell", "left", "top"].map((name) => +svg.dataset[name]);
      svg.querySelector(".chosen-row").setAttribute("y", top + row * cell);
      svg.querySelector(".chosen-tile").setAttribute("y", top + row * cell);
      svg.querySelector(".chosen-tile").setAttribute("x", left + column * cell);
      panel.querySelector("p").innerHTML = steps[n];
    });
    [selects[0].value, selects[1].value] = [row, column];
    board.setAttribute("aria-description", alt);
    say(find(".sentence"), data.before, sentence);
    known.set(parentElement, { at: [row, column], asked: data.asked });
  };
  const go = (to, across) => {
    [row, column] = [to, across].map((place) => Math.max(0, Math.min(place, T - 1)));
    show();
    clearTimeout(later);
    later = setTimeout(() => setStateValue("tile", [row, column]), PAUSE);
  };
  board.onclick = (event) => {
    const tile = event.target.closest("[data-row]");
    if (tile) go(+tile.dataset.row, +tile.dataset.column);
  };
  board.onkeydown = (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    go(row + by[0], column + by[1]);
  };
  show();
  if (moved) setStateValue("tile", [row, column]);
}
""",
)


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
