// A drawing that says in words what it shows.
export default function ({ data, parentElement }) {
  const drawing = parentElement.querySelector(".drawing");
  drawing.innerHTML = data.drawing;
  drawing.setAttribute("aria-label", data.alt);
}
