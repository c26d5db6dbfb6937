"""Page: train a model live."""

import streamlit as st

st.title("Train", anchor=False)
