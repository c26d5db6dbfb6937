"""Which texts a student can choose from: the catalogue, her own, and the one that a link leads to, if it is shared.

An own text is stored once, under the SHA-256 of its characters (tinygpt/texts/shelf.py). In the list and in the
address it goes by the name that its student gave it; a link for others holds the first digits of its SHA-256.
"""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

import streamlit as st

from tinygpt.corpus import CATALOGUE, default_corpus
from tinygpt.engine.records import LIVE
from tinygpt.files import runs_folder
from tinygpt.texts import tiny_shakespeare
from tinygpt.texts.keeping import forget_texts
from tinygpt.texts.own import is_sha256
from tinygpt.texts.shelf import Ownership, TextShelf
from tinygpt.ui import session

LINKED = re.compile(r"(?:own text|.*, shared) ([0-9a-f]{12})", re.DOTALL)  # links of before say "own text"
DIGITS = 12  # of the SHA-256: enough to find a text again
TITLES = tuple(entry.title for entry in CATALOGUE.values())
NOT_YOURS = "a text of somebody else"
GONE = "a text that was deleted"


def folder() -> Path:
    """Where own texts lie, for the server and for the workers."""
    return runs_folder() / "corpora"


@cache
def _shelf(folder: Path) -> TextShelf:
    return TextShelf(folder)


def shelf() -> TextShelf:
    """The own texts of this server."""
    return _shelf(folder())


def choices() -> dict[str, str]:
    """What stands in the list, and the key of its corpus; the default comes first."""
    keys = [default_corpus(), *CATALOGUE]
    if not tiny_shakespeare.find():
        keys.remove("tinyshakespeare")  # it would only lead to an error: `python -m tinygpt fetch` brings it
    linked = {shared_label(key): key for key in [_linked()] if key and key not in own_texts()}
    mine = {one.name: key for key, one in own_texts().items() if shelf().is_here(key)}
    return {CATALOGUE[key].title: key for key in dict.fromkeys(keys)} | mine | linked


def own_texts() -> dict[str, Ownership]:
    """This student's own texts by their SHA-256: those she brought, and those that runs of hers learned before texts
    had owners."""
    student = session.student()
    if st.session_state.get("claimed") != str(folder()):  # once is enough: no new run is of before
        for view in session.every_run():
            if is_sha256(view.spec.corpus):
                shelf().claim(view.spec.corpus, student, view.created)
        st.session_state["claimed"] = str(folder())
    return shelf().of(student)


def shared_label(key: str) -> str:
    """How somebody else's text is called in the list and in the address."""
    return f"{shelf().shared_name(key)}, shared {key[:DIGITS]}"


def text_title(key: str) -> str:
    """A corpus' name for people: what its student called it, where the one who looks may know that."""
    if key in CATALOGUE:
        return CATALOGUE[key].title
    if mine := own_texts().get(key):
        return mine.name
    if not shelf().is_here(key):
        return GONE
    return shelf().shared_name(key) or NOT_YOURS


def may_read(key: str) -> bool:
    """Whether this student may see the characters of a corpus: everybody those of the catalogue."""
    return _may_read(key, own_texts())


def _may_read(key: str, mine: Collection[str]) -> bool:
    return key in CATALOGUE or key in mine or shelf().shared_name(key) is not None


def why_not(key: str, student: str = "") -> str:
    """Why a text cannot be read, in a sentence; "" where it can.

    A `student` is named where no page is being drawn, as when a download is fetched: then nobody knows who asks.
    """
    if _may_read(key, shelf().of(student) if student else own_texts()):
        return ""
    if shelf().is_here(key):
        return (
            "The text of this run belongs to somebody who has not shared it: its curve and its model can be seen here."
        )
    return "The text of this run was deleted. Its curve and its model stay."


def _linked() -> str | None:
    """The text that the address asks for, where this student may read it: by its digits, or by the name that it has
    in the address of the one who shares it."""
    asked = st.query_params.get("corpus", "") or str(st.session_state.get("corpus", ""))
    digits = LINKED.fullmatch(asked)
    key = shelf().beginning(digits[1]) if digits else shelf().shared_as(asked)
    return key if key and may_read(key) else None


def follow_link(options: dict[str, str]) -> str:
    """Choose what the address asks for by digits, or by what another student calls it; else a sentence that says so.

    Once for each link: what somebody chooses afterwards counts.
    """
    asked, before = st.query_params.get("corpus", ""), st.session_state.get("corpus_asked", "")
    st.session_state["corpus_asked"] = asked
    if asked in ("", before, *options):
        return ""
    linked = _linked()
    label = next((label for label, key in options.items() if key == linked), None)
    if label is None:
        return f"The link asks for \u201c{asked[:80]}\u201d, a text that is not here, or that is not shared with you."
    st.session_state["corpus"] = label
    return ""


def adopt(text: str, name: str) -> None:
    """Store an own text and choose it. For callbacks: it sets the list's value before the list is drawn."""
    key = shelf().keep(text, session.student(), name, taken=TITLES)
    st.session_state["corpus"] = own_texts()[key].name


def rename(key: str, name: str) -> None:
    """Call an own text otherwise, and keep it chosen. For callbacks."""
    st.session_state["corpus"] = shelf().rename(key, session.student(), name, taken=TITLES)


def delete(key: str) -> None:
    """Forget an own text, with all that is kept of its characters. Runs of it stay.

    For callbacks. Raises ValueError, in words for a student, while a run of hers learns it.
    """
    live = [view.name for view in session.every_run() if view.spec.corpus == key and view.status in LIVE]
    if live:
        raise ValueError(f"{live[0]} is learning this text just now. Stop it first.")
    shelf().delete(key, session.student())
    forget_texts()
    st.session_state["corpus"] = CATALOGUE[default_corpus()].title
