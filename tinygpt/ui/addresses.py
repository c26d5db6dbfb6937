"""What an address may say, and what is made of it before any page looks.

Controls are bound to its parameters. Streamlit itself leaves out a word that no list offers and a number out of its
range. What it cannot bear goes here: no value where one is needed, and a number without end. And a list's entries
also go by the names that the command line has for them. A page whose controls are all drawn can ask what came to
nothing, and say it.
"""

import math
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from tinygpt.corpus import CATALOGUE
from tinygpt.gpt import GPTConfig
from tinygpt.settings import settings_of
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import TrainConfig
from tinygpt.words.address import address_words

WORDS = {
    "typed",
    "prompt",
    "text",
    "text2",
    "context_a",
    "context_b",
    "corpus",
}  # parameters that may say anything, or nothing
MOVED = dict.fromkeys(("distribution", "root", "wrong_draw", "wrong_dtype"), "slips")  # parameters -> their page now
CALLED = {
    "model": {name: preset.title for name, preset in PRESETS.items()},
    "corpus": {key: entry.title for key, entry in CATALOGUE.items()},
    "reader": {"notebook": "random vectors"},  # in links of before
}


SLIDERS = {  # settings whose values stand on a slider, each with its spelling
    each.name: each
    for config in (GPTConfig, TrainConfig) for each in settings_of(config).values()
    if each.control and each.offered and not isinstance(each.offered, range)
}  # fmt: skip


def follow_moved(page: str) -> None:
    """From a link of before, whose scene stands on another page now, to that page. The router calls it first."""
    said = st.query_params.to_dict()
    for to in {MOVED[key] for key in said if key in MOVED} - {page}:
        st.switch_page(f"learn/{to}.py", query_params=said)


def tidy() -> None:
    """Take out of the address what no control could hold. The router calls it before the page."""
    before = st.query_params.to_dict()
    for key, said in before.items():
        with suppress(StreamlitAPIException):  # its control stands on the page already: emptied by hand, it says so
            if (called := _called(key, said)) != said:
                st.query_params[key] = called
            elif key not in WORDS and not _means_something(said):
                del st.query_params[key]
                st.session_state.setdefault("dropped", {})[key] = said
    if st.query_params.to_dict() != before:
        st.rerun()  # the controls would still be given what the address said when this run began


def _called(key: str, said: str) -> str:
    """What its control calls that of which an address speaks: 1e-3 what is 0.001, a model by its title."""
    if (declared := SLIDERS.get(key)) and (value := declared.meant(said)) is not None:
        return declared.written(value)
    return CALLED.get(key, {}).get(said, said)


def _means_something(said: str) -> bool:
    try:
        return math.isfinite(float(said))
    except ValueError:
        return bool(said)


def remember(page: str) -> None:
    """Keep what the address says when somebody comes to `page`: before its controls are drawn."""
    asked = {name: st.query_params.get_all(name) for name in st.query_params if name != "corpus"}  # texts.follow_link
    asked |= {name: [said] for name, said in st.session_state.pop("dropped", {}).items()}
    st.session_state.setdefault(f"asked_{page}", asked)


def left_out(page: str, silent: Collection[str] = (), gone: Collection[str] = ()) -> str:
    """What of the remembered address came to nothing, in a sentence, once; "" where all of it is here.

    To be asked when all controls are drawn. `silent` has no control just now and is no mistake; of `gone` the page has
    found out itself that it is not there.
    """
    asked, state = st.session_state.get(f"asked_{page}", {}), st.session_state
    st.session_state[f"asked_{page}"] = {}
    unknown = [name for name in asked if name not in state and name not in silent and name not in gone]
    refused = {
        name: ", ".join(wrong)
        for name, values in asked.items()
        if (name in gone or name in state)
        and (wrong := [value for value in values if name in gone or not agrees(value, state[name])])
    }
    for name in [*unknown, *gone]:
        st.query_params.pop(name, None)
    return address_words(unknown, refused)


def agrees(written: str, value: Any) -> bool:
    """Whether an address that says `written` means this value of a control, or one of several."""
    if isinstance(value, list):
        return any(agrees(written, each) for each in value)
    with suppress(ValueError, TypeError):
        if not isinstance(value, bool):
            return float(written) == float(value)
    return written.lower() == str(value).lower()
