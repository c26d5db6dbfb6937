"""Page: compare, explain and trust experiments."""

import streamlit as st

from tinygpt.ui import frame
from tinygpt.ui.compare import begin, buys, shown, stage, take

frame.title("Compare", "Is it really better, and why? One seed proves little: repeat it, and see what is noise.")

left, right = st.columns([3, 8], gap="large")
with left:
    plan = begin.experiment()
    now = shown.choose_shown()
with right:
    begin.run_button(plan)
    stage.comparison_stage(now)
    buys.two_models(now)
    take.take_along(now)
