// Streamlit makes an entry of the history whenever the server changes the URL's parameters: one for each move of a
// figure that follows the finger, and one for a page that is just being left, whose settings it takes out of the URL
// first. Back would go through all of them, and first to a page without its settings. So here a change of parameters
// replaces an entry, and an entry that is left gets back what its link said when somebody clicked. And a page that is
// turned begins at its top: while the new one comes in, the browser would hold on to a place of the old one.
export default function () {
  if (history.entriesArePages) return;
  history.entriesArePages = true;
  const push = history.pushState.bind(history), replace = history.replaceState.bind(history);
  let left = null;  // the page that is being left, with its settings
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) left = new URL(location.href);
  }, true);
  history.pushState = (state, title, url) => {
    const to = new URL(url, location.href);
    if (to.pathname === location.pathname) return replace(state, title, url);
    if (left && left.pathname === location.pathname) replace(history.state, "", left);
    left = null;
    push(state, title, url);
    if (!to.hash) hold((main) => { main.scrollTop = 0; }, 2000);
  };
}
