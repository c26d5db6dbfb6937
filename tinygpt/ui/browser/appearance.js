// Tells the server when the browser's appearance is another one than the server drew for.
const asked = new WeakMap();  // what was asked for last, so that no page asks the same thing twice

export default function ({ data, parentElement, setTriggerValue }) {
  const app = document.querySelector('[data-testid="stApp"]');
  const look = () => {
    const now = getComputedStyle(app).colorScheme;
    const change = data.drawn + " to " + now;
    if (now === data.drawn) asked.delete(parentElement);
    else if (asked.get(parentElement) !== change) {
      asked.set(parentElement, change);
      setTriggerValue("changed", now);
    }
  };
  look();  // a first run may be drawn before the server knows
  const watch = new MutationObserver(look);
  watch.observe(app, { attributes: true, attributeFilter: ["class"] });
  return () => watch.disconnect();
}
