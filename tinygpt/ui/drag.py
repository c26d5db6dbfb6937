"""A figure that follows the finger: all positions are computed by the core and sent once, the browser only swaps them.

`st.slider` reports when it is let go, and Plotly's own slider takes no keyboard focus. While this one is dragged no
request leaves the browser; when it is let go, the position goes into the URL.
"""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from tinygpt.ui.beginning import beginning
from tinygpt.ui.frame import IN_THE_PICTURE, SAY


class Picture(NamedTuple):
    """One position: an SVG or HTML string with every text in it escaped, its caption, and all in words."""

    drawing: str
    sentence: str = ""
    alt: str = ""


DRAWING = """
.drawing { display: flex; flex-wrap: wrap; gap: 1rem 3rem; align-items: center; }
.drawing svg { max-width: 100%; height: auto; display: block; }
"""  # drawings in a row that wraps, here and where they follow the finger


_drag = st.components.v2.component(
    "tinygpt_drag",
    html="""
<label><span class="name"></span> <output></output></label>
<input type="range" min="0" step="1">
<div class="drawing" role="img"></div>
<p class="sentence" aria-live="polite"></p>
""",
    css=DRAWING
    + """
:host, div, p, label { font-family: var(--st-font); color: var(--st-text-color); font-size: 1rem; }
label { display: flex; gap: .5rem; align-items: baseline; font-size: .875rem; }
output { font-weight: 600; font-variant-numeric: tabular-nums; }
input { display: block; width: min(100%, 30rem); height: 1.75rem; margin: .25rem 0 .75rem; }
input { accent-color: var(--st-text-color); }
input:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 2px; }
[data-at] { cursor: pointer; }
[data-round] { cursor: grab; touch-action: none; }
.sentence { max-width: 900px; margin: .75rem 0 0; line-height: 1.6; }
.sentence:empty { display: none; }
""",
    js=SAY
    + """
const PAUSE = 100;  // ms without another step before the server hears of it, so that held keys are one message
const known = new WeakMap();  // what each figure shows, so that a redraw by the server does not move it

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const range = find("input"), drawing = find(".drawing"), sentence = find(".sentence");
  const before = known.get(parentElement);
  const moved = before && before.asked !== data.asked;  // the server asks for another position than it did
  const at = Math.min(before && !moved ? before.at : data.at, data.pictures.length - 1);
  const show = (i) => {
    const picture = data.pictures[i];
    drawing.innerHTML = picture[0];
    drawing.setAttribute("aria-label", picture[2] || picture[1]);
    if (picture[1]) say(sentence, data.before, picture[1]);
    else sentence.replaceChildren();
    find("output").textContent = data.names[i];
    range.setAttribute("aria-valuetext", data.names[i]);
    known.set(parentElement, { asked: data.asked, at: i });
  };
  find(".name").textContent = data.label;
  range.setAttribute("aria-label", data.label);
  range.max = data.pictures.length - 1;
  range.value = at;
  range.oninput = () => show(+range.value);
  range.onchange = () => {  // after the picture is painted: the page redraws itself for the news, and that takes time
    clearTimeout(range.later);
    range.later = setTimeout(() => setStateValue("at", +range.value), PAUSE);
  };
  drawing.onclick = (event) => {  // a part of a picture that stands for a position leads to it
    const to = event.target.closest("[data-at]");
    if (!to) return;
    range.value = to.dataset.at;
    range.oninput();
    range.onchange();
  };
  const turn = (event) => {  // positions round a middle, counted from the right against the clock
    const grip = drawing.querySelector("[data-round]"), box = grip.ownerSVGElement.getBoundingClientRect();
    const [x, y] = grip.dataset.round.split(",").map(Number), all = data.pictures.length;
    const angle = Math.atan2(box.top + y * box.height - event.clientY, event.clientX - box.left - x * box.width);
    range.value = (Math.round((angle / (2 * Math.PI)) * all) + all) % all;
    range.oninput();
  };
  drawing.onpointerdown = (event) => {
    if (!event.target.closest("[data-round]")) return;
    event.preventDefault();
    drawing.setPointerCapture(event.pointerId);
    drawing.onpointermove = turn;
  };
  drawing.onpointerup = drawing.onpointercancel = () => {
    if (drawing.onpointermove) range.onchange();
    drawing.onpointermove = null;
  };
  show(+range.value);
  if (moved) setStateValue("at", at);
}
""",
)


def drag(pictures: Sequence[Picture], *, key: str, label: str, names: Sequence[object], default: int = 0) -> int:
    """The picture at one of many positions, with a slider that swaps them; the position at which it was let go last.

    `names` are the positions as people read them, and as they stand in the URL under `key`. A part of a drawing with
    data-at="3" leads to position 3 when it is clicked. One with data-round="0.5,0.5", the middle as shares of its SVG,
    is dragged round it, through all positions.
    """
    written = [str(name) for name in names]
    asked, times, now = beginning(key, f"drag_{key}", st.query_params.get(key, ""))
    start = written.index(asked) if asked in written else min(default, len(pictures) - 1)
    state = _drag(
        key=f"drag_{key}",
        data={
            "pictures": [list(picture) for picture in pictures],
            "names": written,
            "label": label,
            "at": start,
            "asked": times,
            "before": IN_THE_PICTURE,
        },
        default={"at": start},
        on_at_change=lambda: None,
    )
    at = start if now else min(int(state.at), len(pictures) - 1)
    if at != start or key in st.query_params:
        st.query_params[key] = written[at]
    return at


_still = st.components.v2.component(
    "tinygpt_still",
    html='<div class="drawing" role="img"></div>',
    css=DRAWING,
    js="""
export default function ({ data, parentElement }) {
  const drawing = parentElement.querySelector(".drawing");
  drawing.innerHTML = data.drawing;
  drawing.setAttribute("aria-label", data.alt);
}
""",
)


def still(drawing: str, *, key: str, alt: str) -> None:
    """Show `drawing`, an SVG or HTML string with every text in it escaped; `alt` says in words what it shows."""
    _still(key=f"still_{key}", data={"drawing": drawing, "alt": alt})
