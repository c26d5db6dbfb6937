"""The stage of /compare: how the experiment goes, the chart, the verdict, the table; a tick at a time."""

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import RunView
from tinygpt.plots.losses.tones import Tone
from tinygpt.ui import frame, pace
from tinygpt.ui.compare import broken, chart, ladder, language, progress, results, scale, steps, sweep, verdict
from tinygpt.ui.compare.shown import Shown, chosen


def comparison_stage(now: Shown) -> None:
    """Everything that moves: it asks again and again while something is being trained, slowly while it is paused."""
    live = pace.more_to_come(now.runs, now.corpus)
    every = pace.interval() if live else pace.SLOWEST if any(run.live for run in now.runs) else None
    st.fragment(_tick, run_every=every)([now], live)


def _tick(fresh: list[Shown], live: bool) -> None:
    """Each part in a place of its own, also an empty one: a control that moved would lose its tie to the address.

    `fresh` holds what the page has just asked for; a tick finds it empty, and asks anew.
    """
    now = fresh.pop() if fresh else chosen()
    pace.seen(live)
    tones = chart.styles(now)
    with st.container():
        for one in now.experiments:
            progress.progress(one)
        for note in now.notes:
            st.text(note)
    with st.container():
        view = chart.controls()
        if now.runs:
            chart.compared_losses(now, tones, view)
        frame.caption(verdict.comparison_words(now))
    with st.container():
        for one in now.experiments:
            if one.kind == "sweep" and (groups := now.variants(one)):
                sweep.sweep_found(groups, tones[next(iter(groups))], one.id)
    with st.container():
        results.results(now)
        steps.seed_by_seed(now, tones)
        steps.one_by_one(now)
    with st.container():
        for one, suffix in _suffixes(now):
            _of_its_kind(one, now.variants(one), tones, suffix)
    if live != pace.more_to_come(now.runs, now.corpus) or pace.out_of_step(live, eager=False):
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
        ladder.rung_by_rung(groups, suffix)
    elif one.kind == "scale":
        scale.scale_inside(groups, tones, suffix)
    elif one.kind == "break":
        broken.what_went_wrong(one)
    elif one.kind == "language":
        language.moment_of_rule(one)
