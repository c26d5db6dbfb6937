// What is guessed block by block: all numbers come from the server, once; here they are only picked and painted.
const PAUSE = 100;  // ms without another step before the server hears of it, so that held keys are one message
const known = new WeakMap();  // what each figure shows, so that a redraw by the server does not move it

const made = (tag, name, words = "") => Object.assign(document.createElement(tag), { className: name, textContent: words });

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const range = find("input"), lines = find(".lines"), bars = find(".bars"), { words } = data, last = data.places.length - 1;
  const before = known.get(parentElement), moved = before && before.asked !== data.asked, other = before?.of !== data.of;
  const start = before && !moved && !other ? before.at : data.at;

  parentElement.host?.style.setProperty("--quiet", data.quiet);
  find("label span").textContent = words.slider;
  range.setAttribute("aria-label", words.slider);
  range.max = last;
  find(".title b").textContent = words.title;
  lines.innerHTML = data.lines;
  lines.setAttribute("aria-label", words.alt);
  lines.classList.toggle("long", data.places.length > 40);
  bars.style.setProperty("--stages", data.after.length);

  function show(at) {
    known.set(parentElement, { asked: data.asked, of: data.of, at });
    range.value = at;
    range.setAttribute("aria-valuetext", data.places[at]);
    find("output").textContent = data.places[at];
    find(".title span").textContent = words.after.replace("{looking}", data.places[at]);
    for (const tile of lines.querySelectorAll("[data-n]")) {
      tile.classList.toggle("read", +tile.dataset.n === at);
      tile.classList.toggle("guessed", +tile.dataset.n === at + 1);
    }
    bars.replaceChildren(made("span", ""), ...data.after.map((name) => made("b", "", name)));
    data.symbols[at].forEach((symbol, k) => {
      const glyph = made("b", "glyph", symbol);
      glyph.classList.toggle("true", k === data.next[at]);
      glyph.style.fontFamily = data.mono;
      bars.append(glyph, ...data.after.map((_, s) => cell(data.shares[s][at][k])));
    });
    bars.setAttribute("aria-label", data.says[at]);
    say(find(".sentence"), data.before, data.says[at]);
  }
  function cell(share) {
    const box = made("span", "cell"), bar = made("i", "");
    bar.style.width = `calc((100% - 2.2rem) * ${share / data.most})`;
    bar.style.background = data.bar;
    box.append(bar, made("span", "", share.toFixed(2)));
    return box;
  }
  const tell = () => {
    clearTimeout(range.later);
    range.later = setTimeout(() => setStateValue("at", +range.value), PAUSE);
  };
  range.oninput = () => show(+range.value);
  range.onchange = tell;
  lines.onclick = (event) => {  // a character leads to the place that guesses it
    const tile = event.target.closest("[data-n]");
    if (tile) { show(Math.min(last, Math.max(0, tile.dataset.n - 1))); tell(); }
  };
  show(Math.min(start, last));
  if (moved || (other && before)) tell();
}
