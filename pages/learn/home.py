"""Page: what this is and where to start."""

import streamlit as st

st.title("Train a tiny language model. Watch what it looks at.", anchor=False)
