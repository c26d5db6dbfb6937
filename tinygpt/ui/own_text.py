"""Bring your own text: paste or upload it. What was changed is said; what cannot be used stays where it was typed."""

import streamlit as st

from tinygpt.cleaning import Cleaned, NotUtf8, check_length, clean_text, read_text
from tinygpt.ui import texts

MAX_PASTED = 2 * 1024 * 1024  # characters


def own_text() -> None:
    """An expander with a field to paste into and a place to drop a file."""
    with st.expander("Use your own text", key="own_text", on_change="rerun") as box:
        if not box.open:
            return
        st.text_area(
            "Paste a text",
            key="pasted",
            height=140,
            max_chars=MAX_PASTED,
            placeholder="A poem, song texts, a program ...",
        )
        st.file_uploader("or choose a plain text file, up to 2 MB", type=["txt", "md", "csv", "py"], key="uploaded")
        st.button("Use this text", key="use_text", on_click=_use)
        _say()


def _use(encoding: str | None = None) -> None:
    """Clean what was pasted or uploaded, store it, choose it; the field is emptied only when that went well.

    `encoding` is given when somebody has seen the preview and said yes.
    """
    state, file = st.session_state, st.session_state.get("uploaded")
    try:
        _take(read_text(file.getvalue(), encoding) if file else clean_text(state.get("pasted", "")))
    except NotUtf8 as question:
        state["own_text_says"] = ("ask", str(question), (question.guess, question.label))
    except ValueError as refusal:
        state["own_text_says"] = ("refuse", f"{refusal} What you had stays.", None)


def _take(cleaned: Cleaned) -> None:
    check_length(cleaned.text, st.session_state.get("block_size", 1))
    texts.adopt(cleaned.text)
    size, symbols = len(cleaned.text), len(set(cleaned.text))
    words = [f"Chosen: {size:,} characters, {symbols:,} of them different.", *cleaned.notes]
    st.session_state["own_text_says"] = ("done", " ".join(words), None)
    st.session_state["pasted"] = ""  # every rerun would send it again


def _say() -> None:
    """What became of the text, in one sentence, and a question where there is one. Any text is shown literally."""
    said = st.session_state.get("own_text_says")
    if not said:
        return
    kind, words, guess = said
    with st.container(key=f"own_text_{kind}"):
        st.text(words)
        if guess:
            codec, label = guess
            st.button(f"Yes, read it as {label}", key="read_as", on_click=_use, args=(codec,))
