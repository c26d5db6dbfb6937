"""One question before something is gone for good: a button that asks, and below it the answers."""

from collections.abc import Callable
from typing import Literal

import streamlit as st


def delete_button(label: str, key: str, about: str = "", *, width: Literal["content", "stretch"] = "content") -> None:
    """A button that asks first. Only one question of the page is open; `about` tells things that share a `key`."""
    st.button(label, key=f"delete_{key}", on_click=_ask, args=((key, about),), width=width)


def question(words: str, key: str, command: Callable[..., object], *arguments: object, about: str = "") -> None:
    """What that button asks once it is pressed, and the two answers; `command` is the deletion."""
    if st.session_state.get("deleting") != (key, about):
        return
    st.text(words)
    with st.container(horizontal=True, gap="small"):
        st.button("Yes, delete it", key=f"delete_{key}_yes", type="primary", on_click=_do, args=(command, *arguments))
        st.button("Keep it", key=f"delete_{key}_no", on_click=_ask, args=(None,))


def _ask(what: tuple[str, str] | None) -> None:
    st.session_state["deleting"] = what


def _do(command: Callable[..., object], *arguments: object) -> None:
    _ask(None)
    command(*arguments)
