// Four matrices in step: the tile that is chosen in one of them is chosen in all.
const PAUSE = 100;  // ms without another tile before the server hears of it
const known = new WeakMap();  // the tile of each board, so that a redraw by the server does not move it

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name), board = find(".panels"), T = data.tiles.length;
  const before = known.get(parentElement), moved = before && before.asked !== data.asked;  // by a question
  let [row, column] = (before && !moved ? before.at : data.at).map((place) => Math.min(place, T - 1)), later;
  board.innerHTML = data.panels.map((drawing) => `<div class="panel">${drawing}<p></p></div>`).join("");
  board.setAttribute("aria-label", data.label);
  const selects = [...parentElement.querySelectorAll("select")];
  parentElement.querySelectorAll("label span").forEach((name, n) => { name.textContent = data.names[n]; });
  selects.forEach((select) => {
    select.replaceChildren(...data.places.map((name, n) => new Option(name, n)));
    select.onchange = () => go(+selects[0].value, +selects[1].value);
  });
  const show = () => {
    const [steps, sentence, alt] = data.tiles[row][column];
    board.querySelectorAll(".panel").forEach((panel, n) => {
      const svg = panel.querySelector("svg");
      const [cell, left, top] = ["cell", "left", "top"].map((name) => +svg.dataset[name]);
      svg.querySelector(".chosen-row").setAttribute("y", top + row * cell);
      svg.querySelector(".chosen-tile").setAttribute("y", top + row * cell);
      svg.querySelector(".chosen-tile").setAttribute("x", left + column * cell);
      panel.querySelector("p").innerHTML = steps[n];
    });
    [selects[0].value, selects[1].value] = [row, column];
    board.setAttribute("aria-description", alt);
    say(find(".sentence"), data.before, sentence);
    known.set(parentElement, { at: [row, column], asked: data.asked });
  };
  const go = (to, across) => {
    [row, column] = [to, across].map((place) => Math.max(0, Math.min(place, T - 1)));
    show();
    clearTimeout(later);
    later = setTimeout(() => setStateValue("tile", [row, column]), PAUSE);
  };
  board.onclick = (event) => {
    const tile = event.target.closest("[data-row]");
    if (tile) go(+tile.dataset.row, +tile.dataset.column);
  };
  board.onkeydown = (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    go(row + by[0], column + by[1]);
  };
  show();
  if (moved) setStateValue("tile", [row, column]);
}
