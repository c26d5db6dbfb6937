"""Take it along: the points, the model, and the run itself as a script or a notebook that ends with the same loss."""

from collections.abc import Callable

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.export.notebook import notebook
from tinygpt.export.points import points_csv, points_json, together_csv
from tinygpt.export.script import script
from tinygpt.export.written import TEXT_FILE
from tinygpt.spelling import for_a_file
from tinygpt.texts.own import is_sha256, kept_text
from tinygpt.ui import session, texts
from tinygpt.ui.compare.shown import Shown


@st.fragment
def take_along(now: Shown) -> None:
    """Everything that can be saved; files are made when their button is pressed."""
    st.header("Take it along", anchor="take")
    if not now.runs:
        st.markdown(":gray[What you compare can be saved here.]")
        return
    by_id = {run.id: run for run in now.runs}
    chosen = st.selectbox(
        "Run", list(by_id), key="take", format_func=lambda i: now.title(by_id[i]),
        width=420,
    )  # fmt: skip
    _of_a_run(by_id[chosen])
    with st.container(horizontal=True, vertical_alignment="center"):
        _button("All points of all runs, CSV", lambda: _together(now), "tinygpt-comparison.csv", "text/csv", "together")
        _button(
            "The same, JSON", lambda: _together_json(now), "tinygpt-comparison.json", "application/json", "all_json"
        )
    st.markdown(":gray[The link in the address bar opens these runs and this chart, for everybody who has it.]")


def _of_a_run(run: RunView) -> None:
    store, engine, name = session.engine().store, session.engine(), for_a_file(run.label or run.name).lower() or "run"
    name = f"tinygpt-{name}-seed-{run.spec.train.seed}"

    def points() -> list:
        engine.flush()  # what is known is on disk from here on
        return store.points(run.id)

    with st.container(horizontal=True):
        _button("Script", lambda: script(run.spec, name=run.name, final=run.final), f"{name}.py", "text/x-python")
        _button(
            "Notebook", lambda: notebook(run.spec, name=run.name, final=run.final), f"{name}.ipynb",
            "application/x-ipynb+json",
        )  # fmt: skip
        _button("Points, CSV", lambda: points_csv(points()), f"{name}.csv", "text/csv")
        _button(
            "Points, JSON", lambda: points_json(run.spec, points(), name=run.name, final=run.final), f"{name}.json",
            "application/json",
        )  # fmt: skip
        if run.step:
            _button(
                "Model", lambda: engine.model_bytes(run.id) or b"", f"{name}.safetensors", "application/octet-stream"
            )
    if is_sha256(run.spec.corpus):
        _button("The text, for script and notebook", lambda: _text(run), TEXT_FILE, "text/plain", "text")
    st.markdown(
        ":gray[Script and notebook train this run again and end with the same loss, to the digit.]"
        if run.final
        else ":gray[This run has not come to its end; script and notebook train all of it.]"
    )


def _button(label: str, make: Callable[[], str | bytes], file_name: str, mime: str, key: str = "") -> None:
    st.download_button(
        label, data=make, file_name=file_name, mime=mime, key=f"take_{key or label}", on_click="ignore"
    )  # fmt: skip


def _together(now: Shown) -> str:
    engine = session.engine()
    engine.flush()
    return together_csv(
        (now.labels[run.id], run.spec.train.seed, engine.store.points(run.id)) for run in now.runs
    )  # fmt: skip


def _together_json(now: Shown) -> str:
    """A JSON list with an object for each run, as `Points, JSON` gives it."""
    engine = session.engine()
    engine.flush()
    each = (
        points_json(run.spec, engine.store.points(run.id), name=now.title(run), final=run.final) for run in now.runs
    )
    return f"[{','.join(each)}]\n"


def _text(run: RunView) -> str:
    """The own text of a run, under the name by which script and notebook look for it."""
    return kept_text(run.spec.corpus, texts.folder())
