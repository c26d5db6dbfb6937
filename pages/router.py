"""The table of contents: pages, order, titles. No logic."""

import streamlit as st

from tinygpt.ui import frame

frame.set_up()
page = st.navigation(
    {
        "": [st.Page("learn/home.py", title="Home", default=True)],
        "Lab": [st.Page("lab/train.py", title="Train", url_path="train")],
    },
    position="top",
)
with frame.column():
    page.run()
    frame.repaint_on_appearance()
