// Shannon's game: chips are laid on what may come next.
const games = new Map();  // how far each text's game is, so that no redraw by the server throws it away

const fill = (template, facts) => template.replace(/{(\w+)}/g, (_, name) => facts[name]);
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
    room.append(stripe, value === null ? "\u2013" : value.toFixed(2));
    find(".means").append(name, room);
  };

  const draw = () => {
    const at = round(), asked = game().asked, known = state.costs.length;
    const written = (text) => text.replaceAll("\n", "\u00b6");
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
