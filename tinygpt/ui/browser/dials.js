// Shared: the dials of a figure, of the kinds that ui/dials.py makes. `setUp` makes the dials, or finds them as it made
// them; it gives a function that shows all positions. `turned(n, position)` hears of every move of a dial, `left()`
// that a hand has left it.
const make = (tag, more, ...inside) => {
  const element = Object.assign(document.createElement(tag), more);
  element.append(...inside);
  return element;
};

const KINDS = {  // each puts its parts into its place, and gives a function that shows a position
  slider(place, dial, hand) {
    const said = make("output"), range = make("input", { type: "range", min: 0, step: 1, ariaLabel: dial.label });
    range.max = dial.names.length - 1;
    range.oninput = () => hand.turned(+range.value);
    range.onchange = () => hand.left();
    place.append(make("label", {}, make("span", { className: "name", textContent: dial.label }), said), range);
    return (at) => {
      range.value = at;
      said.textContent = dial.names[at];
      range.setAttribute("aria-valuetext", dial.names[at]);
    };
  },
  buttons(place, dial, hand) {
    const radios = dial.names.map((_, at) => make("input", {
      type: "radio", name: dial.key, onchange: () => { hand.turned(at); hand.left(); },
    }));
    const group = make("div", { className: "group", role: "radiogroup", ariaLabel: dial.label });
    group.append(...radios.map((radio, at) => make("label", {}, radio, make("span", { textContent: dial.names[at] }))));
    place.append(make("span", { className: "name", textContent: dial.label, ariaHidden: true }), group);
    return (at) => { radios[at].checked = true; };
  },
  switch(place, dial, hand) {
    const box = make("input", { type: "checkbox", role: "switch" });
    box.onchange = () => { hand.turned(+box.checked); hand.left(); };
    place.append(make("label", {}, box, make("span", { className: "track" }), dial.label));
    return (at) => { box.checked = at === 1; };
  },
};

const setUp = (dials, row, turned, left) => {
  const places = dials.map((dial, n) => {
    const made = JSON.stringify([dial.kind, dial.key, dial.label, dial.names]);
    let place = row.querySelector(`[data-dial="${n}"]`);
    if (place?.made !== made) {
      const now = make("div", { className: dial.kind, made });
      now.dataset.dial = n;
      now.shows = KINDS[dial.kind](now, dial, now);
      place ? place.replaceWith(now) : row.append(now);
      place = now;
    }
    place.turned = (at) => turned(n, at);
    place.left = left;
    return place;
  });
  const mistakes = dials.flatMap((dial, n) => (dial.right === null ? [] : [[n, dial.right]]));
  const put = make("button", { type: "button", textContent: "Put it right" });
  const wrong = make("div", { className: "wrong" }, make("strong", { textContent: "wrong on purpose" }), put);
  row.querySelector(".wrong")?.remove();
  if (mistakes.length) row.append(wrong);
  put.onclick = () => {
    mistakes.forEach(([n, right]) => turned(n, right));
    places[mistakes[0][0]].querySelector("input:checked, input").focus();  // the button goes
    left();
  };
  return (at) => {
    places.forEach((place, n) => place.shows(at[n]));
    wrong.classList.toggle("on", mistakes.some(([n, right]) => at[n] !== right));
  };
};
