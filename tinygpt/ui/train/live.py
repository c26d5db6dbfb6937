"""The stage of the laboratory: what is training, its curve, what it writes, and the list of runs; a tick at a time."""

from collections.abc import Callable

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.ui import pace, session
from tinygpt.ui.train import loss, run_list, status, writing


def live_stage(max_steps: int, guess: float | None) -> None:
    """Everything that moves. It asks the server again and again only while something is being trained."""
    views, current = session.on_stage()
    if pace.wait_for_a_first_point(_newest(current)):
        views, current = session.on_stage()
    live = pace.more_to_come(views, loss.corpus_on_stage(current))
    every = pace.interval(views) if live else None
    st.fragment(_tick, run_every=every)(max_steps, guess, live)


def _newest(current: RunView | None) -> Callable[[], RunView | None]:
    """What the engine knows of that run, each time it is asked."""
    return lambda: session.engine().view(current.id) if current else None


def _tick(max_steps: int, guess: float | None, live: bool) -> None:
    views, current = session.on_stage()
    if pace.wait_for_rest(_newest(current)):
        views, current = session.on_stage()
    pace.seen(live)
    status.status_line(current)
    with st.container(horizontal=True, gap="small", key="stage"):
        with st.container(key="curves", gap="small"):
            loss.live_losses(views, current, max_steps, guess)
        with st.container(key="aside", gap="small"):
            writing.writing(current)
            writing.account(current)
            with st.container(key="runs"):
                run_list.run_list(views, current)
    # A page that is not live will not ask again, and a single step may have landed while it was being drawn.
    now, current = (views, current) if live else session.on_stage()
    more = pace.more_to_come(now, loss.corpus_on_stage(current))
    if now != views or live != more or pace.out_of_step(live, now):
        st.rerun()  # once, so that the asking stops, or finds its new pace
