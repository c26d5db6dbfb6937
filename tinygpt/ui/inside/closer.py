"""A closer look at the model that is open: one of several, each made only when somebody chooses it."""

import streamlit as st

from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.heads import what_heads_do
from tinygpt.ui.inside.layers import layer_by_layer
from tinygpt.ui.inside.position import one_position
from tinygpt.ui.inside.reading import Reading

LOOKS = {
    "Its heads": lambda model, _: what_heads_do(model),
    "Block by block": layer_by_layer,
    "One position": one_position,
}


@st.fragment
def look_closer(model: Model, reading: Reading) -> None:
    """What can be looked at, and what is chosen of it: nothing at first.

    It is of the moment at which the time machine stood when this was drawn; a button takes the present one.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control("A closer look", list(LOOKS), key="closer", bind="query-params", width="content")
        if chosen:
            st.button("Take the moment above", key="take_moment", help="Where the time machine stands now")
    if chosen:
        LOOKS[chosen](model, reading)
