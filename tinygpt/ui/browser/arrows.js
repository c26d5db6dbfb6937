// Presenting: arrow keys lead from scene to scene, as on slides.
const CONTROL = "input, textarea, select, [role=radio], [role=slider], [contenteditable=true]";
const arrive = (main) => {  // at the scene that the address names
  const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const scene = named?.closest?.('[class*="st-key-scene_"]');
  if (scene) main.scrollTop += scene.getBoundingClientRect().top - main.getBoundingClientRect().top;
};
export default function () {
  const main = document.querySelector('[data-testid="stMain"]');
  if (!document.arrivesAtScene) hold(arrive, 10000);
  document.arrivesAtScene = true;
  const turn = (event) => {
    const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.composedPath()[0].matches?.(CONTROL)) return;
    const tops = [...document.querySelectorAll('[class*="st-key-scene_"]')]
      .map((scene) => scene.getBoundingClientRect().top - main.getBoundingClientRect().top);
    const next = step > 0 ? tops.find((top) => top > 40) : tops.findLast((top) => top < -40);
    if (next === undefined) return;
    event.preventDefault();
    main.scrollBy({ top: next, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };
  document.addEventListener("keydown", turn);
  return () => document.removeEventListener("keydown", turn);
}
