"""A drawing that changes by itself, such as a table in training: swapped in place, without a flicker.

`st.html` would take every SVG out of its markup, and a figure of Plotly is made anew each time its data change.
"""

import streamlit as st

DRAWING = """
.drawing { display: flex; flex-wrap: wrap; gap: 1rem 3rem; align-items: center; }
.drawing svg { max-width: 100%; height: auto; display: block; }
"""  # drawings in a row that wraps, here and where they follow the finger (ui/drag.py)

_still = st.components.v2.component(
    "tinygpt_still",
    html='<div class="drawing" role="img"></div>',
    css=DRAWING,
    js="""
export default function ({ data, parentElement }) {
  const drawing = parentElement.querySelector(".drawing");
  drawing.innerHTML = data.drawing;
  drawing.setAttribute("aria-label", data.alt);
}
""",
)


def still(drawing: str, *, key: str, alt: str) -> None:
    """Show `drawing`, an SVG or HTML string with every text in it escaped; `alt` says in words what it shows."""
    _still(key=f"still_{key}", data={"drawing": drawing, "alt": alt})
