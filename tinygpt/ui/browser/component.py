"""How the server comes by a component: three files with its name lie here, and what it shares with others."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent


def component(name: str, *shared: str) -> ComponentRenderer:
    """The component whose page, look and conduct are `name`.html, .css and .js; it may do without some of them.

    Before its own look and conduct come those in `shared`: "say" (an announcement that a screen reader hears), "hold"
    (a place to scroll to while a page comes in), "drawing" (drawings in a row) and "dials" (controls of a figure).
    """

    def read(ending: str, *names: str) -> str | None:
        files = [HERE / f"{one}{ending}" for one in names]
        return "".join(file.read_text(encoding="utf-8") for file in files if file.exists()) or None

    return st.components.v2.component(
        f"tinygpt_{name}", html=read(".html", name), css=read(".css", *shared, name), js=read(".js", *shared, name)
    )
