"""What can be looked at in a model on /inside: one section at a time, since each is measured when it is asked for."""

from collections.abc import Callable

import streamlit as st

from tinygpt.ui import addresses
from tinygpt.ui.inside import layers, position
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.heads import what_heads_do
from tinygpt.ui.inside.layers import layer_by_layer
from tinygpt.ui.inside.machine import time_machine
from tinygpt.ui.inside.place import PARAMETERS
from tinygpt.ui.inside.position import one_position
from tinygpt.ui.inside.reading import ReadWindow
from tinygpt.ui.inside.surgery import surgery

SECTIONS: dict[str, Callable[[Model, ReadWindow], None]] = {
    "Through time": time_machine,
    "What its heads do": lambda model, _reading: what_heads_do(model),
    "Surgery": surgery,
    "Block by block": layer_by_layer,
    "One position": one_position,
}
# Of the link, and of no control that is always there.
ELSEWHERE = {"run", "window_at", "surgery", layers.KEY, position.KEY, *PARAMETERS}


def section(model: Model, reading: ReadWindow) -> None:
    """The section that is chosen; a link says which under `look`."""
    first = next(iter(SECTIONS))
    chosen = st.segmented_control(
        "Look at", list(SECTIONS), default=first, required=True, key="look", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    SECTIONS[chosen or first](model, reading)


def say_what_is_not_here() -> None:
    """A sentence where the address asked for something that is not here: once all controls are drawn."""
    if said := addresses.left_out("inside", silent=ELSEWHERE):
        st.text(said)
