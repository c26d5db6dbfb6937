"""Page: open a model, and see what each of its heads does with a text, from its first weights to its last."""

import streamlit as st

from tinygpt.ui import addresses, frame
from tinygpt.ui.inside import chosen, reading, sections

frame.bench("Inside", "Open a model: where each head looks, what it expects next, and how that came to be.")
addresses.remember("inside")

left, right = st.columns([3, 11], gap="medium")
with left:
    model = chosen.choose_model("lab/generate.py", "Let it write")
    window = reading.choose_reading(model) if model else None
with right:
    if model and window:
        sections.section(model, window)
with left:
    sections.say_what_is_not_here()
