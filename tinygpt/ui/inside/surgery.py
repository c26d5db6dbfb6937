"""Surgery on /inside: which head is missed most, what it costs to switch something off, one weight changed by hand."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st
import torch

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import load_corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.edit import Cell, Edited, edit_weight
from tinygpt.inside.knockout import Rise, each_alone, operated, rise_of_each
from tinygpt.inside.moments import writes
from tinygpt.models import count_parameters
from tinygpt.plots.lessons.transformer_worth import RiseBar
from tinygpt.plots.lessons.transformer_worth import rises as rises_drawing
from tinygpt.spelling import named, spoken, thousands, with_sign
from tinygpt.surgery import read_surgery, write_surgery
from tinygpt.texts.keeping import kept
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.loop import one_thread
from tinygpt.ui import frame, session, texts
from tinygpt.ui.inside import moments, opened
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.reading import ReadWindow
from tinygpt.words import surgery as words

PLACE = "surgery"  # where an answer of the engine is shown
WORK = 2_000_000_000  # parameters times characters of val for one measure: about a tenth of a second
MOST, LEAST = 8_192, 1_024  # characters of val
TOP = 5  # characters that are expected most


@st.fragment
def surgery(model: Model, reading: ReadWindow) -> None:
    """Predict, switch off, see what it costs; go on training like that; change one weight."""
    config = model.spec.model
    if isinstance(config, BigramConfig):
        st.text(words.NO_PARTS)
        return
    try:
        step, text = opened.opened_step(model), opened.measured_text(model)
        gpt = moments.model_after(model.name, step)
        assert isinstance(gpt, GPTLanguageModel)
        costs = costs_of(model.name, step, text)
        chosen = _choose(gpt.config)
        left, right = st.columns(2, gap="large")
        with left:
            _missed(gpt.config, costs)
        with right:
            _operate(model, gpt, step, text, chosen)
            _go_on(model, chosen)
        _edit(model, operated(gpt, chosen) if chosen else gpt, reading)
    except ValueError as error:
        st.text(str(error))


@kept
def costs_of(name: str, step: int, corpus: str) -> dict[str, Rise]:
    """What each cut alone costs this model on hidden text. ValueError where model or text is gone."""
    return _measured(name, step, corpus, None)


@kept
def cost_of(name: str, step: int, corpus: str, surgery: str) -> Rise:
    """What this surgery costs."""
    return _measured(name, step, corpus, surgery)[surgery]


def _measured(name: str, step: int, corpus: str, surgery: str | None) -> dict[str, Rise]:
    gpt, text = moments.model_after(name, step), load_corpus(corpus, folder=texts.folder())
    assert isinstance(gpt, GPTLanguageModel)
    tokens = min(MOST, max(LEAST, WORK // count_parameters(gpt.config)))
    with one_thread():
        each = each_alone(gpt.config) if surgery is None else [surgery]
        return rise_of_each(gpt, each, text, windows=max(2, tokens // gpt.config.block_size))


def _missed(config: GPTConfig, costs: dict[str, Rise]) -> None:
    """Which head is missed most: a guess, then what each costs."""
    heads = [one for one in costs if one.endswith("cut")]
    st.subheader(words.ASK if len(heads) > 1 else words.ONE_HEAD, anchor=False)
    if len(heads) > 1:
        guess = st.pills(words.ASK, heads, format_func=words.head_words, key="missed", wrap=True,
                        label_visibility="collapsed")  # fmt: skip
        if guess is None:
            st.markdown(f":gray[{words.GUESS_FIRST}]")
            return
        st.markdown(words.missed_words({head: costs[head] for head in heads}, guess))
    bars = [RiseBar(words.surgery_words(one), costs[one].mean, with_sign(costs[one].mean, 3), costs[one].error)
            for one in sorted(costs, key=lambda one: -costs[one].mean)]  # fmt: skip
    most = max(bar.rise + 2 * bar.error for bar in bars)
    st.html(rises_drawing(bars, frame.mode(), most=max(most, 1e-6), note=words.BARS))


def _choose(config: GPTConfig) -> str:
    """What is switched off; a link says it under `surgery`."""
    flat = [f"{block}.{head} flat" for block in range(config.n_layer) for head in range(config.n_head)]
    options = [one for each in (each_alone(config), flat) for one in each]
    asked = st.query_params.get("surgery", "")
    try:
        begin = [str(one) for one in read_surgery(asked)]
    except ValueError:
        begin = []
    if asked and not (begin and set(begin) <= set(options)):
        st.text(words.LEFT_OUT)
        begin = []
    st.session_state["operations"] = begin  # the link is the truth
    st.multiselect(words.SWITCH_OFF, options, key="operations", format_func=words.surgery_words, on_change=_link,
                   placeholder=words.NOTHING_OFF)  # fmt: skip
    return asked if begin else ""


def _link() -> None:
    chosen: Sequence[str] = st.session_state["operations"]
    if chosen:
        st.query_params["surgery"] = write_surgery(tuple(one for each in chosen for one in read_surgery(each)))
    else:
        st.query_params.pop("surgery", None)


def _operate(model: Model, gpt: GPTLanguageModel, step: int, text: str, chosen: str) -> None:
    """What the surgery costs, and what is written with it and without, with the same dice."""
    if not chosen:
        st.markdown(f":gray[{words.CHOOSE}]")
        return
    st.markdown(words.rise_words(chosen, cost_of(model.name, step, text, chosen)))
    with st.container(key="operated_samples"):
        for name, surgery in ((words.WHOLE, gpt.config.surgery), (words.surgery_words(chosen), chosen)):
            st.markdown(words.written_words(name))
            frame.as_written(operated_sample(model.name, step, surgery, model.tokenizer), words.NOTHING_WRITTEN)
    st.page_link("lab/generate.py", label=words.LET_IT_WRITE, query_params={"run": model.name, "surgery": chosen})


@kept
def operated_sample(name: str, step: int, surgery: str, tokenizer: CharTokenizer) -> str:
    """What that model writes with this surgery."""
    gpt = moments.model_after(name, step)
    assert isinstance(gpt, GPTLanguageModel)
    with one_thread():
        return writes(operated(gpt, surgery), tokenizer)


def _go_on(model: Model, chosen: str) -> None:
    """Train on with the surgery: a fork of a run that is on its way, or the run again up to a step of one's choice."""
    run = model.run
    if run is None or not chosen or run.student != session.student():
        return
    if run.live and run.step:
        st.button(words.fork_label(run.step), key="fork", on_click=_fork, args=(run.id, chosen, run.name))
        st.markdown(f":small[:gray[{words.FORK}]]")
    elif not run.live:
        kept_at = [0, *session.engine().snapshots(run.id)]
        at = st.select_slider(words.FROM_STEP, kept_at, kept_at[-1], key="operate_at", format_func=thousands)
        st.button(words.again_label(at), key="again", on_click=_again, args=(model, chosen, at))
        st.markdown(f":small[:gray[{words.AGAIN}]]")
    if said := session.answer(PLACE):
        st.text(said)
    if begun := st.session_state.get("operated_run"):
        st.page_link("lab/train.py", label=words.BOTH_CURVES, query_params={"run": begun})


def _fork(run: str, chosen: str, name: str) -> None:
    session.order(PLACE, partial(_begin, session.engine().fork, run, chosen, name=operated_name(name, chosen)))


def _again(model: Model, chosen: str, at: int) -> None:
    assert model.run
    session.order(PLACE, partial(_begin, _submit, model, chosen, at))


def _submit(model: Model, chosen: str, at: int, *, student: str) -> str:
    assert model.run
    name = operated_name(model.run.name, chosen)
    return session.engine().submit(model.spec.operated(chosen, at), student=student, name=name)


def _begin(command: Callable[..., str], *arguments: object, **more: object) -> None:
    st.session_state["operated_run"] = command(*arguments, student=session.student(), **more)


def operated_name(name: str, chosen: str) -> str:
    """What the twin is called."""
    return f"{name[:24]}, {chosen}"


def _edit(model: Model, gpt: GPTLanguageModel, reading: ReadWindow) -> None:
    """One weight of one head, changed by hand."""
    with st.expander(words.EDIT, type="compact", key="edit_weight", on_change="rerun") as box:
        if not box.open:
            return
        T, config = len(reading.characters), gpt.config
        places = [f"{i}: {named(character)}" for i, character in enumerate(reading.characters)]
        with st.container(horizontal=True, gap="medium"):
            block = st.number_input("Block", 0, config.n_layer - 1, key="edit_block")
            head = st.number_input("Head", 0, config.n_head - 1, key="edit_head")
            row = st.selectbox("Looks", range(T), T - 1, key="edit_row", format_func=places.__getitem__)
            seen = range(row + 1 if config.mask else T)
            column = st.selectbox("Is looked at", seen, 0, key="edit_column", format_func=places.__getitem__)
        weight = st.slider("Weight", 0.0, 1.0, 1.0, 0.05, key="edit_to")
        with one_thread():
            ids = torch.tensor(reading.ids[:T])
            found = edit_weight(gpt, ids, Cell(int(block), int(head), row, column), weight)
        looking, looked_at = (spoken(reading.characters[at]) for at in (row, column))
        best = [(spoken(model.tokenizer.chars[int(p.argmax())]), float(p.max())) for p in (found.guess, found.changed)]
        st.markdown(
            words.edit_words(int(block), int(head), looking, looked_at, float(found.before[column]), weight, *best)
        )
        st.dataframe(_expected(found, model.tokenizer), hide_index=True, key="expected")


def _expected(found: Edited, tokenizer: CharTokenizer) -> dict[str, list[object]]:
    """The characters that are expected most, before or after, and how likely they are."""
    top = torch.maximum(found.guess, found.changed).topk(min(TOP, len(found.guess))).indices.tolist()
    return {
        "next": [named(tokenizer.chars[i]) for i in top],
        "before": [round(float(found.guess[i]), 3) for i in top],
        "after": [round(float(found.changed[i]), 3) for i in top],
    }
