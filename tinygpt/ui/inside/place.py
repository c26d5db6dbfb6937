"""Where somebody stands on /inside: a head, a position in the window, a moment; and how a link says it."""

import re
from typing import NamedTuple

import streamlit as st

PARAMETERS = "head", "position", "step"  # of the link
LAST = -1  # the position and the step of whoever stands at the end, wherever that is


class MachinePlace(NamedTuple):
    """One of the heads, one of the characters that are read, one of the moments."""

    head: str = ""  # "0.2" is head 2 of block 0; "": the one whose rows are least even at the end
    position: int = LAST  # in the window
    step: int = LAST  # of the moment


def written_place() -> str:
    """What the link says, to be read by `read_place`."""
    return ",".join(st.query_params.get(key, "") for key in PARAMETERS)


def read_place(written: str) -> MachinePlace:
    """The place that is written, such as "0.2,5,300"; what is missing or wrong in it is left to the figure."""
    head, position, step = (written.split(",") + ["", "", ""])[:3]
    whole = (int(each) if re.fullmatch(r"\d{1,6}", each, re.ASCII) else LAST for each in (position, step))
    return MachinePlace(head if re.fullmatch(r"\d{1,2}\.\d{1,3}", head, re.ASCII) else "", *whole)


def into_the_link(place: MachinePlace, began: MachinePlace) -> None:
    """Let the address say where the figure stands; what was never moved from where it `began` is not in it."""
    for key, value, at_first in zip(PARAMETERS, place, began, strict=True):
        if value in ("", LAST):
            st.query_params.pop(key, None)
        elif value != at_first or key in st.query_params:
            st.query_params[key] = str(value)
