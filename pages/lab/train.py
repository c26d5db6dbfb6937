"""Page: train, live."""

import streamlit as st

from tinygpt.ui import addresses, controls, frame
from tinygpt.ui.train import ingredients, launch, live, own_text

LEDE = "Choose a model, guess where its curve will end, press Train. Runs stay until you delete them."
frame.bench("Train", LEDE)
addresses.remember("train")

left, stage = st.columns([3, 11], gap="small")
with left, st.container(key="settings", gap="small"):
    first, more = st.tabs(["Settings", "More settings"])
    with first:
        corpus = launch.chosen_corpus()
        own_text.own_text()
        preset = controls.preset()
        always = controls.chosen_settings(preset, "always")
        guess = controls.guess()
    with more:
        ingredients.ingredients(preset)
        spec = launch.chosen_spec(preset, corpus, always)
    launch.say_what_the_address_left_out()
    launch.start_button(spec, preset)
with stage:
    live.live_stage(always["max_steps"], guess)
