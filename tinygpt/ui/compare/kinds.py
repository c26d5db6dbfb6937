"""What an experiment of its kind shows beside its curves: the rungs of a ladder, what broke, when a rule was found."""

import inspect
import math
from functools import lru_cache
from statistics import fmean
from textwrap import dedent
from typing import Any

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import ENDED, RunView
from tinygpt.experiments.differences import setting_words, what_differs
from tinygpt.experiments.floors import NEAR, stays_below
from tinygpt.experiments.ladder import code_of
from tinygpt.experiments.pairs import HEALTHY
from tinygpt.inside.diagnosis import Case, Finding, diagnose
from tinygpt.languages.catalogue import TASKS, best_loss
from tinygpt.models import count_parameters, leak
from tinygpt.plots.losses.tones import Tone
from tinygpt.spelling import brief, count_of_steps, number, thousands
from tinygpt.training.loop import one_thread
from tinygpt.training.presets import PRESETS, stated
from tinygpt.ui import floors, frame, session, texts
from tinygpt.ui.compare import models
from tinygpt.ui.compare.scale import scale_inside
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.compare.standing import final_loss, losses
from tinygpt.words import literal
from tinygpt.words.diagnosis import diagnosis_words
from tinygpt.words.leaks import HOW, SEES, told_apart

NOT_NEW = ("model", "max_steps", "learning_rate", "init", "scale", "dropout", "softmax_dim")  # nothing to learn here


def of_their_kinds(now: Shown, tones: dict[str, Tone]) -> None:
    """Each experiment; the first of its kind has the keys that the link names, any other ones of its own."""
    seen: set[str] = set()
    for one in now.experiments:
        groups, suffix = now.variants(one), f"_{one.id}" if one.kind in seen else ""
        seen.add(one.kind)
        if groups and one.kind == "ladder":
            rung_by_rung(groups, suffix)
        elif groups and one.kind == "scale":
            scale_inside(groups, tones, suffix)
        elif groups and one.kind == "break":
            what_went_wrong(one)
        elif groups and one.kind == "language":
            moment_of_rule(one)


# --- the ladder -------------------------------------------------------------------------------------------------------


def rung_by_rung(rungs: dict[str, list[RunView]], suffix: str) -> None:
    """What is new in each rung and what the lecture says it brings; of the one that is chosen, the code behind it."""
    st.header("Rung by rung", anchor=f"rungs{suffix}")
    new = {preset.title: preset.words for preset in PRESETS.values()}
    rows = []
    for label, runs in rungs.items():
        found, target = losses(runs), stated(runs[0].spec)
        row = {
            "rung": told_apart(literal.markdown(label), leak(runs[0].spec.model)),
            "what is new": literal.markdown(new.get(label, "")),
            "parameters": thousands(count_parameters(runs[0].spec.model)),
            "steps": thousands(runs[0].max_steps),
            "lecture": number(target) if target else "\u2013",
            "here": number(fmean(found), 3) if found else "\u2013",
        }
        rows.append(row)
    st.table(rows, border="horizontal", hide_index=True)
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


# --- what was broken --------------------------------------------------------------------------------------------------


def what_went_wrong(one: ExperimentView) -> None:
    """The diagnosis of each broken variant, with what it and its healthy twin write."""
    st.header("What went wrong", anchor="diagnosis")
    ended = [run for run in one.runs if run.status in ENDED]
    for label in one.labels:
        run = next((run for run in ended if run.label == label), None)
        if label == HEALTHY:
            continue
        if run is None:
            st.markdown(f":gray[{literal.markdown(label)}: the diagnosis comes when a run of it has ended.]")
            continue
        seed = run.spec.train.seed
        _diagnosis(run, next((twin for twin in ended if (twin.label, twin.spec.train.seed) == (HEALTHY, seed)), None))


def _diagnosis(run: RunView, twin: RunView | None) -> None:
    st.markdown(f"**{literal.markdown(run.label)}**, seed {run.spec.train.seed}")
    try:
        found = _found(models.reached(run), run, twin)
    except ValueError as error:
        st.text(str(error))
        return
    for finding in found:
        st.markdown(literal.markdown(diagnosis_words(finding)))
    if not found:
        sees = leak(run.spec.model)
        st.markdown(HOW[sees] if sees else "Nothing in this run's own numbers shows a harm.")
    with st.grid(2, min_column_width=300, gap="large"):
        for title, one in (("It writes", run), ("The healthy one writes", twin)):
            if one is not None:
                with st.container():
                    st.markdown(f"**{title}**")
                    frame.as_written(one.sample, "Nothing yet.")


@lru_cache(maxsize=128)
def _found(where: models.At, run: RunView, twin: RunView | None) -> tuple[Finding, ...]:
    """All that is found wrong with a run that has ended; kept, because it takes a moment."""
    try:
        model = models.model_at(where)
    except ValueError:  # it diverged at once, or its file is gone: the rest can still be judged
        model = None
    case = Case(
        run.spec, models.text_of(where), model, session.engine().points(run.id),
        run.final[1] if run.final else run.val, floors.of(run.spec.corpus, texts.folder()),
        run.note if run.status == "diverged" else "",
        (twin.spec, twin.final[1] if twin.final else None) if twin else None,
    )  # fmt: skip
    with one_thread():
        return diagnose(case)


# --- made-up languages ------------------------------------------------------------------------------------------------


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
    rows = []
    for run in one.runs:
        vals = [(point.step, point.val) for point in session.engine().points(run.id)]
        found = stays_below(vals, best + NEAR)
        first = next((val for _, val in vals if val is not None), None)
        began = stays_below(vals, first - NEAR) if first is not None else None
        not_yet = f"not in {count_of_steps(run.step)}" if run.status in ENDED else "not yet"
        row = {
            "run": told_apart(f"{literal.markdown(run.label)}, seed {run.spec.train.seed}", leak(run.spec.model)),
            "begins to learn": "not yet" if began is None else f"step {thousands(began)}",
            "has found it": not_yet if found is None else f"from step {thousands(found)} on",
            "above the best": above_words(run, best),
        }
        if leak(run.spec.model):  # to read the answer is to find no rule
            row |= {"begins to learn": "\u2013", "has found it": SEES, "above the best": "\u2013"}
        rows.append(row)
    st.table(rows, border="horizontal", hide_index=True)


def above_words(run: RunView, best: float) -> str:
    """How far its loss is from the best possible one: the final loss, or the last look at it."""
    if run.status == "diverged":
        return "diverged"
    last = final_loss(run)
    if last is not None:
        return brief(last - best)
    if run.val is None or not math.isfinite(run.val):
        return "\u2013"
    return f"{brief(run.val - best)} {'when stopped' if run.status == 'stopped' else 'so far'}"
