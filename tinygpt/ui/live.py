"""The stage of the laboratory: what is training, its curve, what it writes, and the list of runs; a tick at a time."""

from dataclasses import replace

import streamlit as st

from tinygpt.engine.records import LIVE, RunView
from tinygpt.models import kind
from tinygpt.plots.look import thousands
from tinygpt.plots.loss import LossCurve, loss_rows
from tinygpt.plots.loss_chart import loss_spec
from tinygpt.plots.loss_words import look_for
from tinygpt.ui import floors, frame, literal, pace, run_list, session, texts
from tinygpt.ui.launch import spoken_time

MOVING = ("waiting", "training")  # more is to come without anybody asking
ALT = (
    "Loss on training text and on unseen text by step, a line a run; the numbers stand in the list of runs."  # constant
)


def stage(max_steps: int, guess: float | None) -> None:
    """Everything that moves. It asks the server again and again only while something is being trained."""
    views = session.runs_on_stage()
    live = more_to_come(views)
    every = pace.interval(eager=waits_for_a_point(views)) if live else None
    st.fragment(_tick, run_every=every)(max_steps, guess, live)


def _tick(max_steps: int, guess: float | None, live: bool) -> None:
    views, current = session.runs_on_stage(), session.current_run()
    pace.seen(live)
    status_line(current)
    chart(views, current, max_steps, guess)
    left, right = st.columns([6, 5], gap="large")
    with left:
        writing(current)
    with right, st.container(key="runs"):
        run_list.run_list(views, current)
    now = session.runs_on_stage()
    missed = not live and now != views  # a single step may land while the page is being drawn
    if missed or live != more_to_come(now) or pace.out_of_step(live, eager=waits_for_a_point(now)):
        st.rerun()  # once, so that the asking stops, or finds its new pace


def more_to_come(views: list[RunView]) -> bool:
    """Whether the stage will look different soon: a run moves, or the floors of its text are being counted."""
    return any(map(is_moving, views)) or not floors.are_counted(corpus_on_stage(session.current_run()), texts.folder())


def corpus_on_stage(current: RunView | None) -> str:
    """The text whose floors are shown."""
    return current.spec.corpus if current else floors.default()


def is_moving(view: RunView) -> bool:
    """Whether more is to come of a run without anybody asking; of a paused one, its last slice."""
    return view.busy or view.status in MOVING


def waits_for_a_point(views: list[RunView]) -> bool:
    """Whether a run has begun of which there is nothing to see yet."""
    return any(view.status in MOVING and not view.points for view in views)


def status_line(view: RunView | None) -> None:
    """How far it is, and the three buttons. They act within one slice of work."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="status"):
        with st.container(gap="xsmall", width=400):
            st.markdown(status_words(view))
            st.progress(min(1.0, view.step / view.max_steps) if view else 0.0)
        st.space("stretch")
        with st.container(horizontal=True, width="content", gap="small"):
            mine = view is not None and view.student == session.student()
            engine, run = session.engine(), view.id if view else ""
            status = view.status if view and mine else ""
            if status in ("paused", "interrupted"):
                st.button("Resume", key="pause", on_click=engine.resume, args=(run,))
            else:
                running = status in MOVING
                st.button("Pause", key="pause", on_click=engine.pause, args=(run,), disabled=not running)
            st.button("Step", key="step", on_click=engine.step, args=(run,), disabled=status != "paused")
            st.button(
                "Stop",
                key="stop",
                on_click=engine.stop,
                args=(run,),
                disabled=status not in (*LIVE, "interrupted"),
            )
    if view and (words := view.warning or view.note):
        st.text(words)


def status_words(view: RunView | None) -> str:
    """One line: which run, how far, how fast, how long still."""
    if view is None:
        return ":gray[Nothing trained yet. Press Train and its curve appears here.]"
    name, at = f"**{literal.markdown(view.name)}**", f"step {thousands(view.step)} of {thousands(view.max_steps)}"
    if view.status == "training" and view.steps_per_second:
        left = (view.max_steps - view.step) / view.steps_per_second
        speed = f"{view.steps_per_second:.0f}" if view.steps_per_second >= 10 else f"{view.steps_per_second:.1f}"
        return f"{name} \u2002{at} \u2002\u00b7\u2002 {speed} steps/s \u2002\u00b7\u2002 {spoken_time(left)} left"
    if view.status == "finished":
        return f"{name} \u2002finished: {thousands(view.step)} steps in {spoken_time(view.seconds)}"
    words = "pausing at" if view.status == "paused" and view.busy else WORDS[view.status]
    return f"{name} \u2002{words} {at}"


WORDS = {"waiting": "waits for its turn at", "training": "training:", "paused": "paused at", "stopped": "stopped at",
         "diverged": "diverged at", "failed": "failed at", "interrupted": "interrupted at"}  # fmt: skip


def chart(views: list[RunView], current: RunView | None, max_steps: int, guess: float | None) -> None:
    """The curves of the runs that are ticked, against the floors of the current run's text."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        st.markdown(
            "**Loss** by step, nats per character \u2002:gray[thick: unseen text (val), thin: training text]",
            width="content",
        )
        part = st.segmented_control(
            "Show", ["all", "the end"], default="all", required=True, key="view", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    corpus = corpus_on_stage(current)
    block_size = current.spec.model.block_size if current else 8
    shown = [view for view in views if run_list.is_shown(view, current)]
    curves = {view.id: curve_of(view) for view in shown}
    rows = loss_rows(
        curves.values(), floors.lines(corpus, block_size, texts.folder()), guess=guess, the_end=part == "the end",
        max_steps=max([view.max_steps for view in shown], default=max_steps),
    )  # fmt: skip
    st.vega_lite_chart(
        rows, loss_spec(frame.mode()), width="stretch", key="loss", alt=ALT, on_select=_zoomed, selection_mode=["grid"]
    )
    known = floors.of(corpus, texts.folder())
    ended = current is not None and current.status not in (*LIVE, "interrupted")
    curve = curves.get(current.id) if current else None
    if curve:  # its name goes into a sentence now, where marks would have a meaning
        curve = replace(curve, label=literal.markdown(curve.label))
    frame.look_for(look_for(curve, known, ended=ended, guess=guess))


def _zoomed() -> None:
    """Nothing to do. That somebody listens is what makes Streamlit keep the zoom when the rows change."""


def curve_of(view: RunView) -> LossCurve:
    """A run as the chart wants it."""
    points = [(point.step, point.loss, point.val) for point in session.engine().points(view.id)]
    return LossCurve(view.id, view.name, kind(view.spec.model), view.slot, points)


def writing(view: RunView | None) -> None:
    """What the current run writes, always in the same space."""
    at = f"after {thousands(view.sample_step)} steps" if view and view.sample else ""
    st.markdown(f"**It writes** \u2002:gray[{at}]")
    empty = "What the model writes appears\nhere as soon as it has learned\na little."
    st.code(literal.block(view.sample if view and view.sample else empty), language=None)
