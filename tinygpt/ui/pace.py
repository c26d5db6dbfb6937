"""How often may a live page ask? Often enough to look alive, and never so often that thirty pages choke the server."""

import math
import time
from collections.abc import Callable, Iterable

import loky
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from tinygpt.engine.records import RunView
from tinygpt.ui import floors, texts

BUDGET = 25.0  # ticks a second for the whole server; beyond some 40 it falls off a cliff (measured)
FASTEST, SLOWEST = 0.5, 5.0  # seconds between two ticks of one page
# The fastest where a browser draws on the few cores that train: on two of them half a second made a run of 2,000 steps
# a third longer, a second makes it a fifth (benchmarks.live).
ON_FEW_CORES, FEW = 1.0, 3
EAGER = 0.2  # the same, while somebody waits for the first point
RARE = 1.5  # the same, where there is seldom anything new
A_MOMENT = 0.2  # seconds for which a page that is drawn waits for a first point
A_WHILE = 1.0  # the same, for a page that asks while a run makes its last steps, or does what was just asked of it
AN_END = 1.0  # seconds before its end from which a run makes its last steps
FORGOTTEN = 12.0  # seconds after which a page that has not asked is gone

CORES = loky.cpu_count()
_asked: dict[str, float] = {}  # session -> when it last asked


def interval(runs: Iterable[RunView] = ()) -> float:
    """Seconds between two ticks of a page that shows these runs.

    As often as there is news of them, since each tick is work for a browser on the cores that train; and the more pages
    are live, the longer.
    """
    now, fastest, moving = time.monotonic(), at_the_fastest(), [run for run in runs if will_change(run)]
    live = sum(now - last < FORGOTTEN for last in list(_asked.values()))
    rhythms = [run.rhythm for run in moving if run.rhythm]
    news = min([RARE, *rhythms]) if rhythms else fastest
    own = EAGER if nothing_yet(moving) else max(fastest, news)
    return min(SLOWEST, max(own, live / BUDGET))


def at_the_fastest() -> float:
    """Seconds between two ticks, at least; longer where the browser is on this machine, and that has few cores."""
    here = st.context.ip_address is None  # Streamlit gives none for a browser of the same machine
    return ON_FEW_CORES if here and CORES <= FEW else FASTEST


def nothing_yet(runs: Iterable[RunView]) -> bool:
    """Whether somebody waits for the first point of these runs."""
    moving = [run for run in runs if run.moving]
    return bool(moving) and not any(run.points for run in moving)


def wait_for_a_first_point(look: Callable[[], RunView | None]) -> bool:
    """A moment, if that run makes its first step just now: to draw a page without it, and again, takes longer. Whether
    it has waited."""
    return _wait(look, lambda run: run.busy and nothing_yet([run]), A_MOMENT)


def wait_for_rest(look: Callable[[], RunView | None]) -> bool:
    """A moment, if that run is about to rest: who asks again would see it a whole tick later. Whether it has waited."""
    return _wait(look, will_rest_soon, A_WHILE)


def will_rest_soon(run: RunView) -> bool:
    """Whether a run makes its last steps, or those that were ordered by hand, or pauses or stops after its slice."""
    if not run.busy:
        return False
    if run.stopping or run.pausing:
        return True
    left = (run.max_steps - run.step) / run.steps_per_second if run.steps_per_second else math.inf
    return run.moving and left < max(AN_END, min(run.rhythm, RARE))


def _wait(look: Callable[[], RunView | None], worth_it: Callable[[RunView], bool], seconds: float) -> bool:
    began = time.monotonic()
    waited = False
    while (run := look()) and worth_it(run) and time.monotonic() < began + seconds:
        time.sleep(0.02)
        waited = True
    return waited


def seen(live: bool) -> None:
    """A page has asked just now; one that shows nothing live does not count."""
    if context := get_script_run_ctx(suppress_warning=True):
        _asked[context.session_id] = time.monotonic() if live else 0.0
    for stale in [name for name, last in list(_asked.items()) if time.monotonic() - last > 10 * FORGOTTEN]:
        _asked.pop(stale, None)


def out_of_step(live: bool, runs: Iterable[RunView]) -> bool:
    """Whether a page's pace, set when it was last drawn, is far from what it should be now."""
    if not live:
        st.session_state.pop("pace", None)
        return False
    due = interval(runs)
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
