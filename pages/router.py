"""The table of contents: pages, order, titles. No logic."""

import streamlit as st

from tinygpt.ui import addresses, frame
from tinygpt.words.storyboard import every_page

frame.set_up()
page = st.navigation(
    {
        "": [st.Page("learn/home.py", title="Home", default=True)],
        "Learn": [st.Page(f"learn/{one.name}.py", title=one.heading, url_path=one.name) for one in every_page()],
        "Lab": [
            st.Page("lab/train.py", title="Train", url_path="train"),
            st.Page("lab/compare.py", title="Compare", url_path="compare"),
            st.Page("lab/inside.py", title="Inside", url_path="inside"),
            st.Page("lab/generate.py", title="Generate", url_path="generate"),
        ],
    },
    position="top",
)
addresses.follow_moved(page.url_path)
addresses.tidy()
with frame.column():
    page.run()
    frame.follow_the_browser()
