"""Do you believe it? Any experiment behind a figure can be trained again, here, as a run of this student."""

from collections.abc import Callable, Mapping

import streamlit as st

from tinygpt.corpus import default_corpus
from tinygpt.engine.records import RunView
from tinygpt.lessons.measured import EXPERIMENTS, result, spec
from tinygpt.spelling import number, thousands
from tinygpt.training.spec import RunSpec
from tinygpt.ui import pace, session
from tinygpt.ui.train.status import status_words

Titles = Mapping[str, str]  # experiments that are trained together, and what the run of each is called
Runs = Mapping[str, RunView]  # by experiment, in the same order


def train_here(*names: str, key: str) -> None:
    """An expander in which one of the experiments `names` is trained again and compared with what is stored."""
    with st.expander("Train it here", type="compact", key=f"here_{key}", on_change="rerun") as box:
        if not box.open:
            return
        name = names[0]
        if len(names) > 1:
            name = st.selectbox("Experiment", names, key=f"which_{key}", format_func=_title, width=420)
        label = f"Train {_title(name)}, {thousands(EXPERIMENTS[name].train.max_steps)} steps"
        train_button(label, {name: _title(name)}, _beside_the_stored, key=key)


def train_button(
    label: str, titles: Titles, compare: Callable[[Runs], None], *, key: str, primary: bool = False
) -> None:
    """A button that trains experiments together, and how their runs get on; `compare` shows what came of them."""
    live = any(map(pace.will_change, _newest(titles).values()))
    st.fragment(_runs, run_every=pace.interval() if live else None)(label, titles, compare, key, primary, live=live)


def _runs(label: str, titles: Titles, compare: Callable[[Runs], None], key: str, primary: bool, *, live: bool) -> None:
    """The button, how far its runs have come, and what came of them. It asks again only while one of them moves."""
    pace.seen(live)
    runs = _newest(titles)
    moving = any(map(pace.will_change, runs.values()))
    st.button(
        label, type="primary" if primary else "secondary", key=f"train_{key}", disabled=moving, on_click=session.order,
        args=(key, _submit, titles),
    )  # fmt: skip
    for run in runs.values():
        st.markdown(status_words(run))
    compare(runs)
    if words := session.answer(key):
        st.text(words)
    if live != moving:
        st.rerun()  # once, so that the asking begins, or stops


def _beside_the_stored(runs: Runs) -> None:
    """The loss of a run beside that of its experiment, and the way to its curve."""
    for name, run in runs.items():
        if run.final:
            here, stored = number(run.final[1], 3), number(result(name).final_val or float("nan"), 3)
            st.markdown(f"Here the val loss ended at {here}; the stored run ended at {stored}.")
        st.page_link("lab/train.py", label="Look at its curve", query_params={"run": run.id})


def _title(name: str) -> str:
    return EXPERIMENTS[name].title


def _spec(name: str) -> RunSpec:
    """An experiment on the text that this server has."""
    return spec(name, corpus=default_corpus())


def _newest(titles: Titles) -> Runs:
    """This student's newest run of each experiment, where there is one."""
    wanted, newest_last = {name: _spec(name) for name in titles}, session.runs()[::-1]
    found = {name: run for run in newest_last for name, one in wanted.items() if run.spec == one}
    return {name: found[name] for name in titles if name in found}


def _submit(titles: Titles) -> None:
    for name, title in titles.items():
        session.engine().submit(_spec(name), student=session.student(), name=session.free_name(title))
