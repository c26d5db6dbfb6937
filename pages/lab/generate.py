"""Page: let a model write, and look at each character."""

import streamlit as st

from tinygpt.ui import addresses, frame
from tinygpt.ui.generate import desk, guess, losses, paper

frame.bench("Generate", "A model writes one character at a time. See what each was drawn from, and what it looked at.")
addresses.remember("generate")

left, right = st.columns([3, 11], gap="medium")
with left, st.container(key="desk"):
    orders = desk.chosen_orders()
with right:
    if able := paper.able(orders):
        paper.written(able)
        losses.loss_levels(able[0])
        guess.next_letter(able[0])
