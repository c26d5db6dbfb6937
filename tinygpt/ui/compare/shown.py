"""Which runs are compared: those of an experiment, and single ones; a part of the link."""

import time
from typing import NamedTuple

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import RunView
from tinygpt.experiments.differences import variant_key
from tinygpt.models import kind
from tinygpt.spelling import lettered, unlettered
from tinygpt.ui import session, texts
from tinygpt.ui.cookie import is_name
from tinygpt.words.verdict import hidden_words

MOST, FIRST = 60, 6  # runs on one chart; runs that it begins with
LONGEST = 80  # characters of a variant's name
SHORT = {"bigram": "bigram", "head": "one head", "heads": "several heads", "gpt": "GPT"}


class Shown(NamedTuple):
    """What is compared: runs on one text, whose losses can be. `labels` names the variant of each, by the run's id."""

    experiments: list[ExperimentView]
    runs: list[RunView]
    labels: dict[str, str]
    notes: list[str]  # what there is to say
    asked: list[ExperimentView | RunView] = []  # all that the link names, also on other texts

    @property
    def corpus(self) -> str:
        """The text whose floors are shown: that of the first run, "" without one."""
        return self.runs[0].spec.corpus if self.runs else ""

    def title(self, run: RunView) -> str:
        """A run among the others: its variant in an experiment, or its own name, and its seed."""
        return f"{self.labels[run.id] if run.experiment else run.name}, seed {run.spec.train.seed}"

    def variants(self, one: ExperimentView | None = None) -> dict[str, list[RunView]]:
        """The runs of each variant, or of those of one experiment, in the order in which the variants come first."""
        found: dict[str, list[RunView]] = {}
        for run in self.runs:
            if one is None or run.experiment == one.id:
                found.setdefault(self.labels[run.id], []).append(run)
        return found


def chosen() -> Shown:
    """What the link says; without a word, the newest experiment, or the newest runs of one text.

    The first run decides on the text. Runs on any other are hidden: one set of floors cannot stand for two texts.
    """
    names = [name for name in st.query_params.get("show", "").split(",") if name]
    engine, notes = session.engine(), []
    asked = [each for name in names if is_name(name) and (each := engine.experiment(name) or engine.view(name))]
    if names and not asked:
        notes.append("This link leads to no run that is here (any more). Below are your own.")
    if not asked:
        mine = session.runs()
        newest = [run for run in mine if run.spec.corpus == mine[0].spec.corpus][:FIRST]
        asked = [*engine.experiments(session.student())[-1:]] or [*newest[::-1]]
    every = list({run.id: run for each in asked for run in runs_of(each)}.values())
    runs = [run for run in every if run.spec.corpus == every[0].spec.corpus]
    if len(runs) < len(every):
        notes.append(hidden_words(len(every) - len(runs)))
    if len(runs) > MOST:
        notes.append(f"{len(runs)} runs are too many for one chart: here are the first {MOST}.")
    experiments = [each for each in asked if isinstance(each, ExperimentView)]
    return Shown(experiments, runs[:MOST], labels(runs[:MOST]), notes, asked)


def runs_of(each: ExperimentView | RunView) -> tuple[RunView, ...]:
    """The runs of an experiment, or the one run."""
    return each.runs if isinstance(each, ExperimentView) else (each,)


def labels(runs: list[RunView]) -> dict[str, str]:
    """The variant of each run in words: its experiment's, or what its runs share; never one twice."""
    variants: dict[object, list[RunView]] = {}
    for run in runs:
        variants.setdefault((run.experiment, variant_key(run.spec)), []).append(run)
    names: dict[str, str] = {}
    for same in variants.values():
        label = lettered(same[0].label or shared_name(same), set(names.values()), longest=LONGEST)
        names |= {run.id: label for run in same}
    return {run.id: names[run.id] for run in runs}


def shared_name(runs: list[RunView]) -> str:
    """The name of a run; of several that differ by their seed alone, what their names share: "GPT, 3 seeds"."""
    if len(runs) == 1:
        return runs[0].name
    roots, seeds = {unlettered(run.name) for run in runs}, {run.spec.train.seed for run in runs}
    root = roots.pop() if len(roots) == 1 else SHORT[kind(runs[0].spec.model)]
    return f"{root}, {len(seeds)} seeds" if len(seeds) > 1 else f"{root}, {len(runs)} runs of one seed"


def choose_shown() -> Shown:
    """The list of what can be compared, and what is chosen in it; that goes into the link."""
    now = chosen()
    within = {run.id for one in now.experiments for run in one.runs}
    compared = [each for each in now.asked if isinstance(each, ExperimentView) or each.id not in within]
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
    _choose_text(now, {each.id: runs_of(each)[0] for each in compared})
    return now


def _choose_text(now: Shown, first: dict[str, RunView]) -> None:
    """Where there are several, on which text; `first` is a run of each that is chosen. It goes first into the link."""
    titles: dict[str, str] = {}
    for key in dict.fromkeys(run.spec.corpus for run in first.values()):
        titles[key] = lettered(texts.text_title(key), titles.values())
    if len(titles) < 2:
        return
    st.session_state["of_text"] = now.corpus
    st.selectbox(
        "on the text", list(titles), key="of_text", format_func=titles.__getitem__,
        on_change=lambda: compare_from_now(
            sorted(first, key=lambda name: first[name].spec.corpus != st.session_state["of_text"])
        ),
    )  # fmt: skip


def _title(each: ExperimentView | RunView) -> str:
    """A run, or an experiment among others of its kind."""
    mine = "" if each.student == session.student() else ", not yours"
    if isinstance(each, RunView):
        return f"{each.name}{mine}"
    return f"{each.title}, {len(each.runs)} runs, {time.strftime('%H:%M', time.localtime(each.created))}{mine}"


def compare_without(name: str) -> None:
    """Take what was deleted out of the link."""
    compare_from_now([each for each in st.query_params.get("show", "").split(",") if each not in ("", name)])


def compare_from_now(names: list[str]) -> None:
    """Compare these experiments and runs from now on."""
    if names:
        st.query_params["show"] = ",".join(names)
    else:
        st.query_params.pop("show", None)
