"""Begin an experiment: which one, its settings, what it will cost, and the button.

Whatever comes and goes stands below what stays, and no two kinds share a key: a control that moves on the page while it
is drawn anew would lose its tie to the address.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from tinygpt.engine.limits import check_plan
from tinygpt.experiments.plan import Plan
from tinygpt.spelling import thousands
from tinygpt.ui import addresses, session, texts
from tinygpt.ui.compare.forms import FORMS, LANGUAGES, language_form
from tinygpt.ui.compare.shown import compare_from_now
from tinygpt.ui.train import launch

PLACE = "begin"  # where what the engine says against an experiment is shown
NOT_ALWAYS = {"show", "run", "passage", "rung_code", "watch"}  # no controls, or of runs that have come far enough


def experiment() -> Plan | None:
    """The settings of an experiment in the left column; its plan, or None with a sentence that says what is wrong."""
    chosen = st.selectbox("Experiment", [*FORMS, LANGUAGES], 1, key="experiment", bind="query-params")
    plan = None
    try:
        if chosen == LANGUAGES:
            plan = language_form()
        elif corpus := launch.chosen_corpus():
            plan = FORMS[chosen](corpus)
        if plan:
            check_plan(plan)
    except ValueError as error:
        st.text(str(error))
        plan = None
    return plan


def run_button(plan: Plan | None) -> DeltaGenerator:
    """Run, and what it will cost: over the experiment's progress, so that both are in sight however long the form.

    The place below it, for what there is to say.
    """
    cost = "Nothing to run yet: the settings say what is missing."
    if plan:
        steps = sum(run.spec.train.max_steps for run in plan.runs)
        cost = launch.time_words([run.spec for run in plan.runs])
        cost = f"{len(plan.runs)} runs, {thousands(steps)} steps in all, {cost}"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.button(
            "Run", type="primary", key="begin", width=140, disabled=plan is None, on_click=session.order,
            args=(PLACE, _begin, plan),
        )  # fmt: skip
        st.markdown(f":gray[{cost}]")
    below = st.container()
    if words := session.answer(PLACE):
        below.text(words)
    return below


def say_what_came_to_nothing(below: DeltaGenerator) -> None:
    """A sentence for settings of a link that are not here, once all controls of the page are drawn."""
    if words := addresses.left_out("compare", silent=NOT_ALWAYS):
        session.say(PLACE, words)
        below.text(words)


def _begin(plan: Plan) -> None:
    """Begin what can be learned: a text may be gone, or not shared any more, since a run of it was trained."""
    for key in {planned.spec.corpus for planned in plan.runs}:
        if words := texts.why_not(key):
            raise ValueError(words)
    compare_from_now([session.engine().begin(plan, student=session.student())])
