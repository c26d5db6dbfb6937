"""The typewriter: texts that grow character by character, side by side, and what each character was drawn from.

The browser asks for the next piece when it needs one, and says how many characters it has: so no piece is lost, a page
that nobody looks at asks for nothing, and "Stop" needs no server. What it has shown, it says afterwards.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st

from tinygpt.inside.writing import Writing, first_difference
from tinygpt.plots.drawing import shade
from tinygpt.plots.look import PALETTE
from tinygpt.spelling import in_a_row, shown, spoken
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.loop import one_thread
from tinygpt.ui import frame, pace
from tinygpt.words.writing import ON_THE_TYPEWRITER

SLICE = 0.2  # seconds of work in one answer: others wait for it
SHOWN = 64  # characters of a window that stand beside each head
WRITTEN, AT = "written", "at"  # in the link: how many characters stand there, and which of them is looked at


_figure = st.components.v2.component(
    "tinygpt_typewriter",
    html="""
<div class="machine">
  <div class="keys">
    <button type="button" class="write"></button><button type="button" class="one"></button>
    <button type="button" class="stop"></button><button type="button" class="anew"></button>
    <span class="count"></span>
  </div>
  <div class="pages"></div>
</div>
""",
    css="""
:host, div, p, span, button { font-family: var(--st-font); color: var(--ink); font-size: 1rem; }
.keys { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-bottom: .6rem; }
.bare .keys { display: none; }
button {
  border: 1px solid var(--muted); border-radius: 6px; background: var(--paper); min-height: 2.4rem; padding: 0 .8rem;
  cursor: pointer;
}
button.write { background: var(--st-primary-color); border-color: var(--st-primary-color); color: var(--on); }
button.write { font-weight: 600; min-width: 6rem; }
button[aria-disabled=true] { opacity: .5; cursor: default; }
:is(button, .text, [role=radio]):focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
.count { color: var(--muted); font-variant-numeric: tabular-nums; font-size: .9rem; }
.pages { display: grid; gap: 1rem 1.5rem; }
.pages { grid-template-columns: repeat(auto-fit, minmax(min(100%, var(--least)), 1fr)); }
.page { min-width: 0; }
.name { margin: 0 0 .3rem; font-weight: 600; overflow-wrap: anywhere; }
.text, .window span, .glyph { font-family: "Source Code Pro", monospace; }
.text {
  height: 10.3rem; overflow-y: auto; padding: .6rem .9rem; border-radius: 6px; background: var(--box);
  white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.55; unicode-bidi: plaintext; text-align: start;
}
.bare .text { height: 12.5rem; }
.text span { font: inherit; border-radius: 2px; }
.text .prompt, .text .end { color: var(--muted); }
.text:not(.bare *) .drawn { cursor: pointer; }
.text .here { outline: 2px solid var(--ink); outline-offset: 0; }
.text .parts { text-decoration: underline wavy 2px; text-underline-offset: 4px; }
.nothing { color: var(--muted); font-family: var(--st-font); }
.below { display: flex; flex-wrap: wrap; gap: .4rem 2rem; min-height: 12.6rem; align-items: flex-start; }
.below > div { min-width: 0; }
.chances { flex: 1 1 17rem; display: grid; grid-template-columns: 1.8rem 1fr 3rem 4.8rem; gap: 1px .5rem; }
.chances > * { font-size: .875rem; line-height: 1.3; align-self: center; font-variant-numeric: tabular-nums; }
.chances .top { color: var(--muted); font-size: .8rem; white-space: nowrap; text-align: right; }
.chances .number { text-align: right; }
.chances .glyph { text-align: center; border-radius: 3px; outline: 2px solid transparent; outline-offset: -2px; }
.chances .drawn { outline-color: var(--ink); font-weight: 700; }
.track { display: block; height: .95rem; }
.track i { display: block; height: 55%; min-width: 1px; border-radius: 2px; }
.track i + i { height: 30%; margin-top: 1px; background: var(--ink); }
.heads { flex: 2 1 22rem; max-height: 12.6rem; overflow-y: auto; padding: 0 2px 2px; }
.heads > p { margin: 0 0 .2rem; font-size: .8rem; color: var(--muted); line-height: 1.3; }
[role=radio] { display: grid; grid-template-columns: 2.6rem 1fr; gap: .4rem; cursor: pointer; border-radius: 3px; }
[role=radio] > b { font-size: .875rem; font-weight: 400; color: var(--muted); }
[role=radio][aria-checked=true] { background: var(--box); }
[role=radio][aria-checked=true] > b { font-weight: 700; color: var(--ink); }
.window { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45; font-size: 0; }
.window span { font-size: .8rem; border-radius: 2px; white-space: pre; }
.sentence { margin: .35rem 0; line-height: 1.4; min-height: 2.8em; }
.several .sentence { min-height: 4.2em; }
.bare :is(.below, .sentence) { display: none; }
.broken { margin: 0; }
@media (max-width: 640px) { .heads { flex-basis: 100%; } .below { min-height: 0; } }
""",
    js=frame.SAY
    + """
const SPEED = 45;  // characters a second, while somebody watches them come
const PAUSE = 100;  // ms without another key before the server hears of it
const known = new WeakMap();  // what each typewriter shows, so that no redraw by the server throws it away
const fill = (template, facts) => template.replace(/{(\\w+)}/g, (all, name) => facts[name] ?? all);
const figure = (p) => p > 0 && p < 0.005 ? "<0.01" : p.toFixed(2);
const element = (tag, name, text = "") => {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
};

export default function ({ data, parentElement, setStateValue }) {
  const now = known.get(parentElement) ?? { order: "", want: data.want, at: data.at, head: "", turn: 0 };
  known.set(parentElement, now);
  Object.assign(now, { data, setStateValue, root: parentElement.querySelector(".machine") });
  if (now.order !== data.order || now.pages.length !== data.pages.length) {  // something else is to be written
    clearTimeout(now.later);
    cancelAnimationFrame(now.frame);
    Object.assign(now, { order: data.order, pages: [], shown: 0, live: false, told: "" });
    now.want = data.bare ? data.most : Math.min(now.want, data.most);
    now.at = Math.min(now.at, now.want - 1);
  }
  dress(now);
  take(now);
  go(now);
}

function dress(now) {
  const { data, root } = now, words = data.words;
  for (const [name, tone] of Object.entries(data.tones)) root.style.setProperty(`--${name}`, tone);
  root.style.setProperty("--least", data.bare ? "11rem" : "20rem");
  root.classList.toggle("bare", data.bare);
  root.classList.toggle("several", data.pages.length > 1);
  for (const [name, press] of Object.entries({ write, one, stop, anew })) {
    const button = root.querySelector(`.${name}`);
    button.textContent = words[name];
    button.onclick = () => { if (button.ariaDisabled !== "true") press(now); };
  }
}

function take(now) {  // what has come from the server
  const { data, root } = now;
  data.pages.forEach((page, n) => {
    const mine = now.pages[n] ??= { drawn: [], spans: [] };
    Object.assign(mine, { name: page.name, tone: page.tone, broken: page.broken, looked: page.looked });
    if (page.chars) Object.assign(mine, { chars: page.chars, prompt: page.prompt });
    if (mine.chars && page.from <= mine.drawn.length) mine.drawn.splice(page.from, page.drawn.length, ...page.drawn);
    if (!mine.place?.isConnected) build(now, mine, n);
  });
  const places = now.pages.map((mine) => mine.place), sheet = root.querySelector(".pages");
  if (sheet.children.length !== places.length || places.some((place, n) => sheet.children[n] !== place))
    sheet.replaceChildren(...places);
}

function build(now, mine, n) {
  const place = mine.place = element("section", "page"), words = now.data.words;
  mine.spans = [];
  mine.text = element("div", "text");
  mine.text.tabIndex = 0;
  mine.text.setAttribute("role", "group");
  mine.text.onclick = (event) => {
    const span = event.target.closest("[data-n]");
    if (span) choose(now, +span.dataset.n);
  };
  mine.text.onkeydown = (event) => {
    const last = now.shown - 1, at = place_of(now), to = {
      ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, PageUp: at - 10, PageDown: at + 10,
    }[event.key];
    if (to === undefined || now.data.bare || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(now, Math.max(0, Math.min(last, to)));
  };
  const below = element("div", "below");
  mine.chances = element("div", "chances");
  mine.chances.setAttribute("role", "img");
  mine.heads = element("div", "heads");
  mine.sentence = element("p", "sentence");
  mine.sentence.setAttribute("aria-live", "polite");
  below.append(mine.chances, mine.heads);
  place.append(element("p", "name"), mine.text, mine.sentence, below);
}

const have_of = (now) => Math.min(...now.pages.map((mine) => mine.broken ? Infinity : mine.drawn.length));
const place_of = (now) => now.at < 0 || now.at >= now.shown ? now.shown - 1 : now.at;

function tell(now, pause, more) {  // the server: what there is here, and what is wanted
  clearTimeout(now.later);
  now.later = setTimeout(() => {
    const have = Math.min(have_of(now), now.want), wish = { order: now.order, have, want: now.want, at: now.at };
    const told = JSON.stringify(wish);
    if (!more && told === now.told) return;
    now.told = told;
    now.setStateValue("wish", { ...wish, turn: ++now.turn });
  }, pause);
}

function go(now) {  // show what there is, and ask for what is missing
  const have = have_of(now), ready = Math.min(have, now.want);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (have < now.want) tell(now, now.data.wait, true);
  cancelAnimationFrame(now.frame);
  if (!now.live) now.shown = ready;
  else if (still && have >= now.want) now.shown = ready;  // all at once
  else if (!still && now.shown < ready) {
    let before = performance.now(), due = 0;
    const tick = (time) => {
      due += Math.max(0, time - before) / 1000 * SPEED;
      before = time;
      const steps = Math.min(Math.floor(due), Math.min(have_of(now), now.want) - now.shown);
      if (steps > 0) { now.shown += steps; due -= steps; draw(now); }
      if (now.shown < Math.min(have_of(now), now.want)) now.frame = requestAnimationFrame(tick);
      else rest(now);
    };
    now.frame = requestAnimationFrame(tick);
  }
  draw(now);
  rest(now);
}

function rest(now) {
  if (now.shown < now.want) return;
  now.live = false;
  draw(now);
  if (have_of(now) >= now.want && !now.data.bare) tell(now, PAUSE, false);
}

const busy = (now) => now.shown < now.want && now.pages.some((mine) => !mine.broken);
function write(now) { Object.assign(now, { want: now.data.most, live: true, at: -1 }); go(now); }
function one(now) {
  Object.assign(now, { want: Math.min(now.shown + 1, now.data.most), live: false, at: -1 });
  go(now);
}
function stop(now) { Object.assign(now, { want: now.shown, live: false }); go(now); }
function anew(now) { Object.assign(now, { want: 0, live: false, at: -1 }); go(now); }
function choose(now, at) {
  now.at = at === now.shown - 1 ? -1 : at;
  draw(now);
  if (!busy(now)) tell(now, PAUSE, false);
}

function draw(now) {
  const { data, root, shown } = now, words = data.words, at = place_of(now), running = busy(now);
  const full = running || shown >= data.most, off = { write: full, one: full, stop: !running, anew: !shown };
  for (const [name, no] of Object.entries(off)) root.querySelector(`.${name}`).ariaDisabled = String(no);
  root.querySelector(".count").textContent = fill(words.count, { shown, most: data.most });
  for (const mine of now.pages) {
    mine.place.querySelector(".name").textContent = now.pages.length > 1 ? mine.name : "";
    mine.place.querySelector(".name").hidden = now.pages.length < 2;
    mine.text.setAttribute("aria-label", fill(words.text, { name: mine.name }));
    if (mine.broken) { mine.text.replaceChildren(element("p", "broken", mine.broken)); mine.spans = []; continue; }
    if (mine.chars) type(now, mine, at);
    if (data.bare) continue;
    chances(now, mine, at);
    heads(now, mine, at);
    if (!running) tell_people(now, mine, at);
  }
}

function type(now, mine, at) {  // the text itself: what is new is added, so that it can be selected and scrolled
  const { shown, data } = now;
  if (!mine.spans.length || !mine.spans[0].isConnected) {
    mine.text.replaceChildren();
    mine.spans = [];
    mine.first = mine.prompt.map((id) => put(mine, id, "prompt"));
  }
  mine.text.querySelector(".nothing")?.remove();
  while (mine.spans.length > shown) mine.spans.pop().remove();
  const grows = mine.spans.length < shown;
  while (mine.spans.length < shown) {
    const span = put(mine, mine.drawn[mine.spans.length][0], "drawn");
    span.dataset.n = mine.spans.length;
    mine.spans.push(span);
  }
  if (!shown && !data.bare) mine.text.append(element("span", "nothing", data.words.nothing));
  mine.spans.forEach((span, n) => {
    span.classList.toggle("here", n === at && !data.bare);
    span.classList.toggle("parts", n === data.parts);
  });
  if (grows && now.live) mine.text.scrollTop = mine.text.scrollHeight;
  else if (at >= 0 && !data.bare) reveal(mine.text, mine.spans[at]);
}

function put(mine, id, name) {
  const [as, , , ends] = mine.chars[id], span = element("span", name, as);
  if (ends) { span.classList.add("end"); span.append("\\n"); }
  mine.text.append(span);
  return span;
}

function reveal(box, span) {  // within its box: the page itself stays where it is
  const inner = box.getBoundingClientRect(), outer = span.getBoundingClientRect();
  if (outer.top < inner.top) box.scrollTop -= inner.top - outer.top + 8;
  else if (outer.bottom > inner.bottom) box.scrollTop += outer.bottom - inner.bottom + 8;
}

function chances(now, mine, at) {  // what the character could have been
  const words = now.data.words;
  if (at < 0 || !mine.drawn[at] || !mine.chars) { mine.chances.replaceChildren(); mine.chances.ariaLabel = ""; return; }
  const [id, ids, own, left] = mine.drawn[at], said = [];
  const parts = [element("span", "top"), element("span", "top"), element("span", "top", words.own),
    element("span", "top", words.left)];
  ids.forEach((other, n) => {
    const [, glyph, spoken] = mine.chars[other], track = element("span", "track");
    for (const share of [own[n], left[n]]) {
      const stripe = element("i", "");
      stripe.style.width = `${100 * share}%`;
      track.append(stripe);
    }
    track.firstChild.style.background = mine.tone;
    parts.push(element("span", other === id ? "glyph drawn" : "glyph", glyph), track,
      element("span", "number", figure(own[n])), element("span", "number", figure(left[n])));
    said.push(fill(other === id ? words.said_drawn : words.said,
      { char: spoken, own: figure(own[n]), left: figure(left[n]) }));
  });
  mine.chances.replaceChildren(...parts);
  mine.chances.ariaLabel = said.join("; ");
}

function heads(now, mine, at) {  // and what each head looked at before it was drawn
  const { words, shades } = now.data, looked = mine.looked?.at === at && !busy(now) ? mine.looked : null;
  for (const span of [...(mine.first ?? []), ...mine.spans]) span.style.background = span.style.color = "";
  if (!looked) { mine.heads.replaceChildren(); mine.drawn_heads = null; return; }
  const name = (one) => `${one.block}.${one.head}`;
  const chosen = looked.heads.find((one) => name(one) === now.head) ?? looked.heads[0];
  const before = [...mine.prompt, ...mine.drawn.slice(0, at).map((one) => one[0])].slice(-looked.length);
  if (mine.drawn_heads !== looked) {
    mine.drawn_heads = looked;
    mine.heads.replaceChildren(element("p", "", looked.heads.length ? words.heads : words.no_head));
    const group = element("div", "");
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", words.heads);
    looked.heads.forEach((one, n) => {
      const row = element("div", "head"), strip = element("span", "window");
      row.setAttribute("role", "radio");
      row.append(element("b", "", name(one)), strip);
      before.slice(-looked.shown).forEach((id, i, all) => {
        const span = element("span", "", mine.chars[id][3] ? mine.chars[id][1] : mine.chars[id][0]);
        shadow(span, one.weights[looked.length - all.length + i], shades);
        strip.append(span);
      });
      row.setAttribute("aria-label", most(mine, one, before, words));
      row.onclick = () => { now.head = name(one); draw(now); };
      row.onkeydown = (event) => {
        const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
        const next = step && looked.heads[n + step];
        if (step) event.preventDefault();
        if (next) { now.head = name(next); draw(now); group.children[n + step].focus(); }
      };
      group.append(row);
    });
    mine.heads.append(group);
  }
  mine.heads.querySelectorAll("[role=radio]").forEach((row, n) => {
    const here = looked.heads[n] === chosen;
    row.setAttribute("aria-checked", here);
    row.tabIndex = here ? 0 : -1;
  });
  mine.chosen = chosen && most(mine, chosen, before, words);
  if (!chosen) return;
  const spans = [...mine.first, ...mine.spans.slice(0, at)].slice(-looked.length);
  spans.forEach((span, i) => shadow(span, chosen.weights[looked.length - spans.length + i], shades));
}

function shadow(span, weight, shades) {
  const [tile, ink] = shades[Math.round(100 * Math.min(1, weight))];
  span.style.background = tile;
  span.style.color = ink;
}

function most(mine, one, before, words) {  // where a head looked most
  const top = one.weights.indexOf(Math.max(...one.weights)), back = one.weights.length - top;
  const facts = { block: one.block, head: one.head, char: mine.chars[before[top]][2], back };
  return fill(words.head, { ...facts, weight: figure(one.weights[top]) });
}

function tell_people(now, mine, at) {
  const { data } = now;
  if (at < 0 || !mine.drawn[at]) { mine.sentence.replaceChildren(); return; }
  const [id, ids, own, left] = mine.drawn[at], n = ids.indexOf(id);
  const facts = { n: at + 1, char: mine.chars[id][2], own: figure(own[n]), left: figure(left[n]) };
  const best = { best: mine.chars[ids[0]][2], best_own: figure(own[0]) };
  const first = fill(ids[0] === id ? data.words.likeliest : data.words.step, { ...facts, ...best });
  const sentence = mine.looked?.at === at && mine.chosen ? `${first} ${mine.chosen}` : first;
  if (mine.said !== sentence || !mine.sentence.firstChild) say(mine.sentence, data.before, sentence);
  mine.said = sentence;
}
""",
)


class Sheet(NamedTuple):
    """A text on the typewriter, and who writes it."""

    name: str
    tone: str  # the hue of its bars
    tokenizer: CharTokenizer
    writing: Writing

    def text(self, characters: int) -> str:
        """The first characters of what is written."""
        return self.tokenizer.decode(one.id for one in self.writing.letters[:characters])


class Wish(NamedTuple):
    """What the browser has of an order, and what it would like to have."""

    order: str = ""
    have: int = 0  # characters that it has of every page
    want: int = 0  # that are to stand there
    at: int = -1  # the one that is looked at; -1: the last


class Typed(NamedTuple):
    """What stands on the typewriter."""

    characters: int  # of each page, as far as it can write
    at: int
    whole: bool  # whether all of them are there that somebody wants
    broken: list[str]  # why a page cannot be written, in words; "" for one that can


def typewriter(pages: Sequence[Sheet], *, key: str, order: str, most: int, bare: bool = False) -> Typed:
    """Texts side by side; `order` names what is to be written, and another order is begun anew, as far as the last.

    `bare` has no buttons and nothing below: all of it is written at once. To be called in a fragment.
    """
    wish = _wish(key, order, most, bare=bare)
    broken = [_go_on(page, wish, SLICE / len(pages)) for page in pages]
    have = min(len(page.writing.letters) for page in pages)
    pace.seen(have < wish.want)
    _figure(
        key=key, default={"wish": wish._asdict()}, on_wish_change=lambda: None,
        data={
            "order": order, "most": most, "bare": bare, "want": wish.want, "at": wish.at, "key": key,
            "pages": [_page(*each, wish) for each in zip(pages, broken, strict=True)],
            "parts": _parts(pages), "wait": round(1000 * pace.interval(eager=True)),
            "words": ON_THE_TYPEWRITER, "before": frame.IN_THE_PICTURE, **_looks(),
        },
    )  # fmt: skip
    if not bare:
        _link(wish, have)
    return Typed(min(have, wish.want), wish.at, have >= wish.want, broken)


def _wish(key: str, order: str, most: int, *, bare: bool) -> Wish:
    """What the browser said last; on a new page, what its link says; of another order it has nothing yet."""
    said = st.session_state.get(key, {}).get("wish") if key in st.session_state else None
    if said is None:
        begun = Wish(order, 0, most) if bare else Wish(order, 0, _number(WRITTEN, 0, most), _number(AT, -1, most - 1))
        return begun
    wish = Wish(str(said.get("order", "")), *(int(said.get(name, 0)) for name in Wish._fields[1:]))
    want = most if bare else max(0, min(wish.want, most))
    have = max(0, min(wish.have, want)) if wish.order == order else 0
    return Wish(order, have, want, max(-1, min(wish.at, want - 1)))


def _number(name: str, least: int, most: int) -> int:
    """A number in the link; `least` for anything else."""
    written = st.query_params.get(name, "")
    return min(int(written), most) if written.isdecimal() and len(written) < 9 else least


def _link(wish: Wish, have: int) -> None:
    """Let the link say what stands there."""
    for name, value, nothing in ((WRITTEN, wish.want, 0), (AT, wish.at, -1)):
        if value != nothing:
            st.query_params[name] = str(value)
        else:
            st.query_params.pop(name, None)


def _go_on(page: Sheet, wish: Wish, seconds: float) -> str:
    """Write on for so long; why that cannot be, in words, or ""."""
    try:
        with one_thread():
            page.writing.go_on(wish.want, seconds)
    except ValueError as error:
        return str(error)
    return ""


def _page(page: Sheet, broken: str, wish: Wish) -> dict[str, Any]:
    """What the browser does not have yet of a page."""
    writing, chars = page.writing, page.tokenizer.chars
    drawn = writing.letters[wish.have : wish.want]
    found: dict[str, Any] = {"name": page.name, "tone": page.tone, "broken": broken, "from": wish.have}
    found["drawn"] = [
        [
            one.id, [each.id for each in one.likeliest], [round(each.own, 4) for each in one.likeliest],
            [round(each.left, 4) for each in one.likeliest],
        ]
        for one in drawn
    ]  # fmt: skip
    if wish.have == 0:
        found |= {
            "chars": [[c if c == " " else in_a_row(c), shown(c), spoken(c), c == "\n"] for c in chars],
            "prompt": writing.prompt[0].tolist(),
        }
    at = wish.at if wish.at >= 0 else wish.want - 1
    if wish.have >= wish.want > 0 and 0 <= at < len(writing.letters):  # the text stands: somebody looks at it
        found["looked"] = {"at": at, **_looked(page, at)}
    return found


def _looked(page: Sheet, at: int) -> dict[str, Any]:
    """What each head looked at when the character `at` was drawn: its name, and a weight for each of the window."""
    rows = page.writing.looked_at(at)  # (L, H, T)
    heads = [
        {"block": block, "head": head, "weights": [round(weight, 4) for weight in row]}
        for block, of_block in enumerate(rows.tolist())
        for head, row in enumerate(of_block)
        if row[0] == row[0]  # nan: switched off
    ]
    return {"heads": heads, "length": rows.shape[-1], "shown": min(SHOWN, rows.shape[-1])}


def _parts(pages: Sequence[Sheet]) -> int | None:
    """Where two texts part for the first time, as far as both are written."""
    if len(pages) != 2:
        return None
    return first_difference(*(page.text(page.writing.most) for page in pages))


def _looks() -> dict[str, Any]:
    mode = frame.mode()
    p = PALETTE[mode]
    return {
        "shades": [shade(n / 100, mode) for n in range(101)],
        "tones": {
            "ink": p.ink, "muted": p.muted, "paper": p.paper, "box": "#F3F1EB" if mode == "light" else "#1E2128",
            "on": "#FFFFFF" if mode == "light" else p.paper,
        },
    }  # fmt: skip
