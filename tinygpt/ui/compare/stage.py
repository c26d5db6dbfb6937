"""The stage of /compare: how the experiment goes, the chart, the verdict, the table; a tick at a time."""

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import RunView
from tinygpt.plots.losses.tones import Tone
from tinygpt.ui import floors, frame, pace, texts
from tinygpt.ui.compare import broken, chart, ladder, language, progress, results, scale, steps, sweep, verdict
from tinygpt.ui.compare.shown import Shown, shown
from tinygpt.ui.train.live import is_moving


def stage() -> None:
    """Everything that moves: it asks again and again while something is being trained, slowly while it is paused."""
    now = shown()
    live = more_to_come(now)
    every = pace.interval() if live else pace.SLOWEST if any(run.live for run in now.runs) else None
    st.fragment(_tick, run_every=every)(live)


def _tick(live: bool) -> None:
    """Each part in a place of its own, also an empty one: a control that moved would lose its tie to the address."""
    now = shown()
    pace.seen(live)
    tones = chart.styles(now)
    with st.container():
        for one in now.experiments:
            progress.progress(one)
        for note in now.notes:
            st.text(note)
    with st.container():
        drawn = chart.controls()
        if now.runs:
            chart.chart(now, drawn)
        frame.look_for(verdict.look_for(now))
    with st.container():
        for one in now.experiments:
            if one.kind == "sweep" and (groups := now.variants(one)):
                sweep.sweep(groups, tones[next(iter(groups))], one.id)
    with st.container():
        results.results(now)
        steps.seeds(now, tones)
        steps.steps(now)
    with st.container():
        for one, suffix in _suffixes(now):
            _of_its_kind(one, now.variants(one), tones, suffix)
    if live != more_to_come(now) or pace.out_of_step(live, eager=False):
        st.rerun()  # once, so that the asking begins, stops, or finds its new pace


def _suffixes(now: Shown) -> list[tuple[ExperimentView, str]]:
    """The experiments, each with an ending for its keys: none for the first of a kind, so that the link names it."""
    kinds = [one.kind for one in now.experiments]
    firsts = [kinds.index(one.kind) == n for n, one in enumerate(now.experiments)]
    return [(one, "" if first else f"_{one.id}") for one, first in zip(now.experiments, firsts, strict=True)]


def _of_its_kind(one: ExperimentView, groups: dict[str, list[RunView]], tones: dict[str, Tone], suffix: str) -> None:
    """What an experiment of this kind has to show beside its curves; `groups` are its variants on the chart."""
    if not groups:
        return
    if one.kind == "ladder":
        ladder.ladder(groups, suffix)
    elif one.kind == "scale":
        scale.scale(groups, tones, suffix)
    elif one.kind == "break":
        broken.broken(one)
    elif one.kind == "language":
        language.language(one)


def more_to_come(now: Shown) -> bool:
    """Whether the stage will look different soon: a run moves, or the floors of its text are being counted."""
    counting = bool(now.runs) and not floors.are_counted(now.corpus, texts.folder())
    return counting or any(map(is_moving, now.runs))
