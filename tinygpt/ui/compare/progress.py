"""How an experiment goes: one line, one bar, and the buttons that act on all of its runs."""

from collections.abc import Callable

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import ENDED
from tinygpt.spelling import spoken_time
from tinygpt.ui import session
from tinygpt.ui.train.launch import SETTLED, seconds_here
from tinygpt.words import markdown as literal


def progress(one: ExperimentView) -> None:
    """One experiment: how much of it is done, and how long it will take still."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", gap="small",
                      key=f"experiment_{one.id}"):  # fmt: skip
        with st.container(gap="xsmall", width=500):
            st.markdown(progress_words(one))
            st.progress(min(1.0, one.share))
        if one.student == session.student():
            with st.container(horizontal=True, width="content", gap="small"):
                experiment_buttons(one)
    if said := session.answer(_place(one.id)):
        st.text(said)


def progress_words(one: ExperimentView) -> str:
    """Which experiment, how many of its runs have ended, how long still."""
    ended = sum(run.status in ENDED for run in one.runs)
    how_far = f"{ended} of {len(one.runs)} runs have ended"
    if one.status == "running" and (left := seconds_left(one)):
        how_far += f" \u00b7 about {spoken_time(left)} left"
    elif one.status in ("paused", "interrupted"):
        how_far += f" \u00b7 {one.status}"
    return f"**{literal.markdown(one.title)}** \u2002{how_far}"


def seconds_left(one: ExperimentView) -> float:
    """What is left of each run, at its own speed once that is known, shared out among the workers."""
    moving = [run for run in one.runs if run.moving]
    usual = seconds_here(*(run.spec for run in moving))
    seconds = sum(
        (run.max_steps - run.step) / run.steps_per_second
        if run.step >= SETTLED and run.steps_per_second
        else whole * (1 - run.step / run.max_steps)
        for run, whole in zip(moving, usual, strict=True)
    )
    return seconds / max(1, len(session.engine().workers()))


def experiment_buttons(one: ExperimentView) -> None:
    """Pause or Resume, Stop; Delete, once it has ended."""
    engine = session.engine()
    if one.status in ("paused", "interrupted"):
        _button("Resume", "resume_all", engine.resume, one.id)
    elif one.status == "running":
        _button("Pause", "pause_all", engine.pause, one.id)
    if one.status != "ended":
        _button("Stop", "stop_all", engine.stop, one.id)
    else:
        _button("Delete", "delete_all", engine.delete, one.id)


def _button(label: str, key: str, command: Callable[[str], None], experiment: str) -> None:
    st.button(label, key=f"{key}_{experiment}", on_click=session.order, args=(_place(experiment), command, experiment))


def _place(experiment: str) -> str:
    """Where what the engine says against an order is shown."""
    return f"experiment {experiment}"
