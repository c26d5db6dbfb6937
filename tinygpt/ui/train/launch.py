"""From controls to a run: what it will cost, whether it can be done, and the button that starts it."""

import os
from collections.abc import Sequence
from statistics import median
from typing import Any

import streamlit as st

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, check_length, load_corpus
from tinygpt.engine.limits import MAX_LIVE, MAX_SECONDS, check_run
from tinygpt.models import count_parameters
from tinygpt.settings import settings_of, times_the_rate
from tinygpt.spelling import spoken_time, thousands, time_range
from tinygpt.training.cost import this_machine
from tinygpt.training.presets import PRESETS, Preset
from tinygpt.training.spec import RunSpec, TrainConfig, look_every
from tinygpt.ui import addresses, controls, session, texts
from tinygpt.ui.train import loss
from tinygpt.words.repeats import repeats_words
from tinygpt.words.training import twin_words

SETTLED = 200  # steps after which a run's speed says how fast its like will be
RECENT = 5  # runs that say how fast the machine is now
LUCKY, UNLUCKY = 0.7, 1.6  # times the usual: one run alone on a cool machine, and everything at once
START = 1.0  # seconds until a worker has a text and has written a sample at the end


def chosen_corpus() -> Corpus | None:
    """The text that is chosen, or None with a sentence on the page; one also where its val is no unseen text."""
    try:
        corpus = load_corpus(controls.corpus(), folder=texts.folder())
    except ValueError as error:
        st.text(str(error))
        return None
    if words := repeats_words(corpus.val_in_train):
        st.text(words)
    return corpus


def chosen_spec(preset: Preset, corpus: Corpus | None, always: dict[str, Any]) -> RunSpec | str:
    """What the controls say, those that are `always` on the page and those drawn here.

    A sentence that says why it cannot be built and what to do, where it cannot.
    """
    chosen = always | controls.chosen_settings(preset, "more")
    if corpus is None:
        return "Choose a text first."
    try:
        chosen["eval_interval"] = look_every(chosen["max_steps"])
        spec = preset.spec(corpus.name, corpus.tokenizer.vocab_size).with_settings(chosen)
        check_length(corpus.text, spec.model.block_size)
        check_run(spec)
        return spec
    except ValueError as error:
        return str(error)


def say_what_the_address_left_out() -> None:
    """A sentence beside Train for settings of a link that are not here, and for a run that is gone."""
    asked, (_, current) = st.query_params.get("run"), session.on_stage()
    gone = set() if asked is None or (current and current.id == asked) else {"run"}
    if st.query_params.get("view", loss.PARTS[0]) not in loss.PARTS:
        gone.add("view")  # its control stands on the stage, which is not drawn yet
    if words := addresses.left_out("train", silent={"run", "view", "beside", *controls.SETTINGS}, gone=gone):
        session.say("train", words)


def start_button(spec: RunSpec | str, preset: Preset) -> None:
    """The cost, the bigram beside it, and Train; or why nothing can be trained. The button stays at its place."""
    beside = [] if isinstance(spec, str) else with_a_bigram(spec)
    if isinstance(spec, str):
        st.text(spec)
    else:
        cost = f"{thousands(count_parameters(spec.model))} parameters, {time_words([spec, *beside])}"
        st.markdown(f":small[:gray[{cost}]]")
    if words := session.answer("train"):
        st.text(words)
    st.button(
        "Train", type="primary", key="train", width="stretch", disabled=isinstance(spec, str), on_click=session.order,
        args=("train", _train, spec, preset.title, beside),
    )  # fmt: skip


def time_words(specs: Sequence[RunSpec]) -> str:
    """What these runs will take together: "10 to 20 s here", and that a run ends before its time where that is so."""
    each = seconds_here(*specs)
    words = f"{time_range(*seconds_between(each))} here"
    if max(each) > MAX_SECONDS:
        words += f"; a run that has trained for {spoken_time(MAX_SECONDS)} is ended"
    return words


def seconds_between(alone: Sequence[float]) -> tuple[float, float]:
    """Between how long and how long runs take together that take so many seconds `alone`: with all workers to
    themselves, and beside the runs that are on their way now, each of which takes turns with them for as long as the
    longest of these.

    How other programs slow them down is known from runs; before the first one, from how many want a core.
    """
    each, workers = [min(seconds, MAX_SECONDS) for seconds in alone], max(1, len(session.engine().workers()))
    shared, busy = sum(each) / workers, session.engine().live_runs() * max(each) / workers
    slower = UNLUCKY if session.engine().trained_lately(1) else UNLUCKY * max(1.0, load_of_a_core())
    return LUCKY * max(*each, shared), slower * max(*each, shared + busy) + START


def load_of_a_core() -> float:
    """How many programs wanted each core in the last minute; 0 where the system does not count them (Windows)."""
    load = getattr(os, "getloadavg", lambda: (0.0,))
    return float(load()[0] / (os.cpu_count() or 1))


def seconds_here(*specs: RunSpec) -> list[float]:
    """How much worker time each of these runs takes: as measured when the server began, times what runs have taken
    since then beside what was measured; those of the same model and batches before all others."""
    machine, since = this_machine(), []
    for view in session.engine().trained_lately():
        if view.step >= SETTLED and view.seconds:
            usual = machine.run_seconds(view.spec) * view.step / view.max_steps
            since.append((view.spec, view.seconds / usual))
    return [machine.run_seconds(spec) * times_slower(spec, since) for spec in specs]


def times_slower(spec: RunSpec, since: Sequence[tuple[RunSpec, float]]) -> float:
    """How many times as long as measured such runs take now: the median of the newest ones like it, else of all."""
    mine = (spec.model, spec.train.batch_size)
    alike = [times for other, times in since if (other.model, other.train.batch_size) == mine]
    return median((alike or [times for _, times in since])[:RECENT] or [1.0])


def with_a_bigram(spec: RunSpec) -> list[RunSpec]:
    """A bigram to train beside an attention model. When this text has one, the choice rests and says why."""
    bigram = bigram_for(spec)
    if bigram is None:
        return []
    models = [view.spec.model for view in session.runs() if view.spec.corpus == bigram.corpus]
    there = any(isinstance(model, BigramConfig) for model in models)
    label = "its bigram is under Runs" if there else "a bigram beside it"
    wanted = st.checkbox(label, True, key="beside", bind="query-params", disabled=there)
    return [bigram] if wanted and not there else []


def bigram_for(spec: RunSpec) -> RunSpec | None:
    """The bigram to compare an attention model with; None beside a bigram, and where it would be too large.

    It is trained as that model is, but for the learning rate and its schedule, which are those of its own preset.
    """
    if isinstance(spec.model, BigramConfig):
        return None
    bigram = PRESETS["bigram"].spec(spec.corpus, spec.model.vocab_size)
    same = {
        each.name: getattr(spec.train, each.name) for each in settings_of(TrainConfig).values() if not each.of_model
    }
    rate = bigram.train.learning_rate * times_the_rate(spec.train) / times_the_rate(bigram.train)
    bigram = bigram.with_settings({**same, "learning_rate": rate, "block_size": spec.model.block_size})
    try:
        check_run(bigram)
    except ValueError:
        return None
    return bigram


def _train(spec: RunSpec, title: str, beside: list[RunSpec]) -> None:
    """The bigram comes first, so that the chosen model is the newest run; the last free place is the model's."""
    if beside and sum(view.live for view in session.runs()) + len(beside) >= MAX_LIVE:
        session.say("train", "There was room for one more run only, so no bigram is trained beside it.")
        beside = []
    for other in beside:
        session.engine().submit(other, student=session.student(), name=session.free_name("bigram"))
    before = {view.id: view for view in session.runs()}
    run = session.engine().submit(spec, student=session.student(), name=session.free_name(title))
    if twin := before.get(run):
        session.say("train", twin_words(twin.name, twin.status))
    session.watch(run)
