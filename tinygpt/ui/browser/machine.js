// The time machine: all numbers come from the server, once; here they are only picked and painted.
const FULL = 65535, PAUSE = 100, BEAT = 700;  // a weight of 1; ms before the server hears of a move; ms of a moment
const LABELS = 11, LARGEST = 46;  // px: the smallest tile with a letter beside it, the largest tile
const DENSE = 5;  // px: tiles of less than one more have no gaps, and are pixels of a picture that the browser enlarges
const HEADS_HIGH = 11.5;  // rem: all heads one below the other
const SIDE = 22;  // px beside a map, and below it: its characters
const FRESH = { head: "", position: -1, step: -1 };  // where nobody has chosen anything
const known = new WeakMap();  // the figure in each place, so that a redraw by the server moves nothing

export default function ({ data, parentElement, setStateValue }) {
  if (!known.has(parentElement)) known.set(parentElement, figure(parentElement));
  known.get(parentElement)(data, setStateValue);
}

const fill = (template, facts) => template.replace(/{(\w+)}/g, (all, name) => facts[name] ?? all);
const made = (tag, name = "", words = "") =>
  Object.assign(document.createElement(tag), { className: name, textContent: words });
const numbers = (text) => new Uint16Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const within = (value, most) => Math.max(0, Math.min(most, value));

function figure(root) {
  const find = (name) => root.querySelector(name), all = (name) => [...root.querySelectorAll(name)];
  const range = find(".steps"), text = find(".text"), heads = find(".heads"), maps = all(".map"), bars = find(".bars");
  const at = { moment: 0, head: 0, position: 0 };
  const unpacked = new Map();  // of what came in base64
  let data, tell, later, wanted, hover = null, paired = false, timer = null;
  let letters = [], tiles = [], lines = [], views = [];

  const last = () => data.steps.length - 1;
  const numbersOf = (packed) => {
    if (!unpacked.has(packed)) unpacked.set(packed, numbers(packed));
    return unpacked.get(packed);
  };
  const size = () => {
    const rows = data.rows.names.length, columns = data.columns.names.length;
    return data.masked ? (rows * (rows + 1)) / 2 : rows * columns;
  };
  const weight = (moment, head, row, column) => {
    const from = data.masked ? (row * (row + 1)) / 2 : row * data.columns.names.length;
    return numbersOf(data.maps[moment])[head * size() + from + column];
  };
  const wide = (row) => data.masked ? row + 1 : data.columns.names.length;  // tiles of a row
  const isOff = (moment, head) => data.off[moment][Math.floor(head / data.heads)];
  const shade = (value) => value >> 6;  // one of 1,024

  // --- what the server sends -----------------------------------------------------------------------------------------

  function take(next, report) {
    const before = data, step = before?.steps[at.moment], wasLast = before && at.moment === before.steps.length - 1;
    const isNew = before?.model !== next.model || before.asked !== next.asked, isOther = before?.of !== next.of;
    data = next;
    tell = report;
    if (isNew) begin(before?.asked === next.asked ? FRESH : next.at);
    else at.moment = wasLast ? last() : next.steps.indexOf(paired ? next.click?.after : step);
    if (isOther && !isNew) at.position = next.text.length - 1;
    if (at.moment < 0) [paired, at.moment] = [false, last()];
    at.position = within(at.position, next.text.length - 1);
    if (isOther) unpacked.clear();
    if (before?.drawn !== next.drawn) { rest(false); hover = null; lay(); }
    else if (before.curve?.drawing !== next.curve?.drawing) layLoss();
    range.max = last();
    find(".remark").textContent = next.words.remark;
    measure();
    show();
    root.host?.setAttribute("data-drawn", "");
    if (before && (isNew || isOther)) tellServer(0);
    if (!next.samples && wanted !== next.of) tell("wants", (wanted = next.of));
  }
  function begin({ head, position, step }) {
    const [asked, usual] = [head, data.start_head].map((name) => name.split(".").map(Number));
    const [layer, number] = asked[0] < data.layers && asked[1] < data.heads ? asked : usual;
    at.head = layer * data.heads + number;
    at.position = position < 0 ? data.text.length - 1 : position;
    const moment = data.steps.indexOf(step);
    at.moment = moment < 0 ? last() : moment;
    paired = Boolean(data.click) && moment < 0;
    if (paired) at.moment = data.steps.indexOf(data.click.after);
  }
  function tellServer(pause) {
    clearTimeout(later);
    const head = `${Math.floor(at.head / data.heads)}.${at.head % data.heads}`;
    const step = at.moment === last() ? -1 : data.steps[at.moment];
    const position = at.position === data.text.length - 1 ? -1 : at.position;
    later = setTimeout(() => tell("at", { head, position, step }), pause);
  }

  // --- what stands there ---------------------------------------------------------------------------------------------

  function lay() {
    const words = data.words;
    root.host?.style.setProperty("--quiet", data.look.muted);
    find(".name").textContent = words.slider;
    range.setAttribute("aria-label", words.slider);
    text.setAttribute("aria-label", words.text);
    text.classList.toggle("long", data.text.length > 40);
    letters = data.text.map((glyph, t) => {
      const letter = made("div", "", glyph);
      letter.setAttribute("role", "radio");
      letter.setAttribute("aria-label", `${t}, ${data.spoken[t]}`);
      letter.style.fontFamily = data.look.mono;
      return letter;
    });
    text.replaceChildren(...letters);
    layHeads();
    views = maps.map(view);
    const titles = [".bars", ".loss", ".sample"].map((name) => find(`${name} .title`));
    titles.forEach((title, i) => title.replaceChildren(made("b", "", words.titles[i]), made("span", "quiet")));
    lines = Array.from({ length: data.bars.each }, () => {
      const line = made("div", "bar"), glyph = made("b"), bar = made("i");
      glyph.style.fontFamily = data.look.mono;
      bar.style.background = data.look.bar;
      line.append(glyph, bar, made("span"));
      return line;
    });
    find(".lines").replaceChildren(...lines);
    layLoss();
  }
  function layHeads() {
    const grid = made("div", "grid"), columns = data.heads;
    const sides = data.layers * columns > 1;
    const most = Math.min(4.2, HEADS_HIGH / data.layers);
    heads.hidden = !sides;  // it stands beside itself, larger
    grid.style.gridTemplateColumns = `1.1rem repeat(${columns}, minmax(0, ${most}rem))`;
    const title = made("p", "title");
    title.replaceChildren(made("b", "", data.words.heads), made("span", "quiet", data.words.grid));
    tiles = [];
    grid.append(made("div"), ...Array.from({ length: columns }, (_, h) => made("div", "head quiet", h)));
    for (let a = 0; a < data.layers * columns; a++) {
      if (a % columns === 0) grid.append(made("div", "head quiet", a / columns));
      const tile = made("div"), canvas = made("canvas"), even = made("i");
      tile.setAttribute("role", "radio");
      [canvas.width, canvas.height] = [data.columns.names.length, data.rows.names.length];
      even.style.background = data.look.muted;
      tile.append(canvas, even);
      grid.append(tile);
      tiles.push({ tile, canvas, even });
    }
    heads.replaceChildren(title, grid);
    heads.setAttribute("aria-label", data.words.heads);
  }
  function view(map) {
    const field = map.querySelector(".field"), canvas = field.querySelector("canvas");
    field.querySelectorAll("span").forEach((old) => old.remove());
    const [left, below] = [data.rows, data.columns].map(({ names }) => names.map((name) => {
      const label = made("span", "", name);
      label.style.fontFamily = data.look.mono;
      label.style.color = data.look.ink;
      field.append(label);
      return label;
    }));
    const each = { map, field, canvas, left, below, title: map.querySelector(".title"), cell: 1 };
    const pointed = ({ clientX, clientY }) => {
      const box = canvas.getBoundingClientRect();
      const [row, column] = [clientY - box.top, clientX - box.left].map((way) => Math.floor(way / each.cell));
      const isTile = row >= 0 && row < data.rows.names.length && column >= 0 && column < wide(row);
      return isTile ? { row, column } : null;
    };
    field.onpointermove = (event) => point(pointed(event));
    field.onpointerleave = (event) => { if (event.pointerType === "mouse") point(null); };
    field.onclick = (event) => {
      const found = pointed(event), t = found ? data.place.lastIndexOf(found.row) : -1;
      if (t >= 0) { at.position = t; hover = found; show(); tellServer(PAUSE); }
    };
    return each;
  }
  function layLoss() {
    const there = Boolean(data.curve);
    find(".loss").hidden = !there && !data.bars.cost.some(Boolean);
    find(".loss .drawing").innerHTML = there ? data.curve.drawing : "";
  }
  function measure() {  // how large a tile may be
    if (!data || !views.length) return;
    const rows = data.rows.names.length, columns = data.columns.names.length, ratio = devicePixelRatio || 1;
    maps[1].hidden = !paired;
    find(".stage").classList.toggle("paired", paired);
    const high = parseFloat(getComputedStyle(find(".limit")).height);
    for (const each of views.slice(0, paired ? 2 : 1)) {
      const room = each.map.clientWidth;
      const fits = Math.min((room - SIDE) / columns, (high - SIDE) / rows, LARGEST);
      each.dense = fits < DENSE + 1;
      const cell = (each.cell = each.dense ? fits : Math.floor(fits)), pixels = each.dense ? 1 : cell * ratio;
      const { canvas, field } = each, letter = `${Math.max(12, Math.min(17, 0.8 * cell))}px`;
      Object.assign(canvas.style, { left: `${SIDE}px`, width: `${cell * columns}px`, height: `${cell * rows}px` });
      [canvas.width, canvas.height] = [columns, rows].map((tiles) => Math.round(tiles * pixels));
      Object.assign(field.style, { width: `${SIDE + cell * columns}px`, height: `${SIDE + cell * rows}px` });
      each.left.forEach((label, i) => Object.assign(label.style, {
        right: `${cell * columns + 6}px`, top: `${(i + 0.5) * cell}px`, transform: "translateY(-50%)", fontSize: letter,
      }));
      each.below.forEach((label, j) => Object.assign(label.style, {
        left: `${SIDE + (j + 0.5) * cell}px`, top: `${cell * rows + 4}px`, transform: "translateX(-50%)",
        fontSize: letter,
      }));
    }
  }

  // --- what moves ----------------------------------------------------------------------------------------------------

  function show() {
    const m = at.moment, a = at.head;
    range.value = m;
    find("output").textContent = data.when[m];
    range.setAttribute("aria-valuetext", data.when[m]);
    const row = hover ? hover.row : data.place[at.position], column = hover ? hover.column : largest(m, a, row);
    showTime();
    showText(m, a, row, column);
    tiles.forEach((_, head) => showHead(m, head));
    const moments = paired ? [data.click.before, data.click.after].map((step) => data.steps.indexOf(step)) : [m];
    moments.forEach((moment, n) => showMap(views[n], moment, a, row, column));
    showBars(m);
    showLoss(m);
    showSample(m);
    const said = paired ? moments.map((moment) => data.says[moment][a]).join(" ") : data.says[m][a];
    const pair = isOff(m, a) ? "" : pairWords(moments, a, row, column);
    say(find(".sentence"), data.before, said);
    find(".pair").textContent = pair;
    views.forEach(({ field }) => field.setAttribute("aria-label", `${said} ${pair}`));
  }
  function largest(m, a, row) {
    let best = 0;
    for (let j = 1; j < wide(row); j++) if (weight(m, a, row, j) > weight(m, a, row, best)) best = j;
    return best;
  }
  function pairWords(moments, a, row, column) {
    const template = row === column ? data.itself : data.pair;
    const weights = moments.map((moment) => (weight(moment, a, row, column) / FULL).toFixed(2));
    return fill(template, {
      looking: data.rows.spoken[row], row, looked_at: data.columns.spoken[column], column,
      weight: paired ? fill(data.words.both, { before: weights[0], after: weights[1] }) : weights[0],
    });
  }
  function showTime() {
    const { click, words } = data, mark = find(".mark"), button = find(".click");
    const play = find(".play");
    play.textContent = timer ? words.pause : words.play;
    play.hidden = range.disabled = last() < 1;
    mark.hidden = button.hidden = !click;
    if (!click) return;
    const [from, to] = [click.before, click.after].map((step) => data.steps.indexOf(step) / last());
    mark.style.left = `calc(8px + (100% - 16px) * ${from})`;
    mark.style.width = `calc((100% - 16px) * ${to - from})`;
    button.textContent = words.click;
    button.title = words.clicks;
    button.setAttribute("aria-pressed", paired);
  }
  function showText(m, a, row, column) {
    letters.forEach((letter, t) => {
      const isChosen = t === at.position, isSeen = !data.table && !isOff(m, a) && data.place[t] < wide(row);
      const tone = isSeen ? shade(weight(m, a, row, data.place[t])) : -1;
      letter.style.background = tone < 0 ? "none" : data.look.shades[tone];
      letter.style.color = tone >= data.look.light_from ? data.look.paper : data.look.ink;
      letter.classList.toggle("chosen", data.table ? data.place[t] === row : t === row);
      const isNext = data.place[t] === column && data.place[t - 1] === row;
      letter.classList.toggle("looked", data.table ? isNext : t === column);
      letter.setAttribute("aria-checked", isChosen);
      letter.tabIndex = isChosen ? 0 : -1;
    });
  }
  function showHead(m, head) {
    const { tile, canvas, even } = tiles[head];
    paintPixels(canvas, m, head);
    even.style.width = `${100 * (data.even[m][head] ?? 0)}%`;
    tile.setAttribute("aria-checked", head === at.head);
    tile.tabIndex = head === at.head ? 0 : -1;
    tile.setAttribute("aria-label", [name(head), entropy(m, head)].filter(Boolean).join(", "));
  }
  function paintPixels(canvas, m, a) {  // a pixel a tile
    const paper = canvas.getContext("2d"), image = paper.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer), found = numbersOf(data.maps[m]);
    let from = a * size();
    if (!isOff(m, a))
      for (let i = 0; i < canvas.height; i++)
        for (let j = 0; j < wide(i); j++) pixels[i * canvas.width + j] = ink(shade(found[from++]));
    paper.putImageData(image, 0, 0);
  }
  function paintTiles(canvas, cell, m, a) {
    const paper = canvas.getContext("2d"), rows = data.rows.names.length, gap = cell < 14 ? 1 : 2;
    const ratio = canvas.height / (cell * rows), found = numbersOf(data.maps[m]);
    let from = a * size();
    paper.setTransform(ratio, 0, 0, ratio, 0, 0);
    paper.clearRect(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < rows && !isOff(m, a); i++)
      for (let j = 0; j < wide(i); j++) {
        paper.fillStyle = data.look.shades[shade(found[from++])];
        paper.fillRect(j * cell + gap / 2, i * cell + gap / 2, cell - gap, cell - gap);
      }
  }
  const inks = new Map();
  function ink(tone) {  // of canvas pixels: alpha, blue, green, red
    const words = data.look.shades[tone];
    if (!inks.has(words)) {
      const value = parseInt(words.slice(1), 16);
      inks.set(words, (0xff000000 | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0);
    }
    return inks.get(words);
  }
  const name = (a) => {
    const facts = { layer: Math.floor(a / data.heads), head: a % data.heads };
    return data.table ? data.words.heads : fill(data.words.head, facts);
  };
  const entropy = (m, a) => {
    const share = data.even[m][a];
    return share === null ? "" : fill(data.words.evenness, { share: share.toFixed(2) });
  };

  function showMap(each, m, a, row, column) {
    const { canvas, cell, dense, field, left, below, title } = each;
    if (dense) paintPixels(canvas, m, a);
    else paintTiles(canvas, cell, m, a);
    title.replaceChildren(made("b", "", paired ? data.when[m] : name(a)), made("span", "quiet", entropy(m, a)));
    const [mark, tile] = [field.querySelector(".row"), field.querySelector(".tile")];
    mark.hidden = tile.hidden = isOff(m, a);
    outline(mark, 0, row, wide(row), cell);
    outline(tile, column, row, 1, cell);
    [[left, row], [below, column]].forEach(([labels, marked]) => labels.forEach((label, i) => {
      label.hidden = cell < LABELS && i !== marked;
      label.classList.toggle("marked", i === marked);
    }));
  }
  function outline(mark, column, row, tiles, cell) {  // round small tiles, so that it hides none of them
    const out = cell < 10 ? 2 : 0;
    Object.assign(mark.style, {
      left: `${SIDE + column * cell - out}px`, top: `${row * cell - out}px`, width: `${tiles * cell + 2 * out}px`,
      height: `${cell + 2 * out}px`,
    });
  }
  function showBars(m) {
    const { symbols, shares, each, most, others, next, says } = data.bars, t = at.position;
    const found = numbersOf(shares[m]);
    lines.forEach((line, k) => {
      const share = found[t * each + k];
      line.children[0].textContent = symbols[t][k];
      line.children[1].style.width = `${(60 * share) / FULL / most}%`;
      line.children[2].textContent = (share / FULL).toFixed(2);
      line.classList.toggle("true", next[t] === k);
    });
    find(".bars .title span").textContent = fill(data.words.after, { looking: data.spoken[t], row: t });
    const rest = others ? fill(data.words.others, { share: others[m][t] }) : "";
    find(".next").textContent = [rest, says[m][t] ?? data.words.end].filter(Boolean).join(" ");
    const said = [bars.querySelector(".title"), ...lines, find(".next")].map((line) => line.textContent);
    bars.setAttribute("aria-label", said.join(" "));
  }
  function showLoss(m) {
    const spot = data.curve?.spots[m], words = [spot?.[3], data.bars.cost[m]].filter(Boolean).join(" \u00b7 ");
    find(".loss .title span").textContent = words;
    if (!spot) return;
    const cursor = find(".cursor"), dot = find(".spot");
    cursor.setAttribute("x1", spot[0]);
    cursor.setAttribute("x2", spot[0]);
    dot.setAttribute("cx", spot[1]);
    dot.setAttribute("cy", spot[2]);
    dot.style.visibility = spot[3] ? "visible" : "hidden";
  }
  function showSample(m) {
    find(".passage").textContent = data.samples ? data.samples[m] || data.words.silent : data.words.soon;
  }

  // --- what a hand does ----------------------------------------------------------------------------------------------

  function point(found) {
    if (found?.row === hover?.row && found?.column === hover?.column) return;
    hover = found;
    show();
  }
  function go(moment) {
    at.moment = within(moment, last());
    if (paired) { paired = false; measure(); }
    show();
  }
  function rest(tells = true) {
    clearInterval(timer);
    timer = null;
    if (tells) { showTime(); tellServer(PAUSE); }
  }
  range.oninput = () => { if (timer) rest(false); go(+range.value); };
  range.onchange = () => tellServer(PAUSE);
  find(".play").onclick = () => {
    if (timer) return rest();
    if (at.moment === last()) go(0);
    timer = setInterval(() => {
      if (!root.isConnected) return rest(false);
      go(at.moment + 1);
      if (at.moment === last()) rest();
    }, BEAT);
    showTime();
  };
  find(".click").onclick = () => {
    rest(false);
    paired = !paired;
    if (paired) at.moment = data.steps.indexOf(data.click.after);
    measure();
    show();
    tellServer(PAUSE);
  };
  const chooser = (box, marks, columns, choose) => {  // a click or an arrow key on one of several
    box.onclick = (event) => {
      const i = marks().indexOf(event.target.closest("[role=radio]"));
      if (i >= 0) pick(i);
    };
    box.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() }[event.key];
      const to = marks().indexOf(event.target.closest("[role=radio]")) + step;
      if (!step) return;
      event.preventDefault();
      if (to >= 0 && to < marks().length) { pick(to); marks()[to].focus(); }
    };
    const pick = (i) => { hover = null; choose(i); show(); tellServer(PAUSE); };
  };
  chooser(text, () => letters, () => 1, (t) => { at.position = t; });
  chooser(heads, () => tiles.map(({ tile }) => tile), () => data.heads, (head) => { at.head = head; });
  text.onpointerover = (event) => {
    const t = letters.indexOf(event.target.closest("[role=radio]"));
    if (t < 0 || event.pointerType !== "mouse") return;
    const row = data.place[t];
    point({ row, column: largest(at.moment, at.head, row) });
  };
  text.onpointerleave = () => point(null);
  const room = new ResizeObserver(() => { if (data) { measure(); show(); } });
  [".stage", ".limit"].forEach((part) => room.observe(find(part)));
  return take;
}
