"""Page: train, live."""

import streamlit as st

from tinygpt.ui import controls, frame
from tinygpt.ui.train import launch, live, own_text

frame.title("Train", "Choose a model, guess where its curve will end, press Train. Runs stay until you delete them.")

left, stage = st.columns([3, 8], gap="large")
with left:
    corpus = launch.chosen_corpus()
    own_text.own_text()
    preset = controls.preset()
    always = controls.chosen_settings(preset, "always")
    guess = controls.guess()
    with st.expander("More settings"):
        spec = launch.chosen_spec(preset, corpus, always)
    launch.start_button(spec, preset)
with stage:
    live.live_stage(always["max_steps"], guess)
