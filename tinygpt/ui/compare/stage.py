"""The stage of /compare: how the experiment goes, the chart, the verdict, the table; a tick at a time."""

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.plots.tones import Tone
from tinygpt.ui import floors, frame, pace, texts
from tinygpt.ui.compare import broken, chart, ladder, language, progress, results, scale, sweep, verdict
from tinygpt.ui.compare.shown import Shown, shown
from tinygpt.ui.live import is_moving


def stage() -> None:
    """Everything that moves. It asks the server again and again only while something is being trained."""
    live = more_to_come(shown())
    st.fragment(_tick, run_every=pace.interval() if live else None)(live)


def _tick(live: bool) -> None:
    """Each part in a place of its own, also an empty one: a control that moved would lose its tie to the address."""
    now = shown()
    pace.seen(live)
    tones = chart.styles(now)
    with st.container():
        for one in now.experiments:
            progress.progress(one)
    with st.container():
        chart.chart(now, chart.controls())
        frame.look_for(verdict.look_for(now))
    with st.container():
        for one in now.experiments:
            if one.kind == "sweep":
                sweep.sweep(one, tones[one.labels[0]])
    with st.container():
        results.results(now)
        verdict.seeds(now, tones)
        verdict.steps(now)
    with st.container():
        for one in now.experiments:
            _of_its_kind(one, tones)
    if live != more_to_come(now) or pace.out_of_step(live, eager=False):
        st.rerun()  # once, so that the asking begins, stops, or finds its new pace


def _of_its_kind(one: ExperimentView, tones: dict[str, Tone]) -> None:
    """What an experiment of this kind has to show beside its curves."""
    if one.kind == "ladder":
        ladder.ladder(one)
    elif one.kind == "scale":
        scale.scale(one, tones)
    elif one.kind == "break":
        broken.broken(one)
    elif one.kind == "language":
        language.language(one)


def more_to_come(now: Shown) -> bool:
    """Whether the stage will look different soon: a run moves, or the floors of its text are being counted."""
    counting = bool(now.runs) and not floors.are_counted(now.corpus, texts.folder())
    return counting or any(map(is_moving, now.runs))
