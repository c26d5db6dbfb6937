"""Do you believe it? Any experiment behind a figure can be trained again, here, as a run of this student."""

import streamlit as st

from tinygpt.corpus import default_corpus
from tinygpt.engine.records import RunView
from tinygpt.plots.look import number, thousands
from tinygpt.trained import EXPERIMENTS, result, spec
from tinygpt.ui import pace, session
from tinygpt.ui.live import is_moving
from tinygpt.ui.status import status_words


def train_here(*names: str, key: str) -> None:
    """An expander in which one of the experiments `names` is trained again and compared with what is stored."""
    with st.expander("Train it here", type="compact", key=f"here_{key}", on_change="rerun") as box:
        if not box.open:
            return
        name = names[0]
        if len(names) > 1:
            name = st.selectbox("Which one?", names, key=f"which_{key}", format_func=_title, width=420)
        view = _newest(name)
        every = pace.interval() if view and is_moving(view) else None
        st.fragment(_experiment, run_every=every)(name, key, live=every is not None)


def _title(name: str) -> str:
    return EXPERIMENTS[name].title


def _newest(name: str) -> RunView | None:
    """This student's newest run of an experiment, on the text that this server has."""
    wanted = spec(name, corpus=default_corpus())
    return next((view for view in session.runs() if view.spec == wanted), None)


def _experiment(name: str, key: str, *, live: bool) -> None:
    """The button, how far its run has come, and at the end both losses. It asks again only while the run moves."""
    pace.seen(live)
    view = _newest(name)
    moving = view is not None and is_moving(view)
    steps = thousands(EXPERIMENTS[name].train.max_steps)
    st.button(
        f"Train {_title(name)}, {steps} steps", key=f"train_{key}", disabled=moving, on_click=session.order,
        args=(key, _submit, name),
    )  # fmt: skip
    if view:
        st.markdown(status_words(view))
        if view.final:
            here, stored = number(view.final[1], 3), result(name).final_val
            st.markdown(
                f"Here the val loss ended at {here}; the stored run ended at {number(stored or float('nan'), 3)}."
            )
        st.page_link("lab/train.py", label="Look at its curve", query_params={"run": view.id})
    if words := session.said(key):
        st.text(words)
    if live != moving:
        st.rerun()  # once, so that the asking begins, or stops


def _submit(name: str) -> None:
    wanted = spec(name, corpus=default_corpus())
    session.engine().submit(wanted, student=session.student(), name=session.free_name(_title(name)[:40]))
