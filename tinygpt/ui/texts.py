"""Which texts a student can choose from: the catalogue, and her own.

An own text is stored once, under the SHA-256 of its characters; the URL holds the first digits of that, never the text.
"""

import re
from pathlib import Path

import streamlit as st

from tinygpt.corpus import CATALOGUE, default_corpus
from tinygpt.engine.records import RunView
from tinygpt.files import runs_folder
from tinygpt.texts import tiny_shakespeare
from tinygpt.texts.own import is_sha256, keep_text
from tinygpt.ui import session

OWN = re.compile(r"own text ([0-9a-f]{12})")
DIGITS = 12  # of the SHA-256: enough to find a text again


def folder() -> Path:
    """Where own texts lie, for the server and for the workers."""
    return runs_folder() / "corpora"


def choices() -> dict[str, str]:
    """What stands in the list, and the key of its corpus; the default comes first."""
    keys = [default_corpus(), *CATALOGUE]
    if not tiny_shakespeare.find():
        keys.remove("tinyshakespeare")  # it would only lead to an error: `python -m tinygpt fetch` brings it
    return {CATALOGUE[key].title: key for key in dict.fromkeys(keys)} | {own_label(key): key for key in own_keys()}


def own_label(key: str) -> str:
    """How an own text is called in the list and in the URL."""
    return f"own text {key[:DIGITS]}"


def text_title(key: str) -> str:
    """A corpus' name for people."""
    return CATALOGUE[key].title if key in CATALOGUE else own_label(key)


def own_keys() -> list[str]:
    """The own texts of this session, of this student's runs, and the one that the URL asks for."""
    keys = [*st.session_state.get("own_texts", []), *(view.spec.corpus for view in session.every_run())]
    asked = OWN.fullmatch(st.query_params.get("corpus", "") or str(st.session_state.get("corpus", "")))
    if asked:
        keys += sorted(path.stem for path in folder().glob(f"{asked[1]}*.txt"))
    return [key for key in dict.fromkeys(keys) if is_sha256(key) and (folder() / f"{key}.txt").exists()]


def may_be_read(view: RunView) -> bool:
    """Whether the text of a run may be shown: one of the catalogue, or of this student's own runs, not a stranger's."""
    return not is_sha256(view.spec.corpus) or view.student == session.student()


def adopt(text: str) -> None:
    """Store an own text and choose it. For callbacks: it sets the list's value before the list is drawn."""
    key = keep_text(text, folder())
    st.session_state["own_texts"] = [*st.session_state.get("own_texts", []), key]
    st.session_state["corpus"] = own_label(key)
