"""The scene of lesson 2 in which the student is the model: lay chips on the next character of a hidden line, and pay.

The whole game is played in the browser: lines and their price for the pairs are computed by the core and sent once.
"""

import math
from functools import lru_cache
from typing import Any

import streamlit as st

from tinygpt.lessons import tables
from tinygpt.lessons.guessing import CHIP, CHIPS, Game, cost, games, laid
from tinygpt.lessons.measured import CORPUS, result
from tinygpt.plots.look import PALETTE, color
from tinygpt.spelling import shown
from tinygpt.ui import frame
from tinygpt.ui.lessons.bigram.text import Counted, counted_text
from tinygpt.ui.scene import Showing, explain, scene, under_picture
from tinygpt.words.storyboard import Facts, Scene

LINES = 12  # that a game has, before it begins anew
SHANNON = (0.6, 1.3)  # bits per letter: his bounds for people who know 100 letters ("Prediction and Entropy", 1951)
WORDS = (  # templates that the browser fills in
    "type", "back", "reveal", "next", "again", "hand", "none_left", "unknown", "paid", "won", "lost", "you", "pairs",
    "board",
)  # fmt: skip

_game = st.components.v2.component(
    "tinygpt_guess",
    html="""
<div class="game">
<p class="line"><span class="before"></span><span class="done"></span><span class="gap">?</span></p>
<div class="row">
  <label><span class="type"></span> <input autocomplete="off" autocapitalize="none" spellcheck="false"></label>
  <button class="back" type="button"></button>
  <button class="turn" type="button"></button>
</div>
<p class="hand" aria-live="polite"></p>
<div class="board" role="group"></div>
<p class="paid" aria-live="polite"></p>
<div class="means" role="list"></div>
</div>
""",
    css="""
:host, div, p, label, button, input { font-family: var(--st-font); color: var(--st-text-color); font-size: 1rem; }
p { margin: 0 0 .5rem; line-height: 1.5; }
.line { font-family: "Source Code Pro", monospace; font-size: 1.15rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.line { min-height: 1.8em; }
.done { font-weight: 700; }
.gap { border: 2px solid var(--st-text-color); border-radius: 4px; padding: 0 .3em; margin-left: 1px; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-bottom: .5rem; }
input, button {
  border: 1px solid var(--muted); border-radius: 6px; background: var(--st-background-color); min-height: 2.5rem;
}
input { width: 3.5rem; text-align: center; font-family: "Source Code Pro", monospace; }
button { cursor: pointer; padding: 0 .8rem; }
button.turn { background: var(--st-primary-color); color: var(--on); border-color: var(--st-primary-color); }
button.turn { font-weight: 600; min-width: 9rem; }
button[disabled] { opacity: .5; cursor: default; }
button:focus-visible, input:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 2px; }
.board { display: grid; grid-template-columns: repeat(auto-fill, minmax(34px, 1fr)); gap: 3px; margin-bottom: .6rem; }
.board button {
  padding: 0; min-height: 42px; display: flex; flex-direction: column; align-items: center; justify-content: center;
  font-family: "Source Code Pro", monospace; line-height: 1.15; background: var(--tile); border: 2px solid transparent;
}
.board button small { font: 600 .75rem var(--st-font); color: var(--st-text-color); }
.board button.laid { border-color: var(--st-text-color); }
.board button.came { background: var(--came); border-color: var(--came-edge); }
.hand, .paid { min-height: 1.5em; }
.paid { font-weight: 600; }
.means { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .15rem .7rem; font-size: .9rem; }
.means > * { font-size: .875rem; }
.means b { display: block; height: 1.05rem; border-radius: 2px; float: left; margin-right: .5rem; }
""",
    js="""
const games = new Map();  // how far each text's game is, so that no redraw by the server throws it away

const fill = (template, facts) => template.replace(/{(\\w+)}/g, (_, name) => facts[name]);
const figures = (p) => p >= 0.1 ? p.toFixed(3) : p.toPrecision(3);
const mean = (costs) => costs.reduce((sum, one) => sum + one, 0) / costs.length;

export default function ({ data, parentElement }) {
  const find = (name) => parentElement.querySelector(name), words = data.words;
  if (!games.has(data.name)) games.set(data.name, { line: 0, costs: [], laid: [], said: "", seen: false });
  const state = games.get(data.name), V = data.chars.length;
  const game = () => data.games[state.line % data.games.length];
  const round = () => state.costs.length - (state.seen ? 1 : 0);  // the place of the character that is asked for
  const over = () => state.seen && state.costs.length === game().asked.length;
  const chance = (i) => state.laid.filter((j) => j === i).length * data.chip + (1 - state.laid.length * data.chip) / V;
  const ids = new Map(data.chars.map(([, , raw], i) => [raw, i]));

  const lay = (i) => {
    if (state.seen) turn();
    if (state.laid.length === data.chips) state.said = words.none_left;
    else { state.laid.push(i); state.said = ""; }
    draw();
  };
  const takeBack = (i) => {
    if (state.seen) return;
    const at = i === undefined ? state.laid.length - 1 : state.laid.lastIndexOf(i);
    if (at >= 0) state.laid.splice(at, 1);
    state.said = "";
    draw();
  };
  const turn = () => {  // reveal the character, go on to the next one, or to another line
    if (over()) Object.assign(state, { line: state.line + 1, costs: [], laid: [], said: "", seen: false });
    else if (state.seen) Object.assign(state, { laid: [], said: "", seen: false });
    else {
      const came = game().asked[round()], p = chance(came);
      state.costs.push(-Math.log(p));
      state.seen = true;
      const facts = { char: data.chars[came][1], given: figures(p), cost: (-Math.log(p)).toFixed(2) };
      state.said = fill(words.paid, facts);
      if (over()) {
        const mine = mean(state.costs), pairs = mean(game().pairs);
        const means = { mine: mine.toFixed(2), pairs: pairs.toFixed(2) };
        state.said += " " + fill(mine < pairs ? words.won : words.lost, means);
      }
    }
    draw();
  };

  const bar = (label, value, tone, most) => {
    const name = document.createElement("div"), room = document.createElement("div");
    name.textContent = label;
    name.setAttribute("role", "listitem");
    const stripe = document.createElement("b");
    stripe.style.cssText = `width: ${value === null ? 0 : 78 * value / most}%; background: ${tone}`;
    room.append(stripe, value === null ? "\\u2013" : value.toFixed(2));
    find(".means").append(name, room);
  };

  const draw = () => {
    const at = round(), asked = game().asked, known = state.costs.length;
    const written = (text) => text.replaceAll("\\n", "\\u00b6");
    find(".before").textContent = written(game().before);
    find(".done").textContent = written(asked.slice(0, known).map((c) => data.chars[c][2]).join(""));
    find(".gap").hidden = state.seen;
    find(".type").textContent = words.type;
    const left = data.chips - state.laid.length, rest = figures((1 - state.laid.length * data.chip) / V);
    find(".hand").textContent = fill(words.hand, { left, all: data.chips, rest, round: at + 1, rounds: asked.length });
    find(".back").textContent = words.back;
    find(".back").disabled = state.seen || !state.laid.length;
    find(".turn").textContent = over() ? words.again : state.seen ? words.next : words.reveal;
    find(".paid").textContent = state.said;
    [...find(".board").children].forEach((tile, i) => {
      const n = state.laid.filter((j) => j === i).length;
      tile.lastChild.textContent = n ? `${n * 10}%` : "";
      tile.classList.toggle("laid", n > 0);
      tile.classList.toggle("came", state.seen && asked[at] === i);
      tile.setAttribute("aria-label", `${data.chars[i][1]}, ${n * 10}%`);
    });
    find(".means").replaceChildren();
    const most = Math.max(data.even, mean(state.costs) || 0, ...data.whole.map((one) => one[1]));
    bar(fill(words.you, { n: known }), known ? mean(state.costs) : null, data.tones.you, most);
    bar(fill(words.pairs, { n: known }), known ? mean(game().pairs.slice(0, known)) : null, data.tones.pairs, most);
    for (const [label, value, tone] of data.whole) bar(label, value, tone, most);
  };

  for (const [name, tone] of Object.entries(data.tones)) find(".game").style.setProperty(`--${name}`, tone);
  const board = find(".board");
  if (board.dataset.of !== data.name) {
    board.dataset.of = data.name;
    board.replaceChildren(...data.chars.map(([shown]) => {
      const tile = document.createElement("button");
      tile.type = "button";
      tile.append(shown, document.createElement("small"));
      return tile;
    }));
  }
  board.setAttribute("aria-label", words.board);
  [...board.children].forEach((tile, i) => {
    tile.onclick = () => lay(i);
    tile.onkeydown = (event) => { if (event.key === "Backspace" || event.key === "Delete") takeBack(i); };
  });
  find(".back").onclick = () => takeBack();
  find(".turn").onclick = turn;
  const box = find("input");
  box.oninput = () => {
    const typed = Array.from(box.value);
    box.value = "";
    for (const c of typed) {
      if (ids.has(c)) lay(ids.get(c));
      else { state.said = fill(words.unknown, { char: c }); draw(); }
    }
  };
  box.onkeydown = (event) => {
    if (event.key === "Enter") turn();
    else if (event.key === "Backspace" && !box.value) takeBack();
  };
  draw();
}
""",
)


@scene("big-guess", code=[laid, cost])
def be_the_model(scene: Scene, text: Counted) -> Showing:
    """Ten characters of a line that nobody has seen: the student's price beside that of the pairs."""
    facts = _facts(text)
    yield facts
    _game(key="guess", data=_data(scene, text, facts))
    under_picture(scene, facts, "caption" if text.corpus.name == CORPUS else "caption_other")
    explain(scene, facts)


def _facts(text: Counted) -> Facts:
    sure, wrong = laid(CHIPS, CHIPS, text.V), laid(0, CHIPS, text.V)
    return {
        "V": text.V, "even": math.log(text.V), "even_p": 1 / text.V, "chips": CHIPS, "wrong_p": wrong,
        "wrong": cost(wrong), "sure_p": sure, "sure": cost(sure), "pairs": tables.loss(text.smoothed, text.hidden),
        "head": result("one-head").val_loss, "low": SHANNON[0] * math.log(2), "high": SHANNON[1] * math.log(2),
        "low_bits": SHANNON[0], "high_bits": SHANNON[1],
    }  # fmt: skip


@lru_cache(maxsize=16)
def _games(corpus: str) -> list[Game]:
    text = counted_text(corpus)
    return games(text.corpus, text.smoothed, LINES)


def _data(scene: Scene, text: Counted, facts: Facts) -> dict[str, Any]:
    """What the browser needs to play: characters, lines, prices, words, colors."""
    mode = frame.mode()
    p, encode = PALETTE[mode], text.corpus.tokenizer.encode
    drawn = _games(text.corpus.name)
    played = [{"before": game.before, "asked": encode(game.asked), "pairs": game.pairs} for game in drawn]
    whole = [("pairs", "bigram"), ("head", "head"), ("even", "count")]
    return {
        "name": text.corpus.name, "games": played, "chips": CHIPS, "chip": CHIP, "even": facts["even"],
        "chars": [[shown(c), text.say(i), c] for i, c in enumerate(text.chars)],
        "whole": [[scene.templates[f"whole_{name}"], facts[name], color(role, mode)] for name, role in whole],
        "words": {name: scene.templates[f"game_{name}"] for name in WORDS},
        "tones": {
            "you": p.ink, "pairs": color("bigram", mode), "tile": p.tile, "muted": p.muted,
            "on": "#FFFFFF" if mode == "light" else p.paper, "came": p.paper, "came-edge": color("bigram", mode),
        },
    }  # fmt: skip
