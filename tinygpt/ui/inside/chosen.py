"""Which model is looked into: a run by its link, one of one's own, or a shipped one; and what is said about it."""

from typing import NamedTuple

import streamlit as st

from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import load_corpus
from tinygpt.engine.records import RunView
from tinygpt.files import CHECKPOINTS
from tinygpt.lessons.measured import loaded
from tinygpt.models import count_parameters, leak
from tinygpt.spelling import lettered, thousands
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec
from tinygpt.ui import session, texts
from tinygpt.ui.cookie import is_name
from tinygpt.words import inside as words
from tinygpt.words import literal
from tinygpt.words.leaks import told_apart

LONGEST = 80  # characters of a title in the list
FIRST = "layer-norm"  # the shipped model that is shown to whoever has trained none


class Model(NamedTuple):
    """A model that is looked into; none of it says at which moment."""

    name: str  # the id of its run, or the file of a shipped one: also what a link says
    title: str
    spec: RunSpec
    tokenizer: CharTokenizer
    run: RunView | None = None  # None: it is shipped


def choose_model(onward: str, label: str) -> Model | None:
    """The list of models, and what there is to say of the one that is chosen; None where nothing can be looked into.

    `onward` is another page for the same model, and `label` what the way there is called.
    """
    asked = st.query_params.get("run", "")
    titles = offered(asked)
    if asked and asked not in titles:
        st.text(words.GONE)
    if not titles:
        st.text(words.NOTHING_HERE)
        return None
    begun = next((run.id for run in session.runs() if run.step), None)
    usual = begun or (FIRST if FIRST in titles else next(iter(titles)))
    st.session_state["looked_into"] = asked if asked in titles else usual  # the link is the truth
    name = st.selectbox("Model", list(titles), key="looked_into", format_func=titles.__getitem__, on_change=_link)
    try:
        model = model_named(name)
    except ValueError as error:
        st.text(str(error))
        return None
    _about(model)
    with st.container(horizontal=True, gap="medium", key="onward"):
        if model.run:
            st.page_link("lab/train.py", label="Its curve", query_params={"run": model.name})
        off = {name: st.query_params[name] for name in ("surgery",) if name in st.query_params}
        st.page_link(onward, label=label, query_params={"run": model.name, **off})
    return model


def offered(asked: str) -> dict[str, str]:
    """What can be chosen, by its name, and what it is called: the run of a link that asks for it, one's own runs, the
    newest first, and the shipped models."""
    mine = session.runs()
    linked = session.engine().view(asked) if is_name(asked) and asked not in {run.id for run in mine} else None
    files = [name for name in PRESETS if (CHECKPOINTS / f"{name}.safetensors").exists()][::-1]
    called = {run.id: _title_of_run(run) for run in (*filter(None, [linked]), *mine)}
    titles: dict[str, str] = {}
    for name, title in (called | {name: shipped_title(name) for name in files}).items():
        titles[name] = lettered(title, titles.values(), longest=LONGEST)  # the browser tells them apart by that
    return titles


def model_named(name: str) -> Model:
    """The model of a run, or a shipped one. ValueError with a sentence where it is gone."""
    if not is_name(name):
        return shipped_model(name)
    if (run := session.engine().view(name)) is None:
        raise ValueError(words.GONE)
    return model_of_run(run)


def _link() -> None:
    """Make what is chosen the link, and begin with its own place and text."""
    for each in ("head", "position", "step"):
        st.query_params.pop(each, None)
    st.query_params["run"] = st.session_state["looked_into"]


def _title_of_run(run: RunView) -> str:
    name = f"{run.label}, seed {run.spec.train.seed}" if run.experiment else run.name
    return told_apart(name if run.student == session.student() else f"{name}, not yours", leak(run.spec.model))


def shipped_title(file: str) -> str:
    return f"{PRESETS[file].title}, shipped"


def model_of_run(run: RunView) -> Model:
    """A run as a model to look into. ValueError with a sentence where nobody can tell which characters it knows."""
    return Model(run.id, _title_of_run(run), run.spec, tokenizer_of(run), run)


def shipped_model(file: str) -> Model:
    """A shipped model by its file's name."""
    found = loaded(file)
    return Model(file, shipped_title(file), RunSpec.from_json(found.info["run"]), found.tokenizer)


def tokenizer_of(run: RunView) -> CharTokenizer:
    """The characters that a run knows: those of its text, or where that is gone those of its model."""
    try:
        tokenizer = load_corpus(run.spec.corpus, folder=texts.folder()).tokenizer
        if tokenizer.vocab_size == run.spec.model.vocab_size:
            return tokenizer
    except ValueError:
        pass
    if blob := session.engine().model_bytes(run.id):
        return load(blob).tokenizer
    raise ValueError("The text of this run is gone, and it has left no model: there is nothing to look into.")


def _about(model: Model) -> None:
    """What it is and what it learned; whose run it is."""
    config, run = model.spec.model, model.run
    size = f"{thousands(count_parameters(config))} parameters"
    what = words.shape_words(config) + f", {size}. It learned from {texts.text_title(model.spec.corpus)}."
    st.markdown(f":small[:gray[{literal.markdown(what)}]]")
    if run and run.student != session.student():
        st.markdown(f":small[:gray[{words.NOT_YOURS}]]")
