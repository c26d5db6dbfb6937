"""The stage of /compare: how the experiment goes, the chart, the verdict, the table; a tick at a time."""

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import ENDED
from tinygpt.spelling import time_range
from tinygpt.ui import confirm, frame, pace, session
from tinygpt.ui.compare import chart, kinds, models, results, sweep, verdict
from tinygpt.ui.compare.shown import Shown, chosen, compare_without
from tinygpt.ui.compare.turned import turned_words, turns_of
from tinygpt.ui.train.launch import LUCKY, SETTLED, UNLUCKY, seconds_here
from tinygpt.ui.train.status import FROM_A_LINK
from tinygpt.words import literal


def comparison_stage(now: Shown) -> None:
    """Everything that moves: it asks again and again while something is being trained, slowly while it is paused."""
    live = pace.more_to_come(now.runs, now.corpus)
    every = pace.interval(now.runs) if live else pace.SLOWEST if any(run.live for run in now.runs) else None
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
            progress(one)
        for note in now.notes:
            st.text(note)
    with st.container():
        view = chart.controls()
        curves = chart.curves_of(now)
        ends = chart.compared_losses(now, curves, tones, view) if now.runs else ""
        turned = turns_of(now, curves)
        frame.caption(
            verdict.joined(
                verdict.comparison_words(now, models.along_the_window(now.variants())), turned_words(now, turned), ends
            )
        )
    with st.container():
        for one in now.experiments:
            if one.kind == "sweep" and (groups := now.variants(one)):
                sweep.sweep_found(groups, tones[next(iter(groups))], one.id)
    with st.container():
        results.results(now, turned)
        results.seed_by_seed(now, tones)
        results.one_by_one(now)
    with st.container():
        kinds.of_their_kinds(now, tones)
    if live != pace.more_to_come(now.runs, now.corpus) or pace.out_of_step(live, now.runs):
        st.rerun()  # once, so that the asking begins, stops, or finds its new pace


def progress(one: ExperimentView) -> None:
    """One experiment: how much of it is done, how long it takes still, and the buttons that act on all of its runs."""
    place = f"experiment {one.id}"  # where what the engine says against an order is shown
    rests = one.status in ("paused", "interrupted")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", gap="small",
                      key=f"experiment_{one.id}"):  # fmt: skip
        with st.container(gap="xsmall", width=700):
            ended = sum(run.status in ENDED for run in one.runs)
            words = f"**{literal.markdown(one.title)}** \u2002{ended} of {len(one.runs)} runs have ended"
            if one.status == "running" and (left := seconds_left(one)):
                words += f" \u00b7 {time_range(LUCKY * left, UNLUCKY * left)} left"
            mine = one.student == session.student()
            words += f" \u00b7 {one.status}" if rests else ""
            st.markdown(words if mine else words + FROM_A_LINK)
            st.progress(min(1.0, one.share))
        if mine:
            engine = session.engine()
            orders = {"Resume": engine.resume} if rests else {}
            orders |= {"Pause": engine.pause} if one.status == "running" else {}
            orders |= {"Stop": engine.stop} if one.status != "ended" else {}
            with st.container(horizontal=True, width="content", gap="small"):
                for label, order in orders.items():
                    key = f"{label.lower()}_all_{one.id}"
                    st.button(label, key=key, on_click=session.act, args=(place, order, one.id))
                if one.status == "ended":
                    confirm.delete_button("Delete", f"all_{one.id}")
    confirm.question(
        f"Delete \u2018{one.title}\u2019 for good, with the curves and the models of its {len(one.runs)} runs?",
        f"all_{one.id}", _delete, place, one.id,
    )  # fmt: skip
    warning = next((f"{run.name}: {run.warning}" for run in one.runs if run.warning), "")
    for words in filter(None, (session.answer(place), warning)):
        st.text(words)


def _delete(place: str, experiment: str) -> None:
    session.act(place, session.engine().delete, experiment)
    if session.engine().experiment(experiment) is None:
        compare_without(experiment)


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
