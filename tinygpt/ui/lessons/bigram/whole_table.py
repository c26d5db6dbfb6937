"""The whole table of pairs as a picture in which a row is chosen without asking the server.

Press on a tile to choose its row and to read its pair; or type a letter, or use the arrow keys.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from tinygpt.plots.lessons.bigram_drawings import color_scale, table_image
from tinygpt.plots.look import PALETTE, color
from tinygpt.spelling import named, number, shown, thousands
from tinygpt.ui import frame
from tinygpt.ui.lessons.bigram.text import Counted

KEY = "table_row"  # the chosen row in a link

_table = st.components.v2.component(
    "tinygpt_table",
    html="""
<p class="row" aria-live="polite"></p>
<div class="table" tabindex="0" role="slider" aria-valuemin="0">
  <img alt=""><div class="mark guessed"></div><div class="mark chosen"></div><div class="mark cell"></div>
  <div class="labels"></div><span class="tag"></span>
</div>
<div class="scale" aria-hidden="true"></div>
""",
    css="""
:host, div, p, span { font-family: var(--st-font); color: var(--st-text-color); font-size: 1rem; }
p { margin: 0 0 .4rem; line-height: 1.45; min-height: 1.45em; }
.table { position: relative; touch-action: pan-y; cursor: pointer; }
.table:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 4px; }
img { position: absolute; image-rendering: pixelated; outline: 1px solid var(--rule); }
.mark { position: absolute; box-sizing: border-box; pointer-events: none; border-radius: 2px; }
.chosen { border: 2px solid var(--ink); }
.guessed { border: 2px dashed var(--ink); }
.cell { border: 3px solid var(--cell); }
.labels span, .tag { position: absolute; font-size: 12px; line-height: 12px; pointer-events: none; }
.labels span { font-family: "Source Code Pro", monospace; width: 12px; text-align: center; color: var(--muted); }
.labels span.on { font-weight: 700; color: var(--ink); font-size: 15px; }
.tag { font-weight: 600; font-size: 14px; white-space: nowrap; }
.scale { margin-top: .5rem; }
.scale svg { max-width: 100%; height: auto; }
""",
    js="""
const known = new WeakMap();  // the row that each figure shows, so that a redraw by the server does not move it
const LEAST = 13, LARGEST = 480, TAG = 84;  // px: between two labels, of the table, of the words beside it

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name), box = find(".table"), M = data.chars.length;
  const before = known.get(parentElement);
  const state = before && before.of === data.of ? before : { of: data.of, row: data.row, cell: null };
  known.set(parentElement, state);
  for (const [name, tone] of Object.entries(data.tones)) box.style.setProperty(`--${name}`, tone);
  find("img").src = data.url;
  find(".scale").innerHTML = data.scale;
  box.setAttribute("aria-label", data.label);
  box.setAttribute("aria-valuemax", M - 1);
  let side = 0, tile = 1, gutter = 0;

  const place = (part, left, top, width, height) => Object.assign(part.style, {
    left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
  });
  const lay = () => {  // everything has its place again, in a column of any width
    const room = box.parentElement?.clientWidth || parentElement.host?.clientWidth || box.clientWidth;
    const tag = room > LARGEST ? TAG : 0;
    gutter = 16;
    for (let n = 0; n < 2; n++) {  // labels stand in as many lines as they need
      side = Math.floor(Math.min(LARGEST, room - tag - gutter - 4));
      gutter = 4 + 11 * Math.ceil(LEAST / (side / M));
    }
    tile = side / M;
    box.style.width = `${side + gutter + tag}px`;
    box.style.height = `${side + gutter + 4}px`;
    place(find("img"), gutter, gutter, side, side);
    draw();
  };
  const draw = () => {
    const lines = Math.ceil(LEAST / tile), row = state.row, cell = state.cell ?? data.likeliest[row];
    place(find(".chosen"), gutter - 2, gutter + row * tile - 2, side + 4, tile + 4);
    find(".cell").style.display = cell === null ? "none" : "";
    if (cell !== null) place(find(".cell"), gutter + cell * tile - 3, gutter + row * tile - 3, tile + 6, tile + 6);
    const guessed = data.guessed;
    find(".guessed").style.display = find(".tag").style.display = guessed === null ? "none" : "";
    if (guessed !== null) {
      place(find(".guessed"), gutter - 2, gutter + guessed * tile - 2, side + 4, tile + 4);
      find(".tag").textContent = data.words.guess;
      place(find(".tag"), gutter + side + 8, gutter + guessed * tile - 2, TAG, 14);
      if (box.clientWidth < gutter + side + TAG) find(".tag").style.display = "none";
    }
    const labels = [];
    data.chars.forEach(([shown], i) => {
      const line = gutter - 13 - 11 * (i % lines);
      for (const [left, top, on] of [
        [line, gutter + (i + .5) * tile - 6, i === row], [gutter + (i + .5) * tile - 6, line, i === cell],
      ]) {
        const label = document.createElement("span");
        label.textContent = shown;
        label.classList.toggle("on", on);
        Object.assign(label.style, { left: `${left}px`, top: `${top}px` });
        labels.push(label);
      }
    });
    find(".labels").replaceChildren(...labels);
    const pair = state.cell === null ? null : data.counts[row][state.cell];
    const facts = pair === null ? null : {
      now: data.chars[row][1], next: data.chars[state.cell][1],
      times: String(pair).replace(/(?<=\\d)(?=(\\d{3})+$)/g, "\\u202f"), share: data.shares[row][state.cell].toFixed(4),
    };
    const said = facts ? data.words.pair.replace(/{(\\w+)}/g, (_, name) => facts[name]) : data.rows[row];
    find(".row").textContent = said;
    box.setAttribute("aria-valuenow", row);
    box.setAttribute("aria-valuetext", data.rows[row]);
  };
  const choose = (row, cell = null) => { Object.assign(state, { row, cell }); draw(); };
  const report = () => {
    clearTimeout(box.later);
    box.later = setTimeout(() => setStateValue("row", state.row), 150);
  };
  const at = (event) => {
    const frame = find("img").getBoundingClientRect();
    const place = (value) => Math.max(0, Math.min(M - 1, Math.floor(value / tile)));
    return [place(event.clientY - frame.top), place(event.clientX - frame.left)];
  };
  let held = false;
  box.onpointerdown = (event) => { held = true; choose(...at(event)); box.focus({ preventScroll: true }); };
  box.onpointermove = (event) => {
    const [row, cell] = at(event);
    if (held || (event.pointerType === "mouse" && row === state.row)) choose(row, cell);
  };
  box.onpointerup = box.onpointercancel = () => { if (held) report(); held = false; };
  box.onpointerleave = (event) => {
    if (held) report();
    held = false;
    if (event.pointerType === "mouse") choose(state.row);
  };
  box.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const typed = data.chars.findIndex(([, , raw]) => raw === event.key);
    if (event.ctrlKey || event.metaKey || event.altKey || (!step && typed < 0)) return;
    event.preventDefault();
    choose(step ? Math.max(0, Math.min(M - 1, state.row + step)) : typed);
    report();
  };
  lay();
  const watch = new ResizeObserver(lay);
  watch.observe(box.parentElement ?? parentElement.host);
  return () => watch.disconnect();
}
""",
)


def row_of_link(text: Counted, wanted: int) -> int:
    """The row that a link names, or the one that is `wanted`."""
    asked = st.query_params.get(KEY, "")
    return next((i for i, c in enumerate(text.chars) if named(c) == asked), wanted)


def whole_table(
    text: Counted, ids: Sequence[int], wanted: int, *, words: Mapping[str, str], alt: str, guessed: int | None
) -> int:
    """The rows and columns of `ids` as tiles, `wanted` chosen first, `guessed` marked; the id of the chosen row."""
    place = {i: n for n, i in enumerate(ids)}
    began = st.session_state.setdefault(f"{KEY} of {text.corpus.name}", row_of_link(text, wanted))
    start = place.get(began, place.get(wanted, 0))
    data = _data(text, ids, words) | {"row": start, "label": alt, "guessed": place.get(guessed) if guessed else None}
    state = _table(key=f"rows_{text.corpus.name}", data=data, default={"row": start}, on_row_change=lambda: None)
    chosen = ids[min(int(state.row), len(ids) - 1)]
    if chosen != began or KEY in st.query_params:
        st.query_params[KEY] = named(text.chars[chosen])
    return chosen


def _data(text: Counted, ids: Sequence[int], words: Mapping[str, str]) -> dict[str, Any]:
    """What the browser needs: the picture, the pairs behind its tiles, and a sentence a row."""
    mode = frame.mode()
    p, kept = PALETTE[mode], list(ids)
    P, counts = text.P[kept][:, kept], text.counts[kept][:, kept]
    return {
        "of": text.corpus.name, "url": table_image(P, mode, empty=counts == 0), "scale": color_scale(mode),
        "chars": [[shown(text.chars[i]), text.say(i), text.chars[i]] for i in ids],
        "counts": counts.int().tolist(), "shares": [[round(share, 5) for share in row] for row in P.tolist()],
        "likeliest": [int(row.argmax()) if row.any() else None for row in counts],
        "rows": [_sentence(text, i, words) for i in ids],
        "words": {"pair": words["pair"], "guess": words["guess"]},
        "tones": {"rule": p.rule, "muted": p.muted, "ink": p.ink, "cell": color("bigram", mode)},
    }  # fmt: skip


def _sentence(text: Counted, i: int, words: Mapping[str, str]) -> str:
    """What a row says first."""
    likely, values = text.top(i)
    pairs = int(text.counts[i].sum())
    if not pairs:
        return words["no_row"].format(character=text.say(i))
    listed = ", ".join(f"{text.say(j)} {number(p)}" for j, p in zip(likely, values, strict=True))
    return words["row"].format(character=text.say(i), likeliest=listed, pairs=thousands(pairs))
