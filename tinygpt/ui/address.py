"""What an address asked for and a page does not have: said in a sentence, and taken out of the address.

A control reads its own value from the address, and Streamlit drops one that it does not offer without a word.
"""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

import streamlit as st

from tinygpt.words.address import address_words


def remember(page: str) -> None:
    """Keep what the address says when somebody comes to `page`: before its controls are drawn."""
    st.session_state.setdefault(f"asked_{page}", st.query_params.to_dict())


def left_out(page: str, silent: Collection[str] = (), gone: Collection[str] = ()) -> str:
    """What of the remembered address came to nothing, in a sentence, once; "" where all of it is here.

    To be asked when all controls are drawn. `silent` has no control just now and is no mistake; of `gone` the page has
    found out itself that it is not there.
    """
    asked, state = st.session_state.get(f"asked_{page}", {}), st.session_state
    st.session_state[f"asked_{page}"] = {}
    unknown = [name for name in asked if name not in state and name not in silent and name not in gone]
    refused = {
        name: value
        for name, value in asked.items()
        if name in gone or (name in state and not agrees(value, state[name]))
    }
    for name in [*unknown, *gone]:
        st.query_params.pop(name, None)
    return address_words(unknown, refused)


def agrees(written: str, value: Any) -> bool:
    """Whether an address that says `written` means this value of a control."""
    with suppress(ValueError, TypeError):
        if not isinstance(value, bool):
            return float(written) == float(value)
    return written.lower() == str(value).lower()
