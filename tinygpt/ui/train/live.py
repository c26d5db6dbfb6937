"""The stage of the laboratory: what is training, its curve, what it writes, and the list of runs; a tick at a time."""

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.spelling import thousands
from tinygpt.ui import pace, session
from tinygpt.ui.train import loss, run_list, status
from tinygpt.words import literal

SAMPLE_WIDTH = 30  # characters: as many as half the stage can show


def live_stage(max_steps: int, guess: float | None) -> None:
    """Everything that moves. It asks the server again and again only while something is being trained."""
    st.html(f"<style>{status.STYLE}{run_list.STYLE}</style>")
    views, current = session.on_stage()
    live = pace.more_to_come(views, loss.corpus_on_stage(current))
    every = pace.interval(eager=waits_for_a_point(views)) if live else None
    st.fragment(_tick, run_every=every)(max_steps, guess, live)


def _tick(max_steps: int, guess: float | None, live: bool) -> None:
    views, current = session.on_stage()
    pace.seen(live)
    status.status_line(current)
    loss.live_losses(views, current, max_steps, guess)
    with st.grid(2, min_column_width=330, gap="large"):
        with st.container():
            writing(current)
        with st.container(key="runs"):
            run_list.run_list(views, current)
    # A page that is not live will not ask again, and a single step may have landed while it was being drawn.
    now, current = (views, current) if live else session.on_stage()
    more = pace.more_to_come(now, loss.corpus_on_stage(current))
    if now != views or live != more or pace.out_of_step(live, eager=waits_for_a_point(now)):
        st.rerun()  # once, so that the asking stops, or finds its new pace


def waits_for_a_point(views: list[RunView]) -> bool:
    """Whether a run has begun of which there is nothing to see yet."""
    return any(view.moving and not view.points for view in views)


def writing(view: RunView | None) -> None:
    """What the current run writes, always in the same space."""
    at = f"after {thousands(view.sample_step)} steps" if view and view.sample else ""
    st.markdown(f"**It writes** \u2002:gray[{at}]")
    empty = "What the model writes appears\nhere as soon as it has learned\na little."
    st.code(literal.block(view.sample if view and view.sample else empty, width=SAMPLE_WIDTH), language=None)
