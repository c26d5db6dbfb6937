// A machine whose boxes are opened one after another.
const PAUSE = 100;  // ms without another step before the server hears of it
const known = new WeakMap();  // what each figure shows, so that a redraw by the server does not move it

export default function ({ data, parentElement, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const ranges = [...parentElement.querySelectorAll("input")], outputs = parentElement.querySelectorAll("output");
  const names = [data.stops, data.places], box = find(".box"), machine = find(".machine"), sentence = find(".sentence");
  const at = (known.get(parentElement) || data.at).map((place, i) => Math.min(place, names[i].length - 1));
  machine.innerHTML = data.machine;
  const show = () => {
    const [drawing, alt, rows] = data.boxes[at[0]], row = rows[at[1]];
    box.innerHTML = drawing;
    for (const group of box.querySelectorAll(".row"))
      group.setAttribute("transform", `translate(0 ${at[1] * data.step})`);
    box.querySelectorAll(".first text").forEach((line, i) => { line.textContent = row[0][i]; });
    box.setAttribute("aria-label", `${alt} ${row[2]}`);
    find(".beside b").textContent = data.beside;
    find(".beside div").innerHTML = row[1];
    say(sentence, data.before, row[2]);
    for (const group of machine.querySelectorAll("[data-stop]"))
      group.classList.toggle("here", +group.dataset.stop === at[0]);
    ranges.forEach((range, i) => {
      range.value = at[i];
      outputs[i].textContent = names[i][at[i]];
      range.setAttribute("aria-valuetext", names[i][at[i]]);
    });
    known.set(parentElement, at);
  };
  const tell = () => {
    clearTimeout(ranges[0].later);
    ranges[0].later = setTimeout(() => setStateValue("at", [...at]), PAUSE);
  };
  parentElement.querySelectorAll("label span").forEach((name, i) => {
    name.textContent = data.labels[i];
    ranges[i].setAttribute("aria-label", data.labels[i]);
    ranges[i].max = names[i].length - 1;
    ranges[i].parentElement.hidden = names[i].length < 2;
    ranges[i].oninput = () => { at[i] = +ranges[i].value; show(); };
    ranges[i].onchange = tell;
  });
  machine.onclick = (event) => {
    const group = event.target.closest("[data-stop]");
    if (group) { at[0] = +group.dataset.stop; show(); tell(); }
  };
  show();
}
