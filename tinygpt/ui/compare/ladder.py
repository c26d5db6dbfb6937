"""The rungs of the ladder race: what is new in each, what the lecture says it brings, the code that it switches on."""

import inspect
from statistics import fmean
from textwrap import dedent
from typing import Any

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.experiments.differences import setting_words, what_differs
from tinygpt.experiments.ladder import code_of
from tinygpt.models import count_parameters
from tinygpt.spelling import number, thousands
from tinygpt.training.presets import PRESETS, stated
from tinygpt.ui.compare.standing import losses
from tinygpt.words import markdown as literal

NOT_NEW = ("model", "max_steps", "learning_rate", "init", "scale", "dropout", "softmax_dim")  # nothing to learn here


def rung_by_rung(rungs: dict[str, list[RunView]], suffix: str = "") -> None:
    """A table of all rungs, and the code difference of the one that is chosen; `suffix` makes its key its own."""
    st.header("Rung by rung", anchor=f"rungs{suffix}")
    st.table(_rows(rungs), border="horizontal", hide_index=True)
    if not any(stated(runs[0].spec) for runs in rungs.values()):
        st.markdown(
            ":gray[The lecture's losses are those of its own sizes and steps (5\u202f000; 3\u202f000 for the table).]"
        )
    labels = list(rungs)
    chosen = st.segmented_control(
        "What is new in", labels, default=labels[-1], key=f"rung_code{suffix}", bind=None if suffix else "query-params"
    )
    if chosen in rungs:
        _difference(rungs, chosen, labels)


def _rows(rungs: dict[str, list[RunView]]) -> list[dict[str, str]]:
    rows = []
    for label, runs in rungs.items():
        found, target = losses(runs), stated(runs[0].spec)
        words = next((preset.words for preset in PRESETS.values() if preset.title == label), "")
        rows.append(
            {
                "rung": literal.markdown(label),
                "what is new": literal.markdown(words),
                "parameters": thousands(count_parameters(runs[0].spec.model)),
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
            f"{sign} {setting_words(name, values[i])}"
            for name, values in changes.items()
            if name not in NOT_NEW
            for i, sign in enumerate("-+")
            if values[i] is not None and not (values[0] is None and setting_words(name, values[1]).startswith("no "))
        ]
        st.code("\n".join(lines), language="diff")
    for function in code_of(changes):
        st.code(dedent(inspect.getsource(function)), language="python")
