// A figure that follows the finger: dials choose one of its pictures.
const PAUSE = 100;  // ms without another step before the server hears of it, so that held keys are one message
const known = new WeakMap();  // what each figure shows, so that a redraw by the server does not move it

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const drawing = find(".drawing"), sentence = find(".sentence"), { dials, pictures } = data;
  const whole = ([drawn]) => data.begins + drawn;
  const before = known.get(parentElement);
  const asked = dials.map((dial) => dial.asked);
  const moves = asked.map((times, n) => before && before.asked[n] !== times);  // the server asks for another position
  const at = dials.map((dial, n) => Math.min(before && !moves[n] ? before.at[n] : dial.at, dial.names.length - 1));
  known.set(parentElement, { asked, at });
  const show = () => {
    const picture = pictures[at.reduce((place, position, n) => place * dials[n].names.length + position, 0)];
    drawing.innerHTML = whole(picture);
    drawing.setAttribute("aria-label", picture[2] || picture[1]);
    if (picture[1]) say(sentence, data.before, picture[1]);
    else sentence.replaceChildren();
    showDials(at);
  };
  const turned = (n, position) => { at[n] = position; show(); };
  const left = () => {  // after the picture is painted: the page redraws itself for the news, and that takes time
    clearTimeout(drawing.later);
    drawing.later = setTimeout(() => setStateValue("at", [...known.get(parentElement).at]), PAUSE);
  };
  const showDials = setUp(dials, find(".dials"), turned, left);
  const slides = dials.findIndex((dial) => dial.kind === "slider");
  drawing.fit = () => {  // as high as the highest picture that a press of a button can bring: nothing below moves
    const side = dials.slice(slides + 1).reduce((all, dial) => all * dial.names.length, 1);  // pictures for each step
    const near = pictures.filter((_, place) =>
      slides < 0 || Math.floor(place / side) % dials[slides].names.length === at[slides]);
    const all = near.map((picture) => picture[0]).join(""), wide = drawing.clientWidth;
    if (near.length < 2 || (drawing.wide === wide && drawing.all === all)) return;
    drawing.style.minHeight = "";
    const heights = near.map((picture) => { drawing.innerHTML = whole(picture); return drawing.offsetHeight; });
    drawing.style.minHeight = `${Math.max(...heights)}px`;
    Object.assign(drawing, { wide, all });
    show();
  };
  drawing.watch ??= new ResizeObserver(() => drawing.fit());
  drawing.watch.observe(drawing);
  const longest = pictures.reduce((so, [, words]) => (words.length > so.length ? words : so), "");
  if (longest) say(find(".room"), data.before, longest);  // what is below does not move when a sentence is shorter
  drawing.onclick = (event) => {  // a part of a picture that stands for a position leads to it
    const to = event.target.closest("[data-at]");
    if (!to) return;
    turned(slides, +to.dataset.at);
    left();
  };
  const turn = (event) => {  // positions round a middle, counted from the right against the clock
    const grip = drawing.querySelector("[data-round]"), box = grip.ownerSVGElement.getBoundingClientRect();
    const [x, y] = grip.dataset.round.split(",").map(Number), all = dials[slides].names.length;
    const angle = Math.atan2(box.top + y * box.height - event.clientY, event.clientX - box.left - x * box.width);
    turned(slides, (Math.round((angle / (2 * Math.PI)) * all) + all) % all);
  };
  drawing.onpointerdown = (event) => {
    if (!event.target.closest("[data-round]")) return;
    event.preventDefault();
    drawing.setPointerCapture(event.pointerId);
    drawing.onpointermove = turn;
  };
  drawing.onpointerup = drawing.onpointercancel = () => {
    if (drawing.onpointermove) left();
    drawing.onpointermove = null;
  };
  show();
  drawing.fit();
  if (moves.includes(true)) setStateValue("at", [...at]);
}
