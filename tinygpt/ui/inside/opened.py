"""At which moment a model is looked into closely, and on which text it is measured."""

import streamlit as st

from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.models import LanguageModel
from tinygpt.ui import session, texts
from tinygpt.ui.inside import moments
from tinygpt.ui.inside.chosen import Model
from tinygpt.words import inside as words


def moment_of(model: Model) -> int:
    """The step at which the link stands, if there is a model of it; else the last one.

    ValueError with a sentence where the run was deleted.
    """
    if model.run is None:
        steps = moments.steps_of_shipped(model.name)
    elif run := session.engine().view(model.run.id):
        steps = moments.steps_of_run(run)
    else:
        raise ValueError(words.DELETED)
    asked = st.query_params.get("step", "")
    return int(asked) if asked in map(str, steps) else steps[-1]


def text_of(model: Model) -> str:
    """The key of the text on which a model is measured. ValueError with a sentence where nobody here may read it."""
    key = model.spec.corpus if model.run else default_corpus()  # the exact text of the shipped ones may not be here
    if why := texts.why_not(key):
        raise ValueError(f"{why} What its heads do is measured on that text.")
    return key


def corpus_of(key: str) -> Corpus:
    """That text. ValueError where it is gone."""
    return load_corpus(key, folder=texts.folder())


def model_at(model: Model, step: int) -> LanguageModel:
    """The model at that moment. ValueError with a sentence without one."""
    return moments.model_of(model.name, step)
