"""What an address may say, and what is made of it before any page looks.

Controls are bound to its parameters. Streamlit itself leaves out a word that no list offers and a number out of its
range. What it cannot bear goes here: no value where one is needed, and a number without end. And a list's entries
also go by the names that the command line has for them.
"""

import math
from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

from tinygpt.corpus import CATALOGUE
from tinygpt.training.presets import PRESETS

WORDS = {"typed", "text", "text2", "context_a", "context_b", "corpus"}  # parameters that may say anything, or nothing
CALLED = {
    "model": {name: preset.title for name, preset in PRESETS.items()},
    "corpus": {key: entry.title for key, entry in CATALOGUE.items()},
    "reader": {"notebook": "random vectors"},  # in links of before
}


def tidy() -> None:
    """Take out of the address what no control could hold. The router calls it before the page."""
    before = st.query_params.to_dict()
    for key, said in before.items():
        with suppress(StreamlitAPIException):  # its control stands on the page already: emptied by hand, it says so
            if (called := CALLED.get(key, {}).get(said, said)) != said:
                st.query_params[key] = called
            elif key not in WORDS and not _means_something(said):
                del st.query_params[key]
    if st.query_params.to_dict() != before:
        st.rerun()  # the controls would still be given what the address said when this run began


def _means_something(said: str) -> bool:
    try:
        return math.isfinite(float(said))
    except ValueError:
        return bool(said)
