"""A machine whose boxes one opens one after another: all numbers are computed by the core and sent once, the browser
only shows them.

Like a figure that follows the finger (ui/drag.py), with two sliders: which box, and which row of its numbers. A click
on a box of the machine opens it too. When a slider is let go, both positions go into the URL.
"""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from tinygpt.ui.beginning import beginning
from tinygpt.ui.drag import DRAWING
from tinygpt.ui.frame import IN_THE_PICTURE, SAY


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


_walk = st.components.v2.component(
    "tinygpt_walk",
    html="""
<div class="sliders">
  <div><label><span></span> <output></output></label><input type="range" min="0" step="1"></div>
  <div><label><span></span> <output></output></label><input type="range" min="0" step="1"></div>
</div>
<div class="stage"><div class="machine" aria-hidden="true"></div>
<div class="box" role="img"></div><div class="beside"><b></b><div></div></div></div>
<p class="sentence" aria-live="polite"></p>
""",
    css=DRAWING
    + """
:host, div, p, label { font-family: var(--st-font); color: var(--st-text-color); font-size: 1rem; }
.sliders { display: flex; flex-wrap: wrap; gap: 0 2rem; }
.sliders div { flex: 1 1 14rem; }
label { display: flex; gap: .5rem; align-items: baseline; font-size: .875rem; }
output { font-weight: 600; }
input { display: block; width: 100%; height: 1.75rem; margin: 0 0 .25rem; accent-color: var(--st-text-color); }
input:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 2px; }
.stage { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: flex-start; }
.stage svg { max-width: 100%; height: auto; display: block; }
[data-stop] { cursor: pointer; }
[data-stop] .edge { visibility: hidden; }
[data-stop].here .edge { visibility: visible; }
.sentence { max-width: 900px; margin: .5rem 0 0; line-height: 1.5; min-height: 3em; }
.beside { flex: 1 1 7.5rem; font-size: .9rem; }
.beside p { display: flex; gap: .4rem; align-items: center; margin: .2rem 0; font-size: .9rem; }
.beside code { width: 1.2em; text-align: center; color: var(--st-text-color); }
.beside i { height: 1.1em; min-width: 2px; background: currentColor; }
.beside div { color: inherit; }
.beside p { color: inherit; }
@media (max-width: 640px) { .machine { order: 3; } }
""",
    js=SAY
    + """
const PAUSE = 100;  // ms without another step before the server hears of it
const known = new WeakMap();  // what each figure shows, so that a redraw by the server does not move it

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const ranges = [...parentElement.querySelectorAll("input")], outputs = parentElement.querySelectorAll("output");
  const names = [data.stops, data.places], box = find(".box"), machine = find(".machine"), sentence = find(".sentence");
  const at = (known.get(parentElement) || data.at).map((place, i) => Math.min(place, names[i].length - 1));
  machine.innerHTML = data.machine;
  const show = () => {
    const [drawing, alt, rows] = data.boxes[at[0]], row = rows[at[1]];
    box.innerHTML = drawing;
    for (const group of box.querySelectorAll(".row"))
      group.setAttribute("transform", `translate(0 ${at[1] * data.step})`);
    box.querySelectorAll(".first text").forEach((line, i) => { line.textContent = row[0][i]; });
    box.setAttribute("aria-label", `${alt} ${row[2]}`);
    find(".beside b").textContent = data.beside;
    find(".beside div").innerHTML = row[1];
    say(sentence, data.before, row[2]);
    for (const group of machine.querySelectorAll("[data-stop]"))
      group.classList.toggle("here", +group.dataset.stop === at[0]);
    ranges.forEach((range, i) => {
      range.value = at[i];
      outputs[i].textContent = names[i][at[i]];
      range.setAttribute("aria-valuetext", names[i][at[i]]);
    });
    known.set(parentElement, at);
  };
  const tell = () => {
    clearTimeout(ranges[0].later);
    ranges[0].later = setTimeout(() => setStateValue("at", [...at]), PAUSE);
  };
  parentElement.querySelectorAll("label span").forEach((name, i) => {
    name.textContent = data.labels[i];
    ranges[i].setAttribute("aria-label", data.labels[i]);
    ranges[i].max = names[i].length - 1;
    ranges[i].parentElement.hidden = names[i].length < 2;
    ranges[i].oninput = () => { at[i] = +ranges[i].value; show(); };
    ranges[i].onchange = tell;
  });
  machine.onclick = (event) => {
    const group = event.target.closest("[data-stop]");
    if (group) { at[0] = +group.dataset.stop; show(); tell(); }
  };
  show();
}
""",
)


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
