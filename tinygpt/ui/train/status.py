"""The status line: which run, how far, how fast, and the buttons that act on it within one slice of work."""

from collections.abc import Callable

import streamlit as st

from tinygpt.engine.records import ENDED, RunView
from tinygpt.spelling import count_of_steps, number, spoken_time, thousands
from tinygpt.ui import session, texts
from tinygpt.words import literal
from tinygpt.words.surgery import run_words

WORDS = {"waiting": "waits for its turn at", "training": "training:", "paused": "paused at", "stopped": "stopped at",
         "diverged": "diverged at", "failed": "failed at", "interrupted": "interrupted at"}  # fmt: skip
LOOK_INSIDE, LET_IT_WRITE = "Look inside", "Let it write"
FROM_A_LINK = " \u00b7 not yours: from a link"
STYLE = """
/* One line, so that what stands below never jumps; where it is too long, the name is cut and not the numbers. */
.st-key-status > :has(> .st-key-how_far) { flex: 1 1 16rem; min-width: 0; }
.st-key-how_far > :first-child p { display: flex; height: 1lh; overflow: hidden; white-space: nowrap; }
.st-key-how_far p > strong { min-width: 1.5rem; overflow: hidden; text-overflow: ellipsis; }
/* What there is to say of a run has its place before it is said: two lines, and on a narrow page it scrolls there. */
.st-key-remark { min-height: 2.4rem; max-height: 2.4rem; overflow-y: auto; }
.st-key-remark [data-testid="stText"] { font-size: .85rem; line-height: 1.3; }
/* Where one line has no room for it, the way inside is in the menu of the run. */
@media (min-width: 641px) and (max-width: 1000px) { :has(> .st-key-look_inside) { display: none; } }
@media (max-height: 32rem) {
  .st-key-remark { min-height: 0; }
}
@media (max-width: 640px) {
  .st-key-remark { max-height: none; }
  .st-key-how_far > :first-child p { display: block; height: 2lh; white-space: normal; }
}
"""


def status_line(view: RunView | None) -> None:
    """How far it is, the three buttons, and what there is to say."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="top", gap="small",
                      key="status"):  # fmt: skip
        with st.container(gap="xsmall", key="how_far"):
            mine = view is not None and view.student == session.student()
            st.markdown(status_words(view) + ("" if mine or view is None else FROM_A_LINK))
            with st.container(gap=None, key="remark"):
                facts = (view.warning or view.note, origin_words(view), texts.why_not(view.spec.corpus)) if view else ()
                said = [*filter(None, (session.answer("stage"), *facts))]
                if not said or (view and view.status not in ENDED):
                    st.progress(min(1.0, view.step / view.max_steps) if view else 0.0)
                for words in said:
                    st.text(words)
        with st.container(horizontal=True, width="content", gap="small", vertical_alignment="center"):
            if view and can_be_looked_into(view):
                with st.container(key="look_inside", width="content"):
                    st.page_link("lab/inside.py", label=LOOK_INSIDE, query_params={"run": view.id})
            run_buttons(view if mine else None)


def origin_words(view: RunView) -> str:
    """Of which run it is a fork, and what was done to it; "" where neither is so."""
    parent = view.origin and session.engine().view(view.origin.run)
    of = f"\u2018{parent.name}\u2019" if parent else "a run that is gone"
    begun = f"Forked from {of} at step {thousands(view.origin.step)}." if view.origin else ""
    return " ".join(filter(None, (begun, run_words(view.spec))))


def can_be_looked_into(view: RunView) -> bool:
    """Whether a run has left a model: from its first slice on."""
    return view.step > 0 or view.status in ENDED


def run_buttons(view: RunView | None) -> None:
    """Pause or Resume, Step, Stop; those that mean nothing for this run rest, and all where there is none."""
    engine, run, status = session.engine(), view.id if view else "", view.status if view else ""
    if status in ("paused", "interrupted"):
        _button("Resume", "pause", engine.resume, run, possible=True)
    else:
        _button("Pause", "pause", engine.pause, run, possible=view is not None and view.moving)
    _button("Step", "step", engine.step, run, possible=status == "paused")
    _button("Stop", "stop", engine.stop, run, possible=view is not None and status not in ENDED)


def _button(label: str, key: str, command: Callable[..., None], run: str, *, possible: bool) -> None:
    st.button(label, key=key, on_click=session.act, args=("stage", command, run), disabled=not possible)


def status_words(view: RunView | None) -> str:
    """One line: which run, how far, how fast, how long still."""
    if view is None:
        return ":gray[Nothing trained yet. Press Train, and it begins.]"
    name, at = f"**{literal.markdown(view.name)}**", f"step {thousands(view.step)} of {thousands(view.max_steps)}"
    if view.silent:
        who = "its worker" if view.busy else "the workers"
        return f"{name} \u2002{at} \u00b7 no answer from {who} for {view.silent} s"
    if view.stopping:
        return f"{name} \u2002stopping at {at}"
    if view.status == "training" and view.steps_per_second:
        left = (view.max_steps - view.step) / view.steps_per_second
        speed = number(view.steps_per_second, 0 if view.steps_per_second >= 10 else 1)
        return f"{name} \u2002{at} \u00b7 {speed} steps/s \u00b7 {spoken_time(left)} left"
    if view.status == "finished":
        return f"{name} \u2002finished: {count_of_steps(view.step)} in {spoken_time(view.seconds)}"
    words = "stepping on from" if view.steps_wanted else "pausing at" if view.pausing else WORDS[view.status]
    return f"{name} \u2002{words} {at}"
