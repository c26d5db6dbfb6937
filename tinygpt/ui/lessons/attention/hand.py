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
from tinygpt.ui.frame import IN_THE_PICTURE, SAY

WHOLE = 1_000  # thousandths: all weight, here and in the browser
SHADES = 51  # colors of a tile, from a weight of 0 to 1


class Rival(NamedTuple):
    """Somebody else who guesses: their name, what the real next letter costs them here, and on hidden text."""

    name: str
    here: float | None  # None: it is the student, and follows the handles
    hidden: float | None


_hand = st.components.v2.component(
    "tinygpt_hand",
    html="""
<div class="letters" role="group"></div>
<div class="below"><div class="guesses" role="img"></div><table><thead></thead><tbody></tbody></table></div>
<p class="sentence" aria-live="polite"></p>
""",
    css="""
:host, div, p, label, table, button { font-family: var(--st-font); color: var(--st-text-color); font-size: 1rem; }
.letters { display: flex; flex-wrap: wrap; gap: .25rem; align-items: flex-start; margin-bottom: 1rem; }
.letters label { display: flex; flex-direction: column; align-items: center; }
.letters label { width: min(3.2rem, 11%); min-width: 1.6rem; }
.tile { width: 100%; line-height: 2.4rem; text-align: center; font-size: 1.15rem; }
.tile { border-radius: 2px; border: 2px solid transparent; box-sizing: border-box; }
.tile.blank { border: 2px dashed currentColor; }
input { writing-mode: vertical-lr; direction: rtl; width: 1.75rem; height: 8rem; margin: .4rem 0; touch-action: none; }
input { accent-color: var(--st-text-color); }
input:focus-visible, button:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 2px; }
output { font-size: .875rem; font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) { output { font-size: .7rem; } }
button { background: none; border: 1px solid currentColor; border-radius: .5rem; cursor: pointer; }
button { padding: .45rem .75rem; margin-left: .75rem; }
.below { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; align-items: flex-start; }
.guesses { flex: 1 1 15rem; min-width: 0; }
.guess { display: flex; align-items: center; gap: .5rem; line-height: 1.9rem; font-variant-numeric: tabular-nums; }
.guess span { width: 1.7rem; text-align: center; box-sizing: border-box; }
.guess span { border-radius: 2px; border: 2px solid transparent; }
.guess i { display: block; height: 1.1rem; border-radius: 2px; }
.guess.true span { border-color: currentColor; font-weight: 700; }
table { flex: 1 1 19rem; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { font-weight: 400; text-align: left; padding: .3rem .5rem .3rem 0; }
td, thead th + th { text-align: right; padding: .3rem 0 .3rem .5rem; }
tr.own { font-weight: 700; }
tr.own th { font-weight: 700; }
tbody tr { border-top: 1px solid rgb(127 127 127 / .35); }
.sentence { max-width: 900px; margin: .75rem 0 0; line-height: 1.6; }
""",
    js=SAY
    + """
const WHOLE = 1000, STEP = 10;  // thousandths: all weight, and by how much an arrow key moves a handle
const PAUSE = 100, BARS = 5;  // ms without another step before the server hears of it; guesses that are drawn
const known = new WeakMap();  // the weights of each figure, so that a redraw by the server does not move them

// All weights in thousandths after handle `i` was moved to `to`: the others give way in their proportion.
function shared(weights, i, to) {
  const others = weights.map((w, j) => (j === i ? 0 : w)), sum = others.reduce((a, b) => a + b, 0);
  const rest = WHOLE - to, even = rest / (weights.length - 1);
  const exact = others.map((w, j) => (j === i ? to : sum ? (rest * w) / sum : even)), whole = exact.map(Math.floor);
  const last = exact.map((w, j) => [w - whole[j], j]).filter(([, j]) => j !== i).sort((a, b) => b[0] - a[0]);
  const missing = WHOLE - whole.reduce((a, b) => a + b, 0);
  last.slice(0, missing).forEach(([, j]) => { whole[j]++; });
  return whole;
}

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const made = (tag, words = "", name = "") =>
    Object.assign(document.createElement(tag), { textContent: words, className: name });
  const letters = find(".letters"), before = known.get(parentElement);
  let weights = before && before.of === data.of ? before.weights : data.weights, later;
  letters.setAttribute("aria-label", data.label);
  letters.replaceChildren();
  const parts = data.letters.map(([glyph, name], i) => {
    const label = made("label"), tile = made("div", glyph, "tile"), input = made("input"), output = made("output");
    Object.assign(input, { type: "range", min: 0, max: WHOLE, step: STEP });
    input.setAttribute("aria-label", name);
    input.oninput = () => { weights = shared(weights, i, +input.value); show(); };
    input.onchange = () => {
      clearTimeout(later);
      later = setTimeout(() => setStateValue("weights", weights), PAUSE);
    };
    tile.style.fontFamily = data.mono;
    label.append(tile, input, output);
    letters.append(label);
    return { tile, input, output };
  });
  const blank = made("label"), even = made("button", data.even);
  even.onclick = () => {
    weights = data.evenly;
    show();
    setStateValue("weights", weights);
  };
  blank.append(made("div", "?", "tile blank"));
  letters.append(blank, even);
  const rows = data.rivals.map(([name, here, hidden], n) => {
    const row = made("tr", "", here === null ? "own" : ""), head = made("th", name);
    head.scope = "row";
    row.append(head, made("td", here === null ? "" : here), made("td", hidden));
    return row;
  });
  find("tbody").replaceChildren(...rows);
  find("thead").replaceChildren(...data.heads.map((words) => Object.assign(made("th", words), { scope: "col" })));

  const show = () => {
    parts.forEach(({ tile, input, output }, i) => {
      const share = weights[i] / WHOLE, [ground, ink] = data.shades[Math.round(share * (data.shades.length - 1))];
      input.value = weights[i];
      output.textContent = share.toFixed(3).replace(/0$/, "");
      input.setAttribute("aria-valuetext", share.toFixed(2));
      Object.assign(tile.style, { background: ground, color: ink });
    });
    const guess = data.symbols.map((_, c) => weights.reduce((sum, w, i) => sum + (w / WHOLE) * data.shares[i][c], 0));
    const order = guess.map((p, c) => [p, c]).sort((a, b) => b[0] - a[0] || a[1] - b[1]).map(([, c]) => c);
    const shown = order.slice(0, BARS);
    if (!shown.includes(data.next)) shown[BARS - 1] = data.next;
    find(".guesses").replaceChildren(made("div", data.guesses), ...shown.map((c) => {
      const line = made("div", "", c === data.next ? "guess true" : "guess");
      const name = made("span", data.symbols[c]), bar = made("i"), long = 55 * Math.min(1, guess[c] / data.most);
      name.style.fontFamily = data.mono;
      Object.assign(bar.style, { width: `${Math.max(1, long)}%`, background: data.bar });
      line.append(name, bar, guess[c].toFixed(2));
      return line;
    }));
    const p = guess[data.next], loss = p > 0 ? (-Math.log(p)).toFixed(2) : "\\u221e";
    rows[0].children[1].textContent = loss;
    const said = data.sentence.replaceAll("{share}", p.toFixed(4)).replaceAll("{loss}", loss);
    find(".guesses").setAttribute("aria-label", said);
    say(find(".sentence"), data.before, said);
    known.set(parentElement, { of: data.of, weights });
  };
  show();
}
""",
)


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
