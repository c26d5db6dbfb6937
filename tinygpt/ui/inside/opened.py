"""At which moment a model is looked into closely, and on which text it is measured."""

import streamlit as st

from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.ui import session, texts
from tinygpt.ui.inside import moments
from tinygpt.ui.inside.chosen import Model
from tinygpt.words import inside as words


def opened_step(model: Model) -> int:
    """The step at which the link stands, if there is a model of it; else the last one that can be looked at.

    ValueError with a sentence where there is none, or where the run was deleted.
    """
    steps = _steps_of(model)
    asked = st.query_params.get("step", "")
    if asked in map(str, steps):
        return int(asked)
    for step in steps[:0:-1]:
        try:
            moments.model_after(model.name, step)
            return step
        except ValueError:  # a run that has diverged ends with weights that are no numbers
            continue
    return steps[0]


def _steps_of(model: Model) -> list[int]:
    if model.run is None:
        return moments.steps_of_shipped(model.name)
    if (run := session.engine().view(model.run.id)) is None:
        raise ValueError(words.DELETED)
    return moments.steps_of_run(run)


def measured_text(model: Model) -> str:
    """The key of the text on which a model is measured. ValueError with a sentence where nobody here may read it."""
    key = model.spec.corpus if model.run else default_corpus()  # the exact text of the shipped ones may not be here
    if why := texts.why_not(key):
        raise ValueError(f"{why} {words.NOT_MEASURED}")
    return key


def corpus_of(key: str) -> Corpus:
    """That text. ValueError where it is gone."""
    return load_corpus(key, folder=texts.folder())
