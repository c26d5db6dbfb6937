"""Lesson 3: every allowed score is a handle. Weights, sums and the averaged point follow in the browser.

The browser does the softmax of what is on the screen; what is written beside it comes from the core, once the handle
is let go. A browser test holds both to the same numbers.
"""

import re
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from tinygpt.averaging import mean_by_tril, score_for_share, weights_of
from tinygpt.plots.drawing import shade
from tinygpt.plots.lessons import averaging as figures
from tinygpt.plots.look import PALETTE, color
from tinygpt.spelling import spoken
from tinygpt.ui import frame
from tinygpt.ui.beginning import beginning
from tinygpt.ui.lessons.averaging.loop import FIRST_EIGHT, ROW_NAMES, T
from tinygpt.ui.scene import Showing, explain, scene
from tinygpt.words.storyboard import Facts, Scene

KEY = "scores"  # in the link: 5.3=4.6,7.1=-2 is a score of 4.6 in row 5 at position 3, and so on; the others are 0
LIMIT = 10  # a score lies between -LIMIT and LIMIT
COPIES, NINETY, NEAR = 0.99, 0.9, 0.005  # so much weight is a copy; what is asked for; and how nearly

_handles = st.components.v2.component(
    "tinygpt_scores",
    html="""
<div class="both">
  <div class="left"><div class="grid" role="group"></div><button type="button"></button></div>
  <div class="right" role="img"></div>
</div>
<p class="sentence" aria-live="polite"></p>
<ul></ul>
""",
    css="""
:host, div, p, li, button { font-family: var(--st-font); color: var(--st-text-color); font-size: 1rem; }
.both { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: flex-start; }
.left { width: min(100%, 440px); }
.grid { display: grid; grid-template-columns: 2.2rem repeat(8, minmax(0, 1fr)) 2.6rem; gap: 2px; }
.grid > * { display: flex; flex-direction: column; align-items: center; justify-content: center; height: 40px; }
.grid > .head { font-family: var(--st-code-font); font-size: 14px; height: 22px; white-space: pre; }
.grid > .side { font-family: var(--st-code-font); font-size: 14px; white-space: pre; }
.grid > .sum { font-size: 14px; font-variant-numeric: tabular-nums; }
.grid > .on { font-weight: 700; }
.grid > .future { font-size: 14px; opacity: .8; }
[role=slider] { border-radius: 3px; cursor: ns-resize; touch-action: none; user-select: none; line-height: 1.15; }
[role=slider]:focus-visible, [role=slider].here { outline: 2.5px solid var(--st-text-color); outline-offset: -1px; }
[role=slider] b { font-size: 15px; color: inherit; }
[role=slider] span { font-size: 12px; color: inherit; font-variant-numeric: tabular-nums; }
.right { width: min(100%, 278px); }
.right svg { width: 100%; height: auto; display: block; }
button { margin-top: .5rem; padding: .15rem .8rem; font-size: .875rem; border-radius: 6px; cursor: pointer; }
button { background: none; border: 1px solid; }
.sentence { margin: .6rem 0 .4rem; line-height: 1.5; }
ul { list-style: none; margin: 0; padding: 0; }
li { line-height: 1.55; }
li::before { content: "\\2610\\2002"; }
li.done::before { content: "\\2611\\2002"; font-weight: 700; }
@media (max-width: 640px) {
  .grid { grid-template-columns: 1.8rem repeat(8, minmax(0, 1fr)) 2rem; }
  [role=slider] b { font-size: 13px; } .grid > .future { font-size: 13px; }
}
""",
    js=frame.SAY
    + """
const PAUSE = 150;  // ms without another key before the server hears of it
const known = new WeakMap();  // the scores of each figure, so that a redraw by the server does not move them
const MINUS = "\\u2212";
const written = (value, digits) => {
  const size = Math.abs(value), places = size * 10 ** digits;  // 0.125 is 0.12 in two digits, as Python writes it
  const text = (places % 1 === 0.5 ? (2 * Math.round(places / 2)) / 10 ** digits : size).toFixed(digits);
  const [whole, rest] = text.split(".");
  const spaced = whole.replace(/\\B(?=(\\d{3})+$)/g, "\\u202f") + (rest ? "." + rest : "");
  return (value < 0 && +text ? MINUS : "") + spaced;
};
const copy = (rows) => rows.map((row) => [...row]);
const fill = (template, facts) => template.replace(/{(\\w+)}/g, (all, name) => facts[name] ?? all);

function softmax(scores) {  // as torch does it: the largest score is subtracted first
  const most = Math.max(...scores), powers = scores.map((score) => Math.exp(score - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}

export default function ({ data, parentElement, setStateValue }) {
  const now = known.get(parentElement) ?? { done: new Set(), typed: "" };
  const find = (name) => parentElement.querySelector(name), grid = find(".grid");
  const isNew = now.asked !== data.asked;  // the page asks for other scores than it did
  const isMoved = isNew && known.has(parentElement);
  if (isNew) Object.assign(now, { scores: copy(data.scores), at: [...data.start] });
  Object.assign(now, { asked: data.asked, data, setStateValue });
  known.set(parentElement, now);
  if (!grid.children.length) now.show = build(now, find, grid);  // once: a handle that is held stays held
  find("button").textContent = data.reset;
  if (now.plane !== data.plane) find(".right").innerHTML = now.plane = data.plane;
  now.show();
  if (isMoved) setStateValue("chosen", { scores: copy(now.scores), at: [...now.at] });
}

function build(now, find, grid) {
  const T = now.data.names.length, cells = new Map(), sums = [], sides = [];
  const report = (pause) => {
    clearTimeout(now.later);
    now.later = setTimeout(() => now.setStateValue("chosen", { scores: copy(now.scores), at: [...now.at] }), pause);
  };
  const put = (name, text) => {
    const cell = document.createElement("div");
    cell.className = name;
    cell.textContent = text;
    grid.append(cell);
    return cell;
  };
  grid.setAttribute("aria-label", now.data.label);
  put("head", "");
  now.data.names.forEach((name) => put("head", name));
  put("head", now.data.sum);
  for (let t = 0; t < T; t++) {
    sides.push(put("side", now.data.names[t]));
    for (let i = 0; i < T; i++) {
      if (i > t) { put("future", MINUS + "\\u221e"); continue; }
      const cell = put("", "");
      cell.append(document.createElement("b"), document.createElement("span"));
      cell.setAttribute("role", "slider");
      cell.setAttribute("aria-valuemin", -now.data.limit);
      cell.setAttribute("aria-valuemax", now.data.limit);
      cell.setAttribute("aria-label", fill(now.data.cell, { t, column: i }));
      cells.set(t + " " + i, cell);
      listen(cell, t, i);
    }
    sums.push(put("sum", ""));
  }
  find("ul").replaceChildren(...now.data.tasks.map(() => document.createElement("li")));
  find("button").onclick = () => {
    now.scores = now.scores.map((row) => row.map(() => 0));
    now.typed = "";
    show();
    report(0);
  };

  function choose(t, i) {
    if (now.at[0] !== t || now.at[1] !== i) now.typed = "";
    now.at = [t, i];
    show();
  }
  function set(t, i, score) {
    now.scores[t][i] = Math.round(10 * Math.max(-now.data.limit, Math.min(now.data.limit, score))) / 10 || 0;
    choose(t, i);
  }
  function listen(cell, t, i) {
    let from = null;
    cell.onpointerdown = (event) => {
      event.preventDefault();
      cell.setPointerCapture(event.pointerId);
      cell.focus({ preventScroll: true });
      from = { y: event.clientY, score: now.scores[t][i] };
      choose(t, i);
    };
    cell.onpointermove = (event) => { if (from) set(t, i, from.score + (from.y - event.clientY) / 12); };
    cell.onpointerup = cell.onpointercancel = () => { if (from) report(0); from = null; };
    cell.onfocus = () => choose(t, i);
    cell.onkeydown = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowUp: 0.1, ArrowDown: -0.1, PageUp: 1, PageDown: -1 }[event.key];
      const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) set(t, i, now.scores[t][i] + step), now.typed = "";
      else if (event.key === "Home" || event.key === "Delete") set(t, i, 0), now.typed = "";
      else if (move) return event.preventDefault(), walk(t, i, move);
      else if (/^[-0-9.,]$/.test(event.key) || event.key === "Backspace") type(t, i, event.key);
      else return;
      event.preventDefault();
      report(PAUSE);
    };
  }
  function type(t, i, key) {
    now.typed = key === "Backspace" ? now.typed.slice(0, -1) : now.typed + key.replace(",", ".");
    const score = now.typed === "" || now.typed === "-" ? 0 : Number(now.typed);
    if (Number.isFinite(score)) set(t, i, score);
    else now.typed = now.typed.slice(0, -1);
  }
  function walk(t, i, move) {  // through the row, then into the next one
    const order = [...cells.keys()], next = order[order.indexOf(t + " " + i) + move];
    if (next) cells.get(next).focus();
  }

  function show() {
    const [row, column] = now.at;
    for (let t = 0; t < T; t++) {
      const weights = softmax(now.scores[t].slice(0, t + 1));
      sides[t].classList.toggle("on", t === row);
      sums[t].textContent = written(weights.reduce((a, b) => a + b), 2);
      weights.forEach((weight, i) => {
        const cell = cells.get(t + " " + i), score = now.scores[t][i], here = t === row && i === column;
        const [tile, ink] = now.data.shades[Math.round(100 * weight)];
        cell.style.background = tile;
        cell.style.color = ink;
        cell.firstChild.textContent = written(score, score % 1 ? 1 : 0);
        cell.lastChild.textContent = written(weight, 2);
        cell.classList.toggle("here", here);
        cell.tabIndex = here ? 0 : -1;
        cell.setAttribute("aria-valuenow", score);
        const said = { score: written(score, 1), share: written(weight, 3) };
        cell.setAttribute("aria-valuetext", fill(now.data.value, said));
      });
      if (t === row) follow(t, column, weights);
    }
    judge();
  }
  function follow(t, i, weights) {  // the row's point in the plane, and the sentence
    const mean = (points) => [0, 1].map((c) => weights.reduce((sum, weight, j) => sum + weight * points[j][c], 0));
    const [x, y] = mean(now.data.spots), [a, b] = mean(now.data.points), [ex, ey] = now.data.equal[t];
    const lines = weights.map((weight, j) => [weight, ...now.data.spots[j]]).map(([weight, left, top]) =>
      `<line x1="${left}" y1="${top}" x2="${x}" y2="${y}" stroke-width="${0.4 + 7 * weight}"
        stroke="${now.data.tones.line}" stroke-linecap="round"/>`);
    const box = `width="16" height="16" rx="2" stroke="${now.data.tones.ink}" stroke-width="2"`;
    find(".lines").innerHTML = lines.join("");
    find(".means").innerHTML = `<rect x="${ex - 8}" y="${ey - 8}" ${box} fill="none" stroke-dasharray="4 3"/>
      <rect x="${x - 8}" y="${y - 8}" ${box} fill="${now.data.tones.mean}"/>`;
    const score = now.scores[t][i], total = now.scores[t].slice(0, t + 1).reduce((sum, s) => sum + Math.exp(s), 0);
    const said = fill(now.data.sentence, {
      t, column: i, looker: now.data.spoken[t], looked_at: now.data.spoken[i], score: written(score, 1),
      power: written(Math.exp(score), 2), total: written(total, 2), share: written(weights[i], 3),
      mean_0: written(a, 4), mean_1: written(b, 4),
    });
    say(find(".sentence"), now.data.before, said);
    find(".right").setAttribute("aria-label", said);
  }
  function judge() {
    now.data.tasks.forEach((task, n) => {
      const scores = now.scores[task.row].slice(0, task.row + 1), weights = softmax(scores);
      const share = task.wanted.reduce((sum, i) => sum + weights[i], 0);
      const alone = !task.alone || scores.every((score, i) => task.wanted.includes(i) || !score);
      if (alone && share >= task.least && share <= task.most) now.done.add(n);
      const line = find("ul").children[n], done = now.done.has(n);
      const said = task.ask + (done ? "\\u2002" + task.done : "");
      line.classList.toggle("done", done);
      if (line.textContent !== said) line.textContent = said;
    });
  }
  return show;
}
""",
)


@scene("avg-scores", code=[weights_of, score_for_share])
def chosen_scores(scene: Scene, x: Tensor) -> Showing:
    """Scores to be dragged, and three tasks."""
    last = T - 1
    yield {
        "all": T, "last": last, "others": last, "equal": 1 / T, "twice": 2 / T,
        "right": float(weights_of(torch.eye(T))[last, last]),
    }  # fmt: skip
    scores, t, i = _drag_scores(scene, x[0])
    weights = weights_of(scores)
    facts = {
        "t": t, "column": i, "score": float(scores[t, i]), "total": float(scores[t, : t + 1].exp().sum()),
        "share": float(weights[t, i]),
    }  # fmt: skip
    rows = {"row": ROW_NAMES, **{f"column {ROW_NAMES[i]}": weights[:, i].tolist() for i in range(T)}}
    explain(scene, facts, lambda: rows)


def _drag_scores(scene: Scene, points: Tensor) -> tuple[Tensor, int, int]:
    """The matrix whose cells are handles; its scores (T, T) as they were let go last, row and place of the chosen."""
    asked, times, just_now = beginning(KEY, "chosen_scores", st.query_params.get(KEY, ""))
    begin = read_scores(asked)
    changed = begin.nonzero().tolist()
    start = changed[-1] if changed else [T - 1, T - 1]
    first: dict[str, Any] = {"scores": begin.tolist(), "at": start}
    state = _handles(
        key="chosen_scores",
        data={"scores": first["scores"], "start": start, "asked": times, **_words(scene), **_plane(points)},
        default={"chosen": first},
        on_chosen_change=lambda: None,
    )
    now = first if just_now else state.chosen
    scores = torch.tensor(now["scores"], dtype=torch.float32).clamp(-LIMIT, LIMIT)
    if (link := link_of(scores)) or KEY in st.query_params:
        st.query_params[KEY] = link
    t, i = now["at"]
    return scores, int(t), int(i)


def read_scores(link: str) -> Tensor:
    """The scores that a link names, 0 for the others; what it says wrongly is passed over. (T, T)"""
    scores = torch.zeros(T, T)
    for part in link.replace("\u2212", "-").split(","):
        if found := re.fullmatch(r"(\d)\.(\d)=(-?\d{1,2}(?:\.\d)?)", part.strip()):
            t, i, score = int(found[1]), int(found[2]), float(found[3])
            if i <= t < T:
                scores[t, i] = max(-LIMIT, min(LIMIT, score))
    return scores


def link_of(scores: Tensor) -> str:
    """How a link names these scores (T, T): those that are not 0."""
    return ",".join(f"{t}.{i}={float(scores[t, i]):.3g}" for t, i in scores.tril().nonzero().tolist())


def _words(scene: Scene) -> dict[str, Any]:
    vowels = [i for i, c in enumerate(FIRST_EIGHT) if c in "aeiou"]
    tasks = {
        "copy": {"row": 5, "wanted": [3], "least": COPIES, "most": 1, "alone": False},
        "ninety": {"row": 4, "wanted": [0], "least": NINETY - NEAR, "most": NINETY + NEAR, "alone": True},
        "vowels": {"row": T - 1, "wanted": vowels, "least": COPIES, "most": 1, "alone": False},
    }
    said = [
        {"ask": scene.plain(f"task_{name}", _task(task)), "done": scene.plain(f"done_{name}", _task(task)), **task}
        for name, task in tasks.items()
    ]
    plain = {name: scene.templates[name] for name in ("label", "cell", "value", "sentence", "sum", "reset")}
    return plain | {
        "names": ROW_NAMES, "spoken": [spoken(c) for c in FIRST_EIGHT], "tasks": said, "limit": LIMIT,
        "before": frame.IN_THE_PICTURE,
    }  # fmt: skip


def _task(task: dict[str, Any]) -> Facts:
    """The numbers of a task's sentences: the score that does it where the others stay at 0."""
    t, (i, *_), share = task["row"], task["wanted"], NINETY if task["alone"] else task["least"]
    others = t + 1 - len(task["wanted"])
    return {
        "t": t, "column": i, "looker": spoken(FIRST_EIGHT[t]), "looked_at": spoken(FIRST_EIGHT[i]),
        "share": share, "rest": 1 - share, "others": others,
        "needed": score_for_share(share, others, among=len(task["wanted"])),
        "places": " and ".join(map(str, task["wanted"])),
    }  # fmt: skip


def _plane(points: Tensor) -> dict[str, Any]:
    mode = frame.mode()
    p, equal = PALETTE[mode], mean_by_tril(points[None])[0]
    return {
        "points": points.tolist(), "spots": figures.spots(points),
        "equal": figures.spots(equal), "plane": figures.empty_plane(points, equal, FIRST_EIGHT, mode),
        "shades": [shade(n / 100, mode) for n in range(101)],
        "tones": {"ink": p.ink, "line": p.gray, "mean": color("heads", mode)},
    }  # fmt: skip
