"""What can be looked at in a model on /inside: one section at a time, since each is measured when it is asked for."""

from collections.abc import Callable

import streamlit as st

from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.heads import what_heads_do
from tinygpt.ui.inside.layers import layer_by_layer
from tinygpt.ui.inside.machine import time_machine
from tinygpt.ui.inside.position import one_position
from tinygpt.ui.inside.reading import Reading
from tinygpt.ui.inside.surgery import surgery

SECTIONS: dict[str, Callable[[Model, Reading], None]] = {
    "Through time": time_machine,
    "What its heads do": lambda model, _reading: what_heads_do(model),
    "Surgery": surgery,
    "Block by block": layer_by_layer,
    "One position": one_position,
}


def section(model: Model, reading: Reading) -> None:
    """The section that is chosen; a link says which under `look`."""
    first = next(iter(SECTIONS))
    chosen = st.segmented_control(
        "Look at", list(SECTIONS), default=first, required=True, key="look", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    SECTIONS[chosen or first](model, reading)
