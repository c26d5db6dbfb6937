"""The loss chart of the stage: the curves of the runs that are ticked, against the floors of the current run's text."""

import math
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import streamlit as st

from tinygpt.corpus import default_corpus
from tinygpt.engine.records import ENDED, RunView
from tinygpt.experiments.curves import LossCurve
from tinygpt.models import kind, leak
from tinygpt.plots.losses.loss import loss_rows
from tinygpt.plots.losses.loss_chart import loss_spec
from tinygpt.plots.losses.reach import Live, Variant, View
from tinygpt.plots.losses.tones import tone
from tinygpt.ui import floors, frame, pace, session, texts
from tinygpt.ui.train import run_list
from tinygpt.words import literal
from tinygpt.words.floors import counting_words
from tinygpt.words.loss import curve_words, end_words

PARTS = ("all", "the end")
ALT = (
    "Loss on training text and on unseen text by step, a line a run; the numbers stand in the list of runs."  # constant
)


def live_losses(views: list[RunView], current: RunView | None, max_steps: int, guess: float | None) -> None:
    """The chart, its heading, and its caption. `max_steps` is where the axis ends while nothing is shown."""
    the_end = heading()
    corpus, block_size = corpus_on_stage(current), current.spec.model.block_size if current else 8
    shown = [view for view in views if run_list.is_shown(view, current)]
    together = {view.id for view in shown}
    curves = {view.id: curve for view in shown if (curve := curve_of(view, beside=together))}
    mode = frame.mode()
    variants = [
        Variant([curves[view.id]], tone(curves[view.id].role, view.slot, mode)) for view in shown if view.id in curves
    ]
    rows = loss_rows(
        variants, floors.lines(corpus, block_size, texts.folder()), View(the_end=the_end),
        live=Live(max([view.max_steps for view in shown], default=max_steps), guess),
    )  # fmt: skip
    with st.container(key="chart"):
        st.vega_lite_chart(
            rows, loss_spec(mode, live=True), width="stretch", height="stretch", key="loss", alt=ALT,
            on_select=frame.zoomed, selection_mode=["grid"],
        )  # fmt: skip
    known = floors.count_models(corpus, texts.folder())
    # Their names go into sentences now, where marks would have a meaning.
    curves = {run: replace(curve, label=literal.markdown(curve.label)) for run, curve in curves.items()}
    status, curve = (current.status, curves.get(current.id)) if current else ("", None)
    ended, diverged = status in ENDED, status == "diverged"
    bigram = lowest_bigram(views, corpus, curves)
    words = curve_words(curve, known, ended=ended, guess=guess, diverged=diverged, bigram=bigram)
    with st.container(key="caption"):
        frame.caption(f"{words} {end_words(curves.values())}", counting_words(known))


def lowest_bigram(views: list[RunView], corpus: str, curves: dict[str, LossCurve]) -> float:
    """The lowest val loss that a bigram of these runs had on a text, as far as it is known here; inf without one."""
    bigrams = [view for view in views if view.spec.corpus == corpus and kind(view.spec.model) == "bigram"]
    drawn = [val for view in bigrams if view.id in curves for _, val in curves[view.id].vals]
    return min([*drawn, *(view.val for view in bigrams if view.val is not None)], default=math.inf)


def heading() -> bool:
    """What the chart shows, and whether it is the end alone."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small",
                      wrap=False, key="chart_head"):  # fmt: skip
        st.markdown("**Loss** in nats by step \u2002:gray[thick: unseen text (val), thin: training text]", wrap=False)
        part = st.segmented_control(
            "Show", PARTS, default=PARTS[0], required=True, key="view", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    return part == PARTS[1]


def corpus_on_stage(current: RunView | None) -> str:
    """The text whose floors are shown."""
    return current.spec.corpus if current else default_corpus()


def curve_of(view: RunView, label: str = "", beside: Collection[str] = (), **more: Any) -> LossCurve | None:
    """A run as the charts want it, under its name or `label`; None when it was deleted a moment ago, in another tab.

    It ends where `view` does: a step made meanwhile would give the chart another number than the list. A fork begins
    where it left its run, if that is one of those `beside` it: up to there they are one curve.
    """
    try:
        points = session.engine().points(view.id)
    except ValueError:
        return None
    if view.status not in ENDED:
        points = tuple(point for point in points if point.step < view.step)
    if view.origin and view.origin.run in beside:
        points = tuple(point for point in points if point.step >= view.origin.step)
        more["forked"] = True
    more |= {"moving": pace.will_change(view), "lost": view.status in ("diverged", "failed")}
    more |= {"kept": view.better is not None, "leak": leak(view.spec.model)}
    return LossCurve(view.id, label or view.name, kind(view.spec.model), points, view.max_steps, **more)
