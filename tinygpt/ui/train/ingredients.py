"""What each choice of the speedrun brings: what it does, how soon the loss is there without it and with it alone."""

import math

import streamlit as st

from tinygpt.spelling import number, thousands
from tinygpt.training.presets import PRESETS, Preset
from tinygpt.training.speedrun import (
    ALL,
    INGREDIENTS,
    TARGET,
    USUAL,
    Ingredient,
    Reached,
    how_soon,
    nanogpt_with,
    speedrun_without,
)
from tinygpt.ui import controls


def ingredients(preset: Preset) -> None:
    """A button that opens them, where the speedrun is chosen."""
    if preset is PRESETS["speedrun"]:
        st.button("What each choice brings", key="choices", on_click=_open, width="stretch")


@st.dialog("What each choice brings", width="large")
def _open() -> None:
    found = how_soon()
    usual, ours = found[USUAL], found[ALL]
    st.markdown(
        f"A val loss of {TARGET} on Tiny Shakespeare: {USUAL} is there after {_steps(usual)}, {ALL} after "
        f"{_steps(ours)}, in time {number(ours.sooner(usual), 1)} times sooner (medians of {len(ours.steps)} seeds)."
    )
    for ingredient in INGREDIENTS:
        words, off = st.columns([4, 1], vertical_alignment="center")
        words.markdown(f"**{ingredient.title}** \u2002{ingredient.says} :gray[{_told(ingredient, found)}]")
        switched = {name: value for name, value in ingredient.usual.items() if name in controls.SETTINGS}
        key, update = f"off_{ingredient.title}", st.session_state.update
        if switched and off.button("Switch off", key=key, on_click=update, args=(switched,)):
            st.rerun()  # closes this


def _told(ingredient: Ingredient, found: dict[str, Reached]) -> str:
    """How soon the loss is there without it, and with it alone."""
    without, alone = found[speedrun_without(ingredient)], found[nanogpt_with(ingredient)]
    return f"Without it {_sooner(without, found)}; added alone to {USUAL} {_sooner(alone, found)}."


def _sooner(reached: Reached, found: dict[str, Reached]) -> str:
    """How soon one recipe is there, beside nanoGPT's: so many steps, and how many times sooner, or later."""
    times = reached.sooner(found[USUAL])
    if times == 0:
        return _steps(reached)
    if number(times, 1) == number(1, 1):
        return f"{_steps(reached)}, about as soon"
    said = f"{number(times, 1)} times sooner" if times > 1 else f"{number(1 / times, 1)} times later"
    return f"{_steps(reached)}, {said}"


def _steps(reached: Reached) -> str:
    if math.isinf(reached.middle):
        return "never in the steps that were tried"
    return f"{thousands(round(reached.middle))} steps"
