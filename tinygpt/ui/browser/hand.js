// A row of weights laid by hand; the handles always sum to 1.
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
    const p = guess[data.next], loss = p > 0 ? (-Math.log(p)).toFixed(2) : "\u221e";
    rows[0].children[1].textContent = loss;
    const said = data.sentence.replaceAll("{share}", p.toFixed(4)).replaceAll("{loss}", loss);
    find(".guesses").setAttribute("aria-label", said);
    say(find(".sentence"), data.before, said);
    known.set(parentElement, { of: data.of, weights });
  };
  show();
}
