"""The loss chart of the stage: the curves of the runs that are ticked, against the floors of the current run's text."""

from dataclasses import replace

import streamlit as st

from tinygpt.corpus import default_corpus
from tinygpt.engine.records import LIVE, RunView
from tinygpt.experiments.curves import LossCurve
from tinygpt.models import kind
from tinygpt.plots.losses.loss import loss_rows
from tinygpt.plots.losses.loss_chart import loss_spec
from tinygpt.ui import floors, frame, session, texts
from tinygpt.ui.train import run_list
from tinygpt.words import markdown as literal
from tinygpt.words.loss import look_for

ALT = (
    "Loss on training text and on unseen text by step, a line a run; the numbers stand in the list of runs."  # constant
)


def chart(views: list[RunView], current: RunView | None, max_steps: int, guess: float | None) -> None:
    """The chart, its heading, and what to look for in it."""
    the_end = heading()
    corpus = corpus_on_stage(current)
    block_size = current.spec.model.block_size if current else 8
    shown = [view for view in views if run_list.is_shown(view, current)]
    curves = {view.id: curve for view in shown if (curve := curve_of(view))}
    rows = loss_rows(
        curves.values(), floors.lines(corpus, block_size, texts.folder()), guess=guess, the_end=the_end,
        max_steps=max([view.max_steps for view in shown], default=max_steps),
    )  # fmt: skip
    st.vega_lite_chart(
        rows,
        loss_spec(frame.mode()),
        width="stretch",
        key="loss",
        alt=ALT,
        on_select=frame.zoomed,
        selection_mode=["grid"],
    )
    known = floors.of(corpus, texts.folder())
    ended = current is not None and current.status not in (*LIVE, "interrupted")
    curve = curves.get(current.id) if current else None
    if curve:  # its name goes into a sentence now, where marks would have a meaning
        curve = replace(curve, label=literal.markdown(curve.label))
    diverged = current is not None and current.status == "diverged"
    frame.look_for(look_for(curve, known, ended=ended, guess=guess, diverged=diverged))


def heading() -> bool:
    """What the chart shows, and whether it is the end alone."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        st.markdown(
            "**Loss** by step, nats per character \u2002:gray[thick: unseen text (val), thin: training text]",
            width="content",
        )
        part = st.segmented_control(
            "Show", ["all", "the end"], default="all", required=True, key="view", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    return part == "the end"


def corpus_on_stage(current: RunView | None) -> str:
    """The text whose floors are shown."""
    return current.spec.corpus if current else default_corpus()


def curve_of(view: RunView) -> LossCurve | None:
    """A run as the chart wants it; None when it was deleted a moment ago, in another tab."""
    try:
        points = [(point.step, point.loss, point.val) for point in session.engine().points(view.id)]
    except ValueError:
        return None
    return LossCurve(view.id, view.name, kind(view.spec.model), view.slot, points, view.max_steps)
