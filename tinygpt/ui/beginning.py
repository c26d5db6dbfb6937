"""Where a figure that lives in the browser begins: where its link says, or where the page itself asks it to be.

What somebody makes of a figure afterwards is the browser's, and stands in the link as an echo. So it has to be known
which of the two is new.
"""

from typing import NamedTuple

import streamlit as st


class Beginning(NamedTuple):
    """What a figure is asked to begin with."""

    asked: str  # by its link or by the page, as it stands in a link
    times: int  # how often the page has asked: a figure that sees another number moves there
    now: bool  # whether it asks in this very run, of which the browser knows nothing yet


def ask_for(key: str, position: str) -> None:
    """Have the figure under `key` show `position` at its next drawing, as a link would."""
    st.session_state[f"{_name(key)}, asked"] = position


def beginning(key: str, figure: str, link: str) -> Beginning:
    """Where the figure under `key` begins; `figure` is the key of its component, and `link` what the link says."""
    name = _name(key)
    times = st.session_state.setdefault(f"{name}, times", 0)
    if (wanted := st.session_state.pop(f"{name}, asked", None)) is not None:
        st.session_state[name], st.session_state[f"{name}, times"] = wanted, times + 1
        return Beginning(wanted, times + 1, True)
    if figure not in st.session_state:  # new on this page, or there again
        st.session_state[name] = link
    return Beginning(st.session_state.setdefault(name, ""), times, False)


def _name(key: str) -> str:
    return f"{(st.context.url or '').partition('?')[0]} {key} began"
