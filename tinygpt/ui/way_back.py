"""The browser's Back leads to the page before, as it was left.

Streamlit makes an entry of the history whenever the server changes the URL's parameters: one for each move of a figure
that follows the finger, and one for a page that is just being left, whose settings it takes out of the URL first. Back
would go through all of them, and first to a page without its settings. So here a change of parameters replaces an
entry, and an entry that is left gets back what its link said when somebody clicked.
"""

import streamlit as st

_way_back = st.components.v2.component(
    "tinygpt_way_back",
    js="""
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
  };
}
""",
)


def way_back() -> None:
    """Make it so, once for each open page of the browser. It shows nothing."""
    _way_back(key="way_back", height=1)
