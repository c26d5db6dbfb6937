// The whole table of pairs, in which a row is chosen without asking the server.
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
      times: String(pair).replace(/(?<=\d)(?=(\d{3})+$)/g, "\u202f"), share: data.shares[row][state.cell].toFixed(4),
    };
    const said = facts ? data.words.pair.replace(/{(\w+)}/g, (_, name) => facts[name]) : data.rows[row];
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
