"""The table of contents: pages, order, titles. No logic."""

import streamlit as st

from tinygpt.ui import frame
from tinygpt.ui.way_back import way_back

frame.set_up()
page = st.navigation(
    {
        "": [st.Page("learn/home.py", title="Home", default=True)],
        "Learn": [
            st.Page("learn/tokens.py", title="1 Text becomes numbers", url_path="tokens"),
            st.Page("learn/bigram.py", title="2 A table that predicts", url_path="bigram"),
            st.Page("learn/averaging.py", title="3 The mathematical trick", url_path="averaging"),
            st.Page("learn/attention.py", title="4 Self-attention", url_path="attention"),
            st.Page("learn/scaling.py", title="5 Why divide by √head_size?", url_path="scaling"),
            st.Page("learn/transformer.py", title="6 From one head to a GPT", url_path="transformer"),
        ],
        "Lab": [
            st.Page("lab/train.py", title="Train", url_path="train"),
            st.Page("lab/compare.py", title="Compare", url_path="compare"),
        ],
    },
    position="top",
)
with frame.column():
    page.run()
    frame.repaint_on_appearance()
    way_back()
