"""The rungs of the ladder race: what is new in each, what the lecture says it brings, the code that it switches on."""

import inspect
from statistics import fmean
from textwrap import dedent
from typing import Any

import streamlit as st

from tinygpt.differences import said, what_differs
from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import RunView
from tinygpt.plans.ladder import code_of
from tinygpt.plots.look import number, thousands
from tinygpt.presets import PRESETS
from tinygpt.ui import literal
from tinygpt.ui.compare.chart import stated
from tinygpt.ui.compare.results import losses

NOT_NEW = ("model", "max_steps", "learning_rate")  # of the first rung alone, and of no interest here


def ladder(one: ExperimentView) -> None:
    """A table of all rungs, and the code difference of the one that is chosen."""
    rungs: dict[str, list[RunView]] = {}
    for run in one.runs:
        rungs.setdefault(run.label, []).append(run)
    st.header("Rung by rung", anchor="rungs")
    st.table(_rows(rungs), border="horizontal", hide_index=True)
    labels = list(rungs)
    chosen = st.segmented_control("What is new in", labels, default=labels[-1], key="rung_code", bind="query-params")
    if chosen in rungs:
        _difference(rungs, chosen, labels)


def _rows(rungs: dict[str, list[RunView]]) -> list[dict[str, str]]:
    rows = []
    for label, runs in rungs.items():
        found, target = losses(runs), stated(runs[0])
        words = next((preset.words for preset in PRESETS.values() if preset.title == label), "")
        rows.append(
            {
                "rung": literal.markdown(label),
                "what is new": literal.markdown(words),
                "steps": thousands(runs[0].max_steps),
                "lecture": number(target) if target else "\u2013",
                "here": number(fmean(found), 3) if found else "\u2013",
            }  # fmt: skip
        )
    return rows


def _difference(rungs: dict[str, list[RunView]], chosen: str, labels: list[str]) -> None:
    """The settings that changed since the rung below, as a difference, and the code behind them."""
    changes: dict[str, tuple[Any, Any]] = {}
    if chosen != labels[0]:
        before = rungs[labels[labels.index(chosen) - 1]][0].spec
        changes = what_differs([before, rungs[chosen][0].spec])
        lines = [
            f"{sign} {said(name, values[i])}"
            for name, values in changes.items()
            if name not in NOT_NEW
            for i, sign in enumerate("-+")
            if values[i] is not None
        ]
        st.code("\n".join(lines), language="diff")
    for function in code_of(changes):
        st.code(dedent(inspect.getsource(function)), language="python")
