"""What is wrong with a run, found out from its own numbers, and what it writes."""

from functools import lru_cache

import streamlit as st

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import ENDED, RunView
from tinygpt.experiments.breakages import HEALTHY
from tinygpt.inside.diagnosis import Case, Finding, diagnose
from tinygpt.training.loop import one_thread
from tinygpt.ui import floors, session, texts
from tinygpt.ui.compare import models
from tinygpt.words import markdown as literal
from tinygpt.words.diagnosis import diagnosis_words

SAMPLE = 8  # lines of what it writes


def what_went_wrong(one: ExperimentView) -> None:
    """The diagnosis of each broken variant, with what it and its healthy twin write."""
    st.header("What went wrong", anchor="diagnosis")
    for label in one.labels:
        runs = [run for run in one.runs if run.label == label and run.status in ENDED]
        if label == HEALTHY:
            continue
        if not runs:
            st.markdown(f":gray[{literal.markdown(label)}: the diagnosis comes when a run of it has ended.]")
            continue
        _diagnosis(runs[0], _twin(one, runs[0]))


def _twin(one: ExperimentView, run: RunView) -> RunView | None:
    """The healthy run with the same seed, once it has ended."""
    same = (other for other in one.runs if other.label == HEALTHY and other.spec.train.seed == run.spec.train.seed)
    return next((other for other in same if other.status in ENDED), None)


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
        st.markdown("Nothing in this run's own numbers shows a harm.")
    with st.grid(2, min_column_width=300, gap="large"):
        for title, one in (("It writes", run), ("The healthy one writes", twin)):
            if one is not None:
                with st.container():
                    st.markdown(f"**{title}**")
                    st.code(literal.block(one.sample or "Nothing yet.", lines=SAMPLE), language=None)


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
