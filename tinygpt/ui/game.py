"""Shannon's game as a figure: chips are laid on what may come next, and paid for beside what models pay.

All of it is played in the browser: lines, and what they cost the models, are computed by the core and sent once.
"""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from tinygpt.corpus import load_corpus
from tinygpt.lessons import tables
from tinygpt.lessons.guessing import CHIP, CHIPS, Game, games, price
from tinygpt.models import LanguageModel
from tinygpt.plots.look import PALETTE, color
from tinygpt.spelling import shown, spoken
from tinygpt.texts.keeping import kept
from tinygpt.tokenizer import CharTokenizer
from tinygpt.ui import frame, texts
from tinygpt.words.storyboard import find_scene

LINES = 12  # that a game has, before it begins anew
WORDS = ("type", "back", "reveal", "next", "again", "hand", "none_left", "unknown", "paid", "you", "board")

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
        const means = { mine: mean(state.costs) };
        data.opponents.forEach((opponent, n) => { means[opponent.key] = mean(game().paid[n]); });
        const better = data.opponents.filter((opponent) => means[opponent.key] <= means.mine).length;
        for (const name in means) means[name] = means[name].toFixed(2);
        state.said += " " + fill(data.ends[better], means);
      }
    }
    draw();
  };

  const bar = (label, value, tone, most) => {
    const name = document.createElement("div"), room = document.createElement("div");
    name.textContent = label;
    name.setAttribute("role", "listitem");
    const stripe = document.createElement("b");
    const share = value === null ? 0 : value / most;  // of the room that its number leaves
    stripe.style.cssText = `width: calc((100% - 3rem) * ${share}); background: ${tone}`;
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
    const most = Math.max(mean(state.costs) || 0, ...data.whole.map((one) => one[1]));
    bar(fill(words.you, { n: known }), known ? mean(state.costs) : null, data.tones.you, most);
    data.opponents.forEach(({ label, tone }, n) => {
      bar(label, known ? mean(game().paid[n].slice(0, known)) : null, tone, most);
    });
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


@kept
def drawn_games(corpus: str) -> list[Game]:
    """The lines of the hidden part of a text that are played. ValueError where the text is gone."""
    return games(load_corpus(corpus, folder=texts.folder()), LINES)


@kept
def pairs_of(corpus: str) -> LanguageModel:
    """The counted pairs of a text as a model, 1 added to every count, so that nothing is impossible."""
    text = load_corpus(corpus, folder=texts.folder())
    return tables.as_model(tables.probabilities(tables.pair_counts(text.train, text.tokenizer.vocab_size), 1))


@kept
def paid_by_pairs(corpus: str) -> list[tuple[float, ...]]:
    """What the counted pairs pay for each character of each line, in nats."""
    tokenizer = load_corpus(corpus, folder=texts.folder()).tokenizer
    return [price(game, pairs_of(corpus), tokenizer) for game in drawn_games(corpus)]


class Opponent(NamedTuple):
    """A model that guesses the same characters."""

    key: str  # by which the last sentence speaks of its mean
    label: str
    paid: Sequence[Sequence[float]]  # what it pays for each character of each game, in nats
    tone: str


class Whole(NamedTuple):
    """What a model pays on all of the hidden text, in nats per character."""

    label: str
    loss: float
    tone: str


def play(
    games: Sequence[Game], tokenizer: CharTokenizer, *, key: str, name: str, opponents: Sequence[Opponent],
    whole: Sequence[Whole], ends: Sequence[str],
) -> None:  # fmt: skip
    """The game. `name` is that of its text: a game that has begun goes on where another page, or a redraw, left it.

    `ends` are the last sentences: for a player whom no opponent beats, whom one of them beats, and so on.
    """
    mode, templates = frame.mode(), find_scene("big-guess").templates
    p, came = PALETTE[mode], color("bigram", mode)
    data = {
        "name": name, "chips": CHIPS, "chip": CHIP, "chars": [[shown(c), spoken(c), c] for c in tokenizer.chars],
        "games": [
            {
                "before": game.before, "asked": tokenizer.encode(game.asked),
                "paid": [list(opponent.paid[n]) for opponent in opponents],
            }
            for n, game in enumerate(games)
        ],
        "opponents": [{"key": opponent.key, "label": opponent.label, "tone": opponent.tone} for opponent in opponents],
        "whole": [list(one) for one in whole], "ends": list(ends),
        "words": {name: templates[f"game_{name}"] for name in WORDS},
        "tones": {
            "you": p.ink, "tile": p.tile, "muted": p.muted, "on": "#FFFFFF" if mode == "light" else p.paper,
            "came": p.paper, "came-edge": came,
        },
    }  # fmt: skip
    _game(key=key, data=data)
