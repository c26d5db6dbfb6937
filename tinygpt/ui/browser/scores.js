// A matrix of scores whose every allowed cell is a handle; softmax, means and tasks follow.
const PAUSE = 150;  // ms without another key before the server hears of it
const known = new WeakMap();  // the scores of each figure, so that a redraw by the server does not move them
const MINUS = "\u2212";
const written = (value, digits) => {
  const size = Math.abs(value), places = size * 10 ** digits;  // 0.125 is 0.12 in two digits, as Python writes it
  const text = (places % 1 === 0.5 ? (2 * Math.round(places / 2)) / 10 ** digits : size).toFixed(digits);
  const [whole, rest] = text.split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") + (rest ? "." + rest : "");
  return (value < 0 && +text ? MINUS : "") + spaced;
};
const copy = (rows) => rows.map((row) => [...row]);
const fill = (template, facts) => template.replace(/{(\w+)}/g, (all, name) => facts[name] ?? all);

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
      if (i > t) { put("future", MINUS + "\u221e"); continue; }
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
      const said = task.ask + (done ? "\u2002" + task.done : "");
      line.classList.toggle("done", done);
      if (line.textContent !== said) line.textContent = said;
    });
  }
  return show;
}
