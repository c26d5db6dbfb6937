// Shared: hold(scroll, most) scrolls to a place again with each frame, for so many milliseconds, while what stands above it
// comes in; it stops as soon as somebody moves.
const MOVES = ["wheel", "touchstart", "keydown", "pointerdown"];
const hold = (scroll, most) => {
  const main = document.querySelector('[data-testid="stMain"]'), until = performance.now() + most;
  let moved = false;
  const mine = () => { moved = true; };
  MOVES.forEach((kind) => addEventListener(kind, mine, { capture: true, once: true }));
  const again = () => {
    if (moved || performance.now() > until) MOVES.forEach((kind) => removeEventListener(kind, mine, true));
    else { scroll(main); requestAnimationFrame(again); }
  };
  again();
};
