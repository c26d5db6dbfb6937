"""A figure that follows the finger: all positions are computed by the core and sent once, the browser only swaps them.

`st.slider` reports when it is let go, Plotly's own slider takes no keyboard focus, and what the server draws for a
switch comes some tenths of a second later. While one of these dials is turned no request leaves the browser; when it is
let go, its position goes into the URL.
"""

from collections.abc import Sequence
from os.path import commonprefix
from typing import NamedTuple

import streamlit as st

from tinygpt.ui import dials
from tinygpt.ui.beginning import beginning
from tinygpt.ui.dials import Dial, slider
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


_swap = st.components.v2.component(
    "tinygpt_drag",
    html="""
<div class="dials"></div>
<div class="drawing" role="img"></div>
<div class="words"><p class="room" aria-hidden="true"></p><p class="sentence" aria-live="polite"></p></div>
""",
    css=DRAWING
    + dials.CSS
    + """
:host, div, p, label, button { font-family: var(--st-font); color: var(--st-text-color); font-size: 1rem; }
.drawing { align-content: flex-start; }
[data-at] { cursor: pointer; }
[data-round] { cursor: grab; touch-action: none; }
.words { display: grid; max-width: 900px; margin: .75rem 0 0; line-height: 1.6; }
.words p { grid-area: 1 / 1; margin: 0; }
.room { visibility: hidden; }
.words p:empty { display: none; }
""",
    js=SAY
    + dials.JS
    + """
const PAUSE = 100;  // ms without another step before the server hears of it, so that held keys are one message
const known = new WeakMap();  // what each figure shows, so that a redraw by the server does not move it

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const drawing = find(".drawing"), sentence = find(".sentence"), { dials, pictures } = data;
  const whole = ([drawn]) => data.begins + drawn;
  const before = known.get(parentElement);
  const asked = dials.map((dial) => dial.asked);
  const moves = asked.map((times, n) => before && before.asked[n] !== times);  // the server asks for another position
  const at = dials.map((dial, n) => Math.min(before && !moves[n] ? before.at[n] : dial.at, dial.names.length - 1));
  known.set(parentElement, { asked, at });
  const show = () => {
    const picture = pictures[at.reduce((place, position, n) => place * dials[n].names.length + position, 0)];
    drawing.innerHTML = whole(picture);
    drawing.setAttribute("aria-label", picture[2] || picture[1]);
    if (picture[1]) say(sentence, data.before, picture[1]);
    else sentence.replaceChildren();
    showDials(at);
  };
  const turned = (n, position) => { at[n] = position; show(); };
  const left = () => {  // after the picture is painted: the page redraws itself for the news, and that takes time
    clearTimeout(drawing.later);
    drawing.later = setTimeout(() => setStateValue("at", [...known.get(parentElement).at]), PAUSE);
  };
  const showDials = setUp(dials, find(".dials"), turned, left);
  const slides = dials.findIndex((dial) => dial.kind === "slider");
  drawing.fit = () => {  // as high as the highest picture that a press of a button can bring: nothing below moves
    const side = dials.slice(slides + 1).reduce((all, dial) => all * dial.names.length, 1);  // pictures for each step
    const near = pictures.filter((_, place) =>
      slides < 0 || Math.floor(place / side) % dials[slides].names.length === at[slides]);
    const all = near.map((picture) => picture[0]).join(""), wide = drawing.clientWidth;
    if (near.length < 2 || (drawing.wide === wide && drawing.all === all)) return;
    drawing.style.minHeight = "";
    const heights = near.map((picture) => { drawing.innerHTML = whole(picture); return drawing.offsetHeight; });
    drawing.style.minHeight = `${Math.max(...heights)}px`;
    Object.assign(drawing, { wide, all });
    show();
  };
  drawing.watch ??= new ResizeObserver(() => drawing.fit());
  drawing.watch.observe(drawing);
  const longest = pictures.reduce((so, [, words]) => (words.length > so.length ? words : so), "");
  if (longest) say(find(".room"), data.before, longest);  // what is below does not move when a sentence is shorter
  drawing.onclick = (event) => {  // a part of a picture that stands for a position leads to it
    const to = event.target.closest("[data-at]");
    if (!to) return;
    turned(slides, +to.dataset.at);
    left();
  };
  const turn = (event) => {  // positions round a middle, counted from the right against the clock
    const grip = drawing.querySelector("[data-round]"), box = grip.ownerSVGElement.getBoundingClientRect();
    const [x, y] = grip.dataset.round.split(",").map(Number), all = dials[slides].names.length;
    const angle = Math.atan2(box.top + y * box.height - event.clientY, event.clientX - box.left - x * box.width);
    turned(slides, (Math.round((angle / (2 * Math.PI)) * all) + all) % all);
  };
  drawing.onpointerdown = (event) => {
    if (!event.target.closest("[data-round]")) return;
    event.preventDefault();
    drawing.setPointerCapture(event.pointerId);
    drawing.onpointermove = turn;
  };
  drawing.onpointerup = drawing.onpointercancel = () => {
    if (drawing.onpointermove) left();
    drawing.onpointermove = null;
  };
  show();
  drawing.fit();
  if (moves.includes(true)) setStateValue("at", [...at]);
}
""",
)


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
