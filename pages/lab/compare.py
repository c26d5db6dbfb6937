"""Page: compare, explain and trust experiments."""

import streamlit as st

from tinygpt.ui import addresses, frame
from tinygpt.ui.compare import begin, buys, shown, stage, take

frame.bench("Compare", "Is it really better, and why? One seed proves little: repeat it, and see what is noise.")
addresses.remember("compare")

left, right = st.columns([3, 11], gap="medium")
with left:
    plan = begin.experiment()
    now = shown.choose_shown()
with right:
    below = begin.run_button(plan)
    stage.comparison_stage(now)
    buys.two_models(now)
    take.take_along(now)
    begin.say_what_came_to_nothing(below)
