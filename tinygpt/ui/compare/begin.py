"""Begin an experiment: which one, its settings, what it will cost, and the button."""

from collections.abc import Callable

import streamlit as st

from tinygpt.corpus import Corpus
from tinygpt.engine.limits import check_plan
from tinygpt.experiments.plan import Plan
from tinygpt.spelling import spoken_time, thousands
from tinygpt.ui import session
from tinygpt.ui.compare import plans
from tinygpt.ui.compare.shown import compare_from_now
from tinygpt.ui.train import launch

PLACE = "begin"  # where what the engine says against an experiment is shown

KINDS: dict[str, Callable[[Corpus], Plan | None]] = {
    "Repeat with other seeds": plans.seeds_form,
    "The ladder race": plans.ladder_form,
    "The scale race": plans.scale_form,
    "Sweep a setting": plans.sweep_form,
    "Break it": plans.breakage_form,
    "Made-up languages": plans.language_form,
}


def experiment() -> None:
    """The settings of an experiment in the left column, and Run."""
    kind = st.selectbox("Experiment", list(KINDS), 1, key="experiment", bind="query-params")
    corpus = launch.chosen_corpus() if kind != "Made-up languages" else None
    plan = None
    try:
        if corpus or kind == "Made-up languages":
            plan = KINDS[kind](corpus)  # type: ignore[arg-type]
        if plan:
            check_plan(plan)
    except ValueError as error:
        st.text(str(error))
        plan = None
    if plan:
        st.markdown(f":gray[{cost_words(plan)}]")
    st.button(
        "Run", type="primary", key="begin", width="stretch", disabled=plan is None, on_click=session.order,
        args=(PLACE, _begin, plan),
    )  # fmt: skip
    if words := session.answer(PLACE):
        st.text(words)


def cost_words(plan: Plan) -> str:
    """How many runs, and how long they take on all workers together."""
    seconds = sum(launch.seconds_here(*(run.spec for run in plan.runs))) / max(1, len(session.engine().workers()))
    steps = sum(run.spec.train.max_steps for run in plan.runs)
    return f"{len(plan.runs)} runs, {thousands(steps)} steps in all, about {spoken_time(seconds)} here"


def _begin(plan: Plan) -> None:
    compare_from_now([session.engine().begin(plan, student=session.student())])
