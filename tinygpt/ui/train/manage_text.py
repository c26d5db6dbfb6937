"""The chosen text, when it is the student's own: its name, who may read it, how much room there is, and its end."""

import streamlit as st

from tinygpt.spelling import thousands
from tinygpt.texts.cleaning import MAX_NAME
from tinygpt.ui import confirm, session, texts


def manage_text() -> None:
    """What can be done with the chosen text where it is this student's own; how much room her texts take."""
    if words := texts.shelf().room_words(session.student()):
        st.markdown(f":gray[{words}]")
    key = texts.choices().get(str(st.session_state.get("corpus", "")), "")
    mine = texts.own_texts().get(key)
    if mine:
        short = key[: texts.DIGITS]
        st.text_input(
            "Name of this text",
            mine.name,
            key=f"text_name_{short}_{mine.name}",
            max_chars=MAX_NAME,
            on_change=_rename,
            args=(key, f"text_name_{short}_{mine.name}"),
        )
        _share(key, shared=mine.shared)
        confirm.delete_button("Delete this text", "text", key)
        confirm.question(_what_goes(key, mine.name), "text", session.order, "text", texts.delete, key, about=key)
    if words := session.answer("text"):
        st.text(words)


def _share(key: str, *, shared: bool) -> None:
    """A tick, off at first: whether others may read the text; and the link for them where they may."""
    st.checkbox(
        "Others may read it",
        shared,
        key=f"share_{key}",
        on_change=_put_shared,
        args=(key,),
        help="Without it, whoever opens a link to your runs sees their curves and models, never this text.",
    )
    if shared:
        link = {"corpus": texts.shared_label(key)}
        st.page_link("lab/train.py", label="Link for others", query_params=link)


def _put_shared(key: str) -> None:
    session.order("text", texts.shelf().share, key, session.student(), bool(st.session_state[f"share_{key}"]))


def _rename(key: str, control: str) -> None:
    session.order("text", texts.rename, key, st.session_state[control])


def _what_goes(key: str, name: str) -> str:
    """The question before a text is deleted."""
    runs = sum(view.spec.corpus == key for view in session.every_run())
    stay = f" Your {thousands(runs)} run{'s' if runs > 1 else ''} of it stay, without their text." if runs else ""
    return f"Delete \u2018{name}\u2019 for good?{stay}"
