"""How often may a live page ask? Often enough to look alive, and never so often that thirty pages choke the server."""

import time
from collections.abc import Iterable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from tinygpt.engine.records import RunView
from tinygpt.ui import floors, texts

BUDGET = 25.0  # ticks a second for the whole server; beyond some 40 it falls off a cliff (measured)
FASTEST, SLOWEST = 0.5, 5.0  # seconds between two ticks of one page
EAGER = 0.2  # the same, while somebody waits for the first point of a run
FORGOTTEN = 12.0  # seconds after which a page that has not asked is gone

_asked: dict[str, float] = {}  # session -> when it last asked


def interval(*, eager: bool = False) -> float:
    """Seconds between two ticks: the more pages are live, the longer. `eager` waits for a first point."""
    now = time.monotonic()
    live = sum(now - last < FORGOTTEN for last in list(_asked.values()))
    return min(SLOWEST, max(EAGER if eager else FASTEST, live / BUDGET))


def seen(live: bool) -> None:
    """A page has asked just now; one that shows nothing live does not count."""
    if context := get_script_run_ctx(suppress_warning=True):
        _asked[context.session_id] = time.monotonic() if live else 0.0
    for stale in [name for name, last in list(_asked.items()) if time.monotonic() - last > 10 * FORGOTTEN]:
        _asked.pop(stale, None)


def out_of_step(live: bool, *, eager: bool) -> bool:
    """Whether a page's pace, set when it was last drawn, is far from what it should be now."""
    if not live:
        st.session_state.pop("pace", None)
        return False
    due = interval(eager=eager)
    before = st.session_state.setdefault("pace", due)
    if due > 1.5 * before or due < before / 1.5:
        st.session_state["pace"] = due
        return True
    return False


def more_to_come(runs: Iterable[RunView], corpus: str) -> bool:
    """Whether a page will look different soon: one of its runs will, or the floors of its text are being counted."""
    return any(map(will_change, runs)) or not (corpus == "" or floors.are_counted(corpus, texts.folder()))


def will_change(run: RunView) -> bool:
    """Whether more is to come of a run without anybody asking; of a paused one, its last slice."""
    return run.busy or run.moving
