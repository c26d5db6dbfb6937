"""How the server comes by a component: its HTML, CSS and JavaScript lie here, with what several of them share."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent


def component(name: str, *shared: str) -> ComponentRenderer:
    """The component whose script is `name`.js, with `name`.html and `name`.css where it has them.

    Before its own CSS and script stand those of `shared`, each of which says in its first line what it is for.
    FileNotFoundError without a script.
    """

    def read(ending: str, *names: str) -> str | None:
        files = [HERE / f"{one}{ending}" for one in names]
        return "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists()) or None

    if not (HERE / f"{name}.js").exists():
        raise FileNotFoundError(f"no script {name}.js in {HERE}")
    return st.components.v2.component(
        f"tinygpt_{name}", html=read(".html", name), css=read(".css", *shared, name), js=read(".js", *shared, name)
    )
