"""On a made-up language the best possible loss is known: the moment a model finds the rule, or how far it stays."""

import math

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import ENDED, RunView
from tinygpt.experiments.floors import NEAR, found_at, left_at
from tinygpt.languages.catalogue import TASKS, best_loss
from tinygpt.spelling import brief, number, thousands
from tinygpt.ui import session
from tinygpt.ui.compare.standing import final_loss
from tinygpt.words import markdown as literal


def moment_of_rule(one: ExperimentView) -> None:
    """A row for each run: when it began to find the rule, and when it had it."""
    spec = one.runs[0].spec
    if spec.corpus not in TASKS:
        return
    best = best_loss(spec.corpus, spec.model.block_size)
    st.header("The moment it is found", anchor="found")
    st.markdown(
        f"No model whatever can lose less than **{number(best, 3)}** on this language with block_size "
        f"{spec.model.block_size}. A run has found its rule from the step on which it stays within {NEAR} of that."
    )
    st.table([_row(run, best) for run in one.runs], border="horizontal", hide_index=True)


def _row(run: RunView, best: float) -> dict[str, str]:
    vals = [(point.step, point.val) for point in session.engine().points(run.id)]
    found = found_at(vals, best)
    first = next((val for _, val in vals if val is not None), None)
    began = left_at(vals, first) if first is not None else None
    return {
        "run": f"{literal.markdown(run.label)}, seed {run.spec.train.seed}",
        "begins to learn": f"step {thousands(began)}" if began is not None else "not yet",
        "has found it": _found_words(found, run),
        "above the best": _above_words(run, best),
    }


def _above_words(run: RunView, best: float) -> str:
    """How far its loss is from the best possible one: the final loss, or the last look at it."""
    if run.status == "diverged":
        return "diverged"
    last = final_loss(run)
    if last is not None:
        return brief(last - best)
    if run.val is None or not math.isfinite(run.val):
        return "\u2013"
    return f"{brief(run.val - best)} {'when stopped' if run.status == 'stopped' else 'so far'}"


def _found_words(found: int | None, run: RunView) -> str:
    if found is not None:
        return f"from step {thousands(found)} on"
    return f"not in {thousands(run.step)} steps" if run.status in ENDED else "not yet"
