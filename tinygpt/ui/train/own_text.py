"""Bring your own text: paste or upload it. What was changed is said; what cannot be used stays where it was typed."""

import streamlit as st

from tinygpt.corpus import check_length
from tinygpt.spelling import isolated, thousands
from tinygpt.texts.cleaning import MAX_BYTES, Cleaned, clean_text, read_text
from tinygpt.texts.decoding import NotUtf8
from tinygpt.texts.encodings import Reading
from tinygpt.texts.shelf import title_of
from tinygpt.ui import texts, uploads
from tinygpt.ui.train import manage_text

NOTHING = "Nothing to use yet: choose a file or paste a text, of at most 2 MB. A much larger paste does not arrive."
BOTH = "There is a pasted text and a file. Empty the field or remove the file, so that it is clear which one you mean."
NONE_IS_RIGHT = ":gray[If none of them is right, save the file as UTF-8 and choose it again.]"
NOT_STORED = (
    "The server could not store your text ({}). What you had stays: try again, or tell whoever runs this server."
)
OTHERS = 10_000  # bytes: what a browser sends of all other controls together, amply
LONG = 20_000  # characters: a longer paste would be sent again with every tick of a live run
SHOWN_OF_IT = 100  # characters under the list of encodings: the button below stays in sight
HINT = 40  # characters that the list of encodings shows of a text

Said = tuple[str, str, list[Reading]]  # what became of a text, in which words, and the readings to choose from


def own_text() -> None:
    """An expander with a field to paste into, a place to drop a file, and what can be done with the chosen text."""
    with st.expander("Use your own text", key="own_text", on_change="rerun") as box:
        if not box.open:
            return
        example = "A poem, song texts, a program ..."
        st.text_area(
            "Paste a text", key="pasted", height=140, max_chars=longest_paste(), placeholder=example, on_change=_hold
        )
        st.file_uploader("or choose a plain text file, up to 2 MB of text", key=_uploader())
        if uploads.held() > uploads.MOST // 2:
            st.text("Many files wait here to be used. If yours is refused, paste its text or try again a little later.")
        st.button("Use this text", key="use_text", on_click=_use)
        _show_held()  # below the button: the click on it is what ends a paste, and must find it where it was
        _say()
        manage_text.manage_text()


def longest_paste() -> int:
    """As many characters as can arrive, at 3 bytes each: a larger message would close the connection without a word.

    That is more than a text may have, so that of a text too large its size can be said.
    """
    return (st.get_option("server.maxWidgetStateSize") * 1_000_000 - OTHERS) // 3


def _hold() -> None:
    """Take a long paste out of its field and keep it here: a browser sends what stands there with every tick."""
    pasted = st.session_state["pasted"]
    st.session_state.pop("own_text_says", None)
    if len(pasted) > LONG:
        st.session_state["held"], st.session_state["pasted"] = pasted, ""


def _show_held() -> None:
    """The long paste that is kept, by its length and beginning."""
    if held := st.session_state.get("held", ""):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(f"Pasted: {thousands(len(held))} characters, {isolated(title_of(held))}", width="stretch")
            st.button("Forget it", key="forget_held", on_click=_forget_held, type="tertiary")


def _forget_held() -> None:
    st.session_state.pop("held", None)
    st.session_state.pop("own_text_says", None)


def _uploader() -> str:
    """The key of the place to drop a file. Another key is an empty place: there is no other way to empty it."""
    return f"uploaded_{st.session_state.get('uploads', 0)}"


def _use(encoding: str | None = None, *, cut: bool = False) -> None:
    """Clean what was pasted or uploaded, store it, choose it; both places are emptied only when that went well.

    `encoding` is given when somebody has seen the preview and said yes; `cut` takes the first 2 MB of a long paste.
    """
    state, file = st.session_state, st.session_state.get(_uploader())
    pasted = state.get("pasted", "") or state.get("held", "")
    said: Said
    try:
        if not pasted and not file:
            said = ("refuse", NOTHING, [])
        elif pasted.strip() and file:
            said = ("refuse", BOTH, [])
        elif file:
            said = ("done", _take(read_text(file.getvalue(), encoding), file.name), [])
        else:
            pasted = pasted.encode(errors="surrogatepass")[:MAX_BYTES].decode(errors="ignore") if cut else pasted
            said = ("done", _take(clean_text(pasted), title_of(pasted)), [])
    except NotUtf8 as question:
        said = ("ask", "This file is not stored as UTF-8. How, then? The best guess comes first.", question.readings)
    except ValueError as refusal:
        too_long = len(pasted.encode(errors="replace")) > MAX_BYTES
        said = ("cut" if too_long else "refuse", f"{refusal} What you had stays.", [])
    except OSError as error:
        said = ("refuse", NOT_STORED.format(error.strerror), [])
    state["own_text_says"] = said


def _take(cleaned: Cleaned, name: str) -> str:
    """Store a text under a name and choose it; what to say about it."""
    check_length(cleaned.text, st.session_state.get("block_size", 1))
    texts.adopt(cleaned.text, name)
    st.session_state["pasted"] = ""  # every rerun would send it again
    st.session_state.pop("held", None)
    uploads.let_go()
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1  # else the next paste would meet this file
    size, symbols = len(cleaned.text), len(set(cleaned.text))
    return " ".join([f"Chosen: {thousands(size)} characters, {thousands(symbols)} of them different.", *cleaned.notes])


def _say() -> None:
    """What became of the text, in one sentence, and what can be done where there is a choice. All of it literally."""
    if not (said := st.session_state.get("own_text_says")):
        return
    kind, words, found = said
    with st.container(key=f"own_text_{kind}"):
        st.text(words)
        if kind == "cut":
            st.button("Use its first 2 MB", key="use_cut", on_click=_use, kwargs={"cut": True})
        if found:
            _ask(found)


def _ask(found: list[Reading]) -> None:
    """The encodings that a file may be stored in, each with what it would say, and a button that takes one."""
    by_codec = {one.codec: one for one in found}
    chosen = by_codec[
        st.selectbox(
            "It is stored as", list(by_codec), key="stored_as", format_func=lambda codec: hint(by_codec[codec])
        )
    ]
    st.text(f"Then it would say: {isolated(chosen.preview[:SHOWN_OF_IT])}")
    st.button(f"Yes, read it as {chosen.label}", key="read_as", on_click=_use, args=(chosen.codec,))
    st.markdown(NONE_IS_RIGHT)


def hint(one: Reading) -> str:
    """An encoding in the list: its name, and how the text would begin."""
    return f"{one.label}: {isolated(one.preview[:HINT])}"
