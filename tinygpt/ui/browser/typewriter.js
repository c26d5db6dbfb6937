// What a model writes, character by character, with its guesses: all of it comes from the server, here it is shown.
const SPEED = 45;  // characters a second, while somebody watches them come
const PAUSE = 100;  // ms without another key before the server hears of it
const known = new WeakMap();  // what each typewriter shows, so that no redraw by the server throws it away
const fill = (template, facts) => template.replace(/{(\w+)}/g, (all, name) => facts[name] ?? all);
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
    if (data.bare) now.want = data.most;
    now.at = Math.min(now.at, now.want - 1);
  }
  now.want = Math.min(now.want, data.most);
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
    const mine = now.pages[n] ??= { drawn: [], spans: [], chars: {}, prompt: null };
    Object.assign(mine, { name: page.name, tone: page.tone, broken: page.broken, looked: page.looked });
    Object.assign(mine.chars, page.chars);
    if (page.from === 0) mine.prompt = page.prompt;
    if (mine.prompt && page.from <= mine.drawn.length) mine.drawn.splice(page.from, page.drawn.length, ...page.drawn);
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
  if (have < now.want) {  // in time before the text runs out, and no sooner: others need the server too
    const left = now.live && !still ? 1000 * ((have - now.shown) / SPEED - 1) : 0;
    tell(now, Math.max(now.data.wait, left), true);
  }
  cancelAnimationFrame(now.frame);
  if (!now.live || now.shown > now.want) now.shown = ready;
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
    if (mine.prompt) type(now, mine, at);
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
  mark(mine, "here", data.bare ? undefined : mine.spans[at]);
  mark(mine, "parts", mine.spans[data.parts]);
  if (grows && now.live) mine.text.scrollTop = mine.text.scrollHeight;
  else if (at >= 0 && !data.bare) reveal(mine.text, mine.spans[at]);
}

function mark(mine, name, span) {  // one character, and no other
  const before = mine.marked?.[name];
  if (before === span) return;
  before?.classList.remove(name);
  span?.classList.add(name);
  mine.marked = { ...mine.marked, [name]: span };
}

function put(mine, id, name) {
  const [as, , , ends] = mine.chars[id], span = element("span", name, as);
  if (ends) { span.classList.add("end"); span.append("\n"); }
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
  if (at < 0 || !mine.drawn[at] ) { mine.chances.replaceChildren(); mine.chances.ariaLabel = ""; return; }
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
  for (const span of mine.shaded ?? []) span.style.background = span.style.color = "";
  mine.shaded = [];
  if (!looked) {
    if (mine.drawn_heads !== null) mine.heads.replaceChildren();
    mine.drawn_heads = null;
    return;
  }
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
  const spans = mine.shaded = [...mine.first, ...mine.spans.slice(0, at)].slice(-looked.length);
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
