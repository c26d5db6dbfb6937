"""From controls to a run: what it will cost, whether it can be done, and the button that starts it."""

from dataclasses import replace

import streamlit as st

from tinygpt.bigram import BigramConfig
from tinygpt.cleaning import check_length
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.cost import this_machine
from tinygpt.engine.limits import MAX_PARAMETERS, check
from tinygpt.models import count_parameters
from tinygpt.plots.look import thousands
from tinygpt.presets import PRESETS, Preset
from tinygpt.spec import RunSpec
from tinygpt.ui import controls, session, texts

SETTLED = 200  # steps after which a run's speed says how fast its like will be
LOOKS = 30  # val losses of a run: enough for a curve, cheap enough to be no brake


def chosen_corpus() -> Corpus | None:
    """The text that is chosen, or None with a sentence on the page."""
    try:
        return load_corpus(controls.corpus(), folder=texts.folder())
    except ValueError as error:
        st.text(str(error))
        return None


def chosen_spec(preset: Preset, corpus: Corpus | None, max_steps: int) -> RunSpec | None:
    """What the controls say, or None with a sentence on the page that says why it cannot be built and what to do."""
    settings = controls.model_settings(preset, corpus.tokenizer.vocab_size if corpus else 65)
    training = controls.training_settings(preset.train)
    if corpus is None:
        return None
    try:
        model = replace(preset.model, **settings)  # type: ignore[arg-type]
        looks = {"max_steps": max_steps, "eval_interval": max(1, max_steps // LOOKS)}
        train = replace(preset.train.at(training.pop("learning_rate")), **training, **looks)  # type: ignore[arg-type]
        check_length(corpus.text, model.block_size)
        spec = RunSpec(model, train, corpus.name)
        check(spec)
        return spec
    except ValueError as error:
        st.session_state["impossible"] = str(error)
        return None


def button(spec: RunSpec | None, preset: Preset) -> None:
    """The cost, the bigram beside it, and Train."""
    beside = with_a_bigram(spec)
    if spec is None:
        st.text(st.session_state.pop("impossible", "Choose a text first."))
    else:
        seconds = sum(seconds_here(run) for run in (spec, *beside))
        st.markdown(f":gray[{thousands(count_parameters(spec.model))} parameters, about {spoken_time(seconds)} here]")
    st.button(
        "Train", type="primary", key="train", width="stretch", disabled=spec is None, on_click=_train,
        args=(spec, preset.title, beside),
    )  # fmt: skip
    if refusal := st.session_state.pop("refused", ""):
        st.text(refusal)


def seconds_here(spec: RunSpec) -> float:
    """How long a run takes on this machine: as its twin did, else as three short measurements say."""
    for view in session.runs():
        twin = view.spec.model == spec.model and view.spec.train.batch_size == spec.train.batch_size
        if twin and view.step >= SETTLED:
            return spec.train.max_steps * view.seconds / view.step
    return this_machine().run_seconds(spec)


def with_a_bigram(spec: RunSpec | None) -> list[RunSpec]:
    """A bigram to train beside an attention model, unless there is one on this text already."""
    if spec is None or isinstance(spec.model, BigramConfig):
        return []
    if any(isinstance(view.spec.model, BigramConfig) and view.spec.corpus == spec.corpus for view in session.runs()):
        return []
    bigram = PRESETS["bigram"].spec(spec.corpus, spec.model.vocab_size)
    train = replace(
        bigram.train, max_steps=spec.train.max_steps, eval_interval=spec.train.eval_interval, seed=spec.train.seed
    )
    bigram = replace(bigram, model=replace(bigram.model, block_size=spec.model.block_size), train=train)
    fits = count_parameters(bigram.model) <= MAX_PARAMETERS
    return [bigram] if st.checkbox("a bigram beside it", True, key="beside", bind="query-params") and fits else []


def _train(spec: RunSpec, title: str, beside: list[RunSpec]) -> None:
    try:
        for other in beside:
            session.engine().submit(other, student=session.student(), name=session.free_name("bigram"))
        session.watch(session.engine().submit(spec, student=session.student(), name=session.free_name(title)))
    except ValueError as refusal:
        st.session_state["refused"] = str(refusal)


def spoken_time(seconds: float) -> str:
    """About how long, in words: "2 s", "80 s", "4 min"."""
    return f"{max(1, round(seconds))} s" if seconds < 100 else f"{round(seconds / 60)} min"
