"""What chooses among the pictures of a figure in the browser: a slider, a few buttons, or a switch.

They look as Streamlit's own, but turning one asks nobody (see drag.py). The position of a dial stands in the link under
its key, in the very words that a control of Streamlit would write there.
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


CSS = """
.dials { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: flex-end; margin-bottom: .75rem; }
.slider { flex: 1 0 100%; }
label { display: flex; gap: .5rem; align-items: baseline; font-size: .875rem; }
output { font-weight: 600; font-variant-numeric: tabular-nums; }
input { accent-color: var(--st-text-color); }
[type=range] { display: block; width: min(100%, 30rem); height: 1.75rem; margin: .25rem 0 0; }
:focus-visible, :focus-visible + span { outline: 2px solid var(--st-text-color); outline-offset: 2px; }
:is([type=radio], [type=checkbox]) { position: absolute; opacity: 0; width: 1px; height: 1px; margin: 0; }
.name { font-size: .875rem; }
.buttons .name { display: block; min-height: 1.5rem; margin-bottom: .25rem; }
.group { display: flex; flex-wrap: wrap; row-gap: .25rem; }
.group label { position: relative; margin-right: -1px; cursor: pointer; }
.group span {
  padding: .25rem 1rem; min-height: 2rem; box-sizing: border-box; line-height: 1.4rem;
  background: var(--st-background-color); border: 1px solid var(--st-border-color);
}
.group label:first-child span { border-radius: var(--st-button-radius) 0 0 var(--st-button-radius); }
.group label:last-child span { border-radius: 0 var(--st-button-radius) var(--st-button-radius) 0; }
.group span:hover { border-color: var(--st-primary-color); position: relative; }
.group :checked + span {
  position: relative; border-color: var(--st-primary-color); color: var(--st-primary-color);
  background: color-mix(in srgb, var(--st-primary-color) 10%, var(--st-background-color));
}
.switch { min-height: 2rem; display: flex; align-items: center; }
.switch label { position: relative; align-items: center; cursor: pointer; }
.track { flex: none; width: 2rem; height: 1rem; border-radius: 1rem; position: relative; }
.track { background: color-mix(in srgb, var(--st-text-color) 20%, transparent); }
.track::after {
  content: ""; position: absolute; inset: .125rem auto auto .125rem; width: .75rem; height: .75rem; border-radius: 50%;
  background: light-dark(#FCFBF8, #E9E6E0);
}
:checked + .track { background: var(--st-primary-color); }
:checked + .track::after { left: 1.125rem; }
.wrong { margin-left: auto; display: flex; gap: .75rem; align-items: center; visibility: hidden; }
.wrong.on { visibility: visible; }
.wrong strong { color: light-dark(#8F5410, #F2A65A); }
.wrong button {
  font: inherit; color: inherit; min-height: 2rem; padding: .25rem .75rem; cursor: pointer;
  background: var(--st-background-color); border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius);
}
.wrong button:hover { border-color: var(--st-primary-color); }
@media (prefers-reduced-motion: no-preference) { .track::after { transition: left .1s; } }
"""

# Stands before the script of a figure. `setUp` makes the dials, or finds them as it made them; it gives a function that
# shows all positions. `turned(n, position)` hears of every move of a dial, `left()` that a hand has left it.
JS = """
const make = (tag, more, ...inside) => {
  const element = Object.assign(document.createElement(tag), more);
  element.append(...inside);
  return element;
};

const KINDS = {  // each puts its parts into its place, and gives a function that shows a position
  slider(place, dial, hand) {
    const said = make("output"), range = make("input", { type: "range", min: 0, step: 1, ariaLabel: dial.label });
    range.max = dial.names.length - 1;
    range.oninput = () => hand.turned(+range.value);
    range.onchange = () => hand.left();
    place.append(make("label", {}, make("span", { className: "name", textContent: dial.label }), said), range);
    return (at) => {
      range.value = at;
      said.textContent = dial.names[at];
      range.setAttribute("aria-valuetext", dial.names[at]);
    };
  },
  buttons(place, dial, hand) {
    const radios = dial.names.map((_, at) => make("input", {
      type: "radio", name: dial.key, onchange: () => { hand.turned(at); hand.left(); },
    }));
    const group = make("div", { className: "group", role: "radiogroup", ariaLabel: dial.label });
    group.append(...radios.map((radio, at) => make("label", {}, radio, make("span", { textContent: dial.names[at] }))));
    place.append(make("span", { className: "name", textContent: dial.label, ariaHidden: true }), group);
    return (at) => { radios[at].checked = true; };
  },
  switch(place, dial, hand) {
    const box = make("input", { type: "checkbox", role: "switch" });
    box.onchange = () => { hand.turned(+box.checked); hand.left(); };
    place.append(make("label", {}, box, make("span", { className: "track" }), dial.label));
    return (at) => { box.checked = at === 1; };
  },
};

const setUp = (dials, row, turned, left) => {
  const places = dials.map((dial, n) => {
    const made = JSON.stringify([dial.kind, dial.key, dial.label, dial.names]);
    let place = row.querySelector(`[data-dial="${n}"]`);
    if (place?.made !== made) {
      const now = make("div", { className: dial.kind, made });
      now.dataset.dial = n;
      now.shows = KINDS[dial.kind](now, dial, now);
      place ? place.replaceWith(now) : row.append(now);
      place = now;
    }
    place.turned = (at) => turned(n, at);
    place.left = left;
    return place;
  });
  const mistakes = dials.flatMap((dial, n) => (dial.right === null ? [] : [[n, dial.right]]));
  const put = make("button", { type: "button", textContent: "Put it right" });
  const wrong = make("div", { className: "wrong" }, make("strong", { textContent: "wrong on purpose" }), put);
  row.querySelector(".wrong")?.remove();
  if (mistakes.length) row.append(wrong);
  put.onclick = () => {
    mistakes.forEach(([n, right]) => turned(n, right));
    places[mistakes[0][0]].querySelector("input:checked, input").focus();  // the button goes
    left();
  };
  return (at) => {
    places.forEach((place, n) => place.shows(at[n]));
    wrong.classList.toggle("on", mistakes.some(([n, right]) => at[n] !== right));
  };
};
"""
