"""A scene of lesson 2: a table is trained beside the counts, and becomes them."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from torch import Tensor

from tinygpt.engine.records import ENDED, RunView
from tinygpt.lessons import tables
from tinygpt.plots.lessons import bigram_drawings as drawings
from tinygpt.spelling import spelled, thousands
from tinygpt.training.spec import RunSpec
from tinygpt.ui import controls, frame, pace, session
from tinygpt.ui.drag import Picture, drag, still
from tinygpt.ui.lessons.bigram.runs import (
    AS_GOOD_AS_COUNTS,
    RATE,
    STEPS,
    facts_of_counts,
    facts_of_tables,
    fits,
    history_of,
    newest_run,
    table_spec,
    tables_of,
    template_of,
)
from tinygpt.ui.lessons.bigram.text import SHOWN, Counted, commonest
from tinygpt.ui.scene import Showing, alt, explain, fragment_of, scene, under_picture
from tinygpt.ui.train import status
from tinygpt.words.storyboard import Facts, Scene

NAME = "bigram table"
SLIDER = 66  # px


@scene("big-4", code=[tables.loss, tables.kl])
def becomes_the_counts(scene: Scene, text: Counted) -> Showing:
    """Train a table beside the counts, watch it become them, and drag through what was kept of it."""
    facts = facts_of_counts(text)
    yield facts
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=220):
            learning_rate = controls.of_training("learning_rate", RATE)
        with st.container(width=220):
            max_steps = controls.of_training("max_steps", STEPS)
        spec = table_spec(text, learning_rate, max_steps)
        st.button("Train", type="primary", key="train", on_click=session.order, args=("train", _train, spec))
    if words := session.answer("train"):
        st.text(words)
    pace.wait_for_a_first_point(lambda: newest_run(text))
    view = newest_run(text)
    moving = view is not None and pace.will_change(view)
    every = pace.interval([view]) if view and moving else None
    fragment_of(_tick, run_every=every)(scene, text, facts, moving)
    explain(scene, facts)


def _train(spec: RunSpec) -> None:
    session.watch(session.engine().submit(spec, student=session.student(), name=session.free_name(NAME)))


def _tick(scene: Scene, text: Counted, facts: Facts, moving: bool) -> None:
    """How far it is, the two tables, and what has become of earlier runs."""
    view = newest_run(text)
    if view and pace.wait_for_rest(partial(session.engine().view, view.id)):
        view = newest_run(text)
    pace.seen(moving)
    status.status_line(view)
    _two_tables(scene, text, view, facts, moving=moving)
    _earlier_runs(text)
    now = newest_run(text)
    if moving != (now is not None and pace.will_change(now)) or pace.out_of_step(moving, [now] if now else []):
        st.rerun()  # once: the asking stops, or finds its new pace, and the scenes below get the new table


def _two_tables(scene: Scene, text: Counted, view: RunView | None, facts: Facts, *, moving: bool) -> None:
    """While it trains, the newest table; then all that were kept, to drag through; beside it always the counts."""
    found = tables_of(view, text)
    every, last = facts_of_tables(facts, history_of(found, text)), len(found) - 1
    drawn = [last] if moving else range(len(found))
    pictures = []
    for at, drawing in zip(drawn, _tables_drawn(scene, text, found, drawn), strict=True):
        words = template_of(view, every[at]["loss"])
        pictures.append(Picture(drawing, scene.plain(words, every[at]), alt(scene, every[at], words)))
    if len(pictures) > 1:
        best = view.better[0] if view and view.better else None
        names = [f"{step}, lowest val loss" if step == best else str(step) for step in found]
        drag(pictures, key="when", label="Step", names=names, default=last)
        return
    with st.container(height=SLIDER, border=False, vertical_alignment="center"):  # where the slider will be
        st.markdown(f":gray[{scene.templates['replay']}]")
    still(pictures[-1].drawing, key=scene.key, alt=pictures[-1].alt)
    under_picture(scene, every[last], template_of(view, every[last]["loss"]))


def _tables_drawn(scene: Scene, text: Counted, found: dict[int, Tensor], drawn: Sequence[int]) -> list[str]:
    """The table at each of the places `drawn`, and the counts beside it."""
    mode, shown = frame.mode(), commonest(text, SHOWN)
    P, empty = text.P[shown][:, shown], text.counts[shown][:, shown] == 0
    counts = drawings.table_tiles(P, scene.templates["counts"], mode, empty=empty)
    steps = list(found)
    return [
        drawings.table_tiles(found[steps[at]][shown][:, shown], scene.plain("after", {"step": steps[at]}), mode)
        + counts
        for at in drawn
    ]


def _earlier_runs(text: Counted) -> None:
    """A line for each run that has ended: how fast it learned, and how near it came."""
    rows, near = [], f"KL below {AS_GOOD_AS_COUNTS:g} after about"
    for view in session.runs()[::-1]:
        if fits(view, text) and view.status in ENDED and view.step:
            found = tables_of(view, text)
            history = history_of(found, text)
            passed = tables.passes(history.steps, history.kl, AS_GOOD_AS_COUNTS)
            rows.append({
                "run": view.name, "learning rate": spelled(view.spec.train.learning_rate),
                "steps": thousands(view.step), near: None if passed is None else thousands(10 * round(passed / 10)),
                "KL at the end": history.kl[-1] if view.step in found else None,
            })  # fmt: skip
    if rows:
        formats = {
            "KL at the end": st.column_config.NumberColumn(format="%.4f"),
            **{column: st.column_config.TextColumn(alignment="right") for column in ("learning rate", "steps", near)},
        }
        st.dataframe(rows, hide_index=True, key="bigram_runs", column_config=formats, width="content")
