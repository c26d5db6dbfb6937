"""Bring your own text: paste or upload it. What was changed is said; what cannot be used stays where it was typed."""

import streamlit as st

from tinygpt.corpus import check_length
from tinygpt.texts.cleaning import Cleaned, clean_text, read_text
from tinygpt.texts.decoding import NotUtf8
from tinygpt.ui import texts

NOTHING = "Nothing to use yet: choose a file or paste a text, of at most 2 MB. A much larger paste does not arrive."
BOTH = "There is a pasted text and a file. Empty the field or remove the file, so that it is clear which one you mean."
OTHERS = 10_000  # bytes: what a browser sends of all other controls together, amply


def own_text() -> None:
    """An expander with a field to paste into and a place to drop a file."""
    with st.expander("Use your own text", key="own_text", on_change="rerun") as box:
        if not box.open:
            return
        example = "A poem, song texts, a program ..."
        st.text_area("Paste a text", key="pasted", height=140, max_chars=longest_paste(), placeholder=example)
        st.file_uploader("or choose a plain text file, up to 2 MB", type=["txt", "md", "csv", "py"], key=_uploader())
        st.button("Use this text", key="use_text", on_click=_use)
        _say()


def longest_paste() -> int:
    """As many characters as can arrive, at 3 bytes each: a larger message would close the connection without a word.

    That is more than a text may have, so that of a text too large its size can be said.
    """
    return (st.get_option("server.maxWidgetStateSize") * 1_000_000 - OTHERS) // 3


def _uploader() -> str:
    """The key of the place to drop a file. Another key is an empty place: there is no other way to empty it."""
    return f"uploaded_{st.session_state.get('uploads', 0)}"


def _use(encoding: str | None = None) -> None:
    """Clean what was pasted or uploaded, store it, choose it; both places are emptied only when that went well.

    `encoding` is given when somebody has seen the preview and said yes.
    """
    state, pasted, file = st.session_state, st.session_state.get("pasted", ""), st.session_state.get(_uploader())
    said: tuple[str, str, tuple[str, str] | None]
    try:
        if not pasted and not file:
            said = ("refuse", NOTHING, None)
        elif pasted.strip() and file:
            said = ("refuse", BOTH, None)
        else:
            said = ("done", _take(read_text(file.getvalue(), encoding) if file else clean_text(pasted)), None)
    except NotUtf8 as question:
        said = ("ask", str(question), (question.guess, question.label))
    except ValueError as refusal:
        said = ("refuse", f"{refusal} What you had stays.", None)
    except OSError as error:
        said = ("refuse", f"The server could not store your text ({error.strerror}). What you had stays: try again, "
                "or tell whoever runs this server.", None)  # fmt: skip
    state["own_text_says"] = said


def _take(cleaned: Cleaned) -> str:
    """Store a text and choose it; what to say about it."""
    check_length(cleaned.text, st.session_state.get("block_size", 1))
    texts.adopt(cleaned.text)
    st.session_state["pasted"] = ""  # every rerun would send it again
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1  # else the next paste would meet this file
    size, symbols = len(cleaned.text), len(set(cleaned.text))
    return " ".join([f"Chosen: {size:,} characters, {symbols:,} of them different.", *cleaned.notes])


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
