"""Take it along: points, model, and the run as script, notebook or plain PyTorch, which end with the same loss."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from tinygpt.corpus import load_corpus
from tinygpt.engine.records import ENDED, RunView
from tinygpt.export.notebook import notebook
from tinygpt.export.plain import plain_pytorch
from tinygpt.export.points import points_csv, points_json, together_csv
from tinygpt.export.script import script
from tinygpt.export.written import TEXT_FILE
from tinygpt.spelling import for_a_file
from tinygpt.texts.own import is_sha256
from tinygpt.training.state import Point
from tinygpt.ui import session, texts
from tinygpt.ui.compare.shown import Shown
from tinygpt.words.overfitting import last_model, lowest_model

CSV, JSON, NOTEBOOK, PYTHON = "text/csv", "application/json", "application/x-ipynb+json", "text/x-python"


@st.fragment
def take_along(now: Shown) -> None:
    """Everything that can be saved; files are made when their button is pressed."""
    st.header("Take it along", anchor="take")
    if not now.runs:
        st.markdown(":gray[What you compare can be saved here.]")
        return
    by_id = {run.id: run for run in now.runs}
    chosen = st.selectbox("Run", list(by_id), key="take", format_func=lambda i: now.title(by_id[i]), width=420)
    _of_a_run(by_id[chosen])
    with st.container(horizontal=True, vertical_alignment="center"):
        _button("All points of all runs, CSV", lambda: _together(now), "tinygpt-comparison.csv", CSV, "together")
        _button("The same, JSON", lambda: _together_json(now), "tinygpt-comparison.json", JSON, "all_json")
    st.markdown(":gray[The link in the address bar opens these runs and this chart, for everybody who has it.]")


def _of_a_run(run: RunView) -> None:
    known = _known(run)
    name = f"tinygpt-{for_a_file(run.label or run.name).lower() or 'run'}-seed-{run.spec.train.seed}"
    with st.container(horizontal=True):
        _button("Script", lambda: script(run.spec, **known), f"{name}.py", PYTHON)
        _button("Notebook", lambda: notebook(run.spec, **known), f"{name}.ipynb", NOTEBOOK)
        _button("Plain PyTorch", lambda: plain_pytorch(run.spec, **known), f"{name}-plain.py", PYTHON)
        _button("Points, CSV", lambda: points_csv(_points(run)), f"{name}.csv", CSV)
        _button("Points, JSON", lambda: points_json(run.spec, _points(run), **known), f"{name}.json", JSON)
        if run.step:
            _model(run, "Model" + f": {last_model(run.step)}" * bool(run.better), f"{name}.safetensors")
        if run.better:
            step = run.better[0]
            _model(run, f"Model: {lowest_model(step)}", f"{name}-step-{step}.safetensors", best=True)
        if not (secret := texts.why_not(run.spec.corpus)):
            _button("Its text", partial(text_for, run.spec.corpus, session.student()), TEXT_FILE, "text/plain")
    if secret:
        st.text(f"{secret} Script, notebook and plain PyTorch need that text beside them.")
    needs = "Plain PyTorch is one file that needs no tinygpt, only the text beside it."
    if is_sha256(run.spec.corpus):
        needs = "They look for the text beside them. Plain PyTorch is one file that needs nothing else of tinygpt."
    ended = "has diverged" if run.status == "diverged" else "has not come to its end"
    says = "Script and notebook train this run again to the same loss, to the digit; plain PyTorch up to rounding."
    if not run.final:
        says = f"This run {ended}; script, notebook and plain PyTorch train all of it."
    st.markdown(f":gray[{says} {needs}]")


def _button(label: str, make: Callable[[], str | bytes], file_name: str, mime: str, key: str = "") -> None:
    st.download_button(label, make, file_name, mime, key=f"take_{key or label}", on_click="ignore")


def text_for(key: str, student: str) -> str:
    """A text, asked for again when the button is pressed: it may not be shared any more."""
    return texts.why_not(key, student) or load_corpus(key, folder=texts.folder()).text


def _known(run: RunView) -> dict[str, Any]:
    """What an export says of a run beside its spec: only one that has ended has a lowest val loss for good."""
    return {"name": run.name, "final": run.final, "better": run.better if run.status in ENDED else None}


def _model(run: RunView, label: str, file_name: str, *, best: bool = False) -> None:
    made = partial(session.engine().model_bytes, run.id, best=best)
    _button(label, lambda: made() or b"", file_name, "application/octet-stream", f"model_{'best' if best else 'last'}")


def _points(run: RunView) -> list[Point]:
    engine = session.engine()
    engine.flush()  # what is known is on disk from here on
    return engine.store.points(run.id)


def _together(now: Shown) -> str:
    return together_csv((now.labels[run.id], run.spec.train.seed, _points(run)) for run in now.runs)


def _together_json(now: Shown) -> str:
    """A JSON list with an object for each run, as `Points, JSON` gives it."""
    each = (points_json(run.spec, _points(run), **_known(run) | {"name": now.title(run)}) for run in now.runs)
    return f"[{','.join(each)}]\n"
