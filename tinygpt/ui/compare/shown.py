"""Which runs are compared: those of an experiment, and single ones; a part of the link."""

import time
from typing import NamedTuple

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import RunView
from tinygpt.experiments.differences import variant_key
from tinygpt.spelling import numbered
from tinygpt.ui import session
from tinygpt.ui.cookie import is_name

MOST, FIRST = 60, 6  # runs on one chart; runs that it begins with


class Shown(NamedTuple):
    """What is compared. `labels` names the variant of each run, by the run's id; `notes` is what there is to say."""

    experiments: list[ExperimentView]
    runs: list[RunView]
    labels: dict[str, str]
    notes: list[str]

    @property
    def corpus(self) -> str:
        """The text whose floors are shown: that of the first run, "" without one."""
        return self.runs[0].spec.corpus if self.runs else ""

    def title(self, run: RunView) -> str:
        """A run among the others: its variant and its seed."""
        return f"{self.labels[run.id]}, seed {run.spec.train.seed}"

    def variants(self, one: ExperimentView | None = None) -> dict[str, list[RunView]]:
        """The runs of each variant, or of those of one experiment, in the order in which the variants come first."""
        found: dict[str, list[RunView]] = {}
        for run in self.runs:
            if one is None or run.experiment == one.id:
                found.setdefault(self.labels[run.id], []).append(run)
        return found


def chosen() -> Shown:
    """What the link says; without a word, the newest experiment, or the newest runs of one text."""
    asked = [name for name in st.query_params.get("show", "").split(",") if name]
    engine, notes = session.engine(), []
    experiments = [one for name in asked if is_name(name) and (one := engine.experiment(name))]
    runs = [run for one in experiments for run in one.runs]
    runs += [run for name in asked if is_name(name) and (run := engine.view(name))]
    if asked and not runs:
        notes.append("This link leads to no run that is here (any more). Below are your own.")
    if not runs:
        experiments = engine.experiments(session.student())[-1:]
        mine = session.runs()
        newest = [run for run in mine if run.spec.corpus == mine[0].spec.corpus][:FIRST]
        runs = list(experiments[0].runs) if experiments else newest[::-1]
    runs = list({run.id: run for run in runs}.values())
    if len(runs) > MOST:
        notes.append(f"{len(runs)} runs are too many for one chart: here are the first {MOST}.")
    return Shown(experiments, runs[:MOST], labels(runs[:MOST]), notes)


def labels(runs: list[RunView]) -> dict[str, str]:
    """The variant of each run in words: its experiment's, or the name of the first run of its kind; never one twice."""
    names: dict[object, str] = {}
    for run in runs:
        key = (run.experiment, variant_key(run.spec))
        if key not in names:
            names[key] = numbered(run.label or run.name, set(names.values()), "{} ({})")
    return {run.id: names[run.experiment, variant_key(run.spec)] for run in runs}


def choose_shown() -> Shown:
    """The list of what can be compared, and what is chosen in it; that goes into the link."""
    now = chosen()
    within = {run.id for one in now.experiments for run in one.runs}
    compared: list[ExperimentView | RunView] = [*now.experiments, *(run for run in now.runs if run.id not in within)]
    ids = [each.id for each in compared]
    if ids and "show" not in st.query_params:
        compare_from_now(ids)  # so that the link is the comparison
    mine = session.engine().experiments(session.student())[::-1]
    known = {each.id: _title(each) for each in (*compared, *mine, *session.runs())}
    st.session_state["shown"] = ids  # the link is the truth: another page or a button may have changed it
    st.multiselect(
        "Shown", list(known), key="shown", format_func=known.__getitem__, max_selections=MOST,
        on_change=lambda: compare_from_now(st.session_state["shown"]), placeholder="runs and experiments",
        help="Experiments and runs, in one chart. The link opens the same ones.",
    )  # fmt: skip
    return now


def _title(each: ExperimentView | RunView) -> str:
    """A run, or an experiment among others of its kind."""
    if isinstance(each, RunView):
        return each.name
    return f"{each.title}, {len(each.runs)} runs, {time.strftime('%H:%M', time.localtime(each.created))}"


def compare_from_now(names: list[str]) -> None:
    """Compare these experiments and runs from now on."""
    if names:
        st.query_params["show"] = ",".join(names)
    else:
        st.query_params.pop("show", None)
