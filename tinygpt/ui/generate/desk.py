"""What is to be written: by which model, after which prompt, with which dice; and by which other one beside it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import streamlit as st
import torch

from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.generation import prompt_for
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.knockout import operated
from tinygpt.inside.writing import Dice, Writing
from tinygpt.models import LanguageModel
from tinygpt.texts.keeping import kept
from tinygpt.ui import addresses, controls, session, texts
from tinygpt.ui.inside.chosen import Model, choose_model, model_named, offered
from tinygpt.ui.inside.moments import model_after, steps_of_run, steps_of_shipped
from tinygpt.words import inside as inside_words
from tinygpt.words import literal
from tinygpt.words import writing as words
from tinygpt.words.surgery import NO_PARTS, surgery_words

STYLE = """
.st-key-desk { gap: .35rem; }
.st-key-desk [data-testid="stSliderTickBar"] { display: none; }  /* its ends would lie on the next label */
.st-key-desk :is(.stSelectbox, .stTextArea, .stNumberInput, .stSlider) label { margin-bottom: 0; min-height: 0; }
.st-key-desk :is([data-testid="stSelectbox"] [role="group"], [data-testid="stNumberInputContainer"]) { height: 2.2rem; }
.st-key-desk [data-testid="stSliderTickBar"] { display: none; }  /* its ends would lie on the next label */
.st-key-desk :is(.stSelectbox, .stNumberInput) input { padding-block: 0; }
.st-key-desk [data-testid="stSlider"] { margin-bottom: -.5rem; }
.st-key-desk .stNumberInput button { width: 1.6rem; }
"""  # all that is set stands on the screen of a laptop
MOST = 500  # characters
LONGEST = 2_000  # characters of a prompt that are read
HOTTEST = 2.0
WHOLE = "whole"  # beside a model of which something is switched off: the same one, whole


class WriteOrder(NamedTuple):
    """All that decides what is written."""

    model: Model
    step: int  # of its training
    surgery: str  # what is switched off in it
    prompt: str
    dice: Dice
    most: int  # characters

    @property
    def title(self) -> str:
        """What the model is called beside another one."""
        return f"{self.model.title}, {surgery_words(self.surgery)}" if self.surgery else self.model.title

    @property
    def ids(self) -> tuple[int, ...]:
        """What the model reads before its first character."""
        return tuple(prompt_for(self.model.tokenizer, self.prompt).idx[0].tolist())

    def author(self) -> LanguageModel:
        """The model itself. ValueError with a sentence where it is gone or damaged."""
        if self.model.run and session.engine().view(self.model.run.id) is None:
            raise ValueError(inside_words.DELETED)
        return author_of(self.model.name, self.step, self.surgery)

    def corpus(self) -> Corpus:
        """The text that it learned, to be shown to whoever may read it; ValueError with a sentence where it cannot be.

        For a shipped model it is the text of this server, which has the same characters.
        """
        key = self.model.spec.corpus if self.model.run else default_corpus()
        if secret := texts.why_not(key):
            raise ValueError(secret)
        corpus = load_corpus(key, folder=texts.folder())
        if corpus.tokenizer != self.model.tokenizer:
            raise ValueError(words.ANOTHER_TEXT)
        return corpus

    def writing(self) -> Writing:
        """What it writes, as far as it has come. ValueError as for `author`."""
        self.author()
        return writing_of(self.model.name, self.step, self.surgery, self.ids, self.dice)


@kept
def author_of(name: str, step: int, surgery: str) -> LanguageModel:
    """A model with something switched off. ValueError as for `model_of`, or where it has no such part."""
    model = model_after(name, step)
    return operated(model, surgery) if isinstance(model, GPTLanguageModel) and surgery else model


@kept
def writing_of(name: str, step: int, surgery: str, ids: tuple[int, ...], dice: Dice) -> Writing:
    """A text that is being written; whoever asks for the same one reads the same. ValueError as for `author_of`."""
    return Writing(author_of(name, step, surgery), torch.tensor([ids]), dice, MOST)


def fingerprint(orders: Sequence[WriteOrder]) -> str:
    """A short name of what is to be written: another one for anything else."""
    said = [(order.model.name, order.step, order.surgery, order.ids, order.dice) for order in orders]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def chosen_orders() -> list[WriteOrder]:
    """The controls, and what they order: nothing without a model, one text, or two."""
    model = choose_model("lab/inside.py", "Look inside")
    if model is None:
        return []
    surgery = _surgery(model)
    prompt = st.text_area("Prompt", key="prompt", bind="query-params", height=68, placeholder="it goes on from here")
    below_the_prompt = st.container()
    temperature = st.slider("Temperature", 0.0, HOTTEST, 1.0, 0.05, key="temperature", bind="query-params")
    with st.container(horizontal=True, wrap=False, gap="small"):
        top_k = st.number_input("Top-k", 1, 4_096, None, key="top_k", bind="query-params", placeholder="all")
        dice = controls.dice("Dice")
    most = st.slider("Characters", 10, MOST, 200, 10, key="characters", bind="query-params")
    first = WriteOrder(model, _last_step(model), surgery, prompt[-LONGEST:], Dice(temperature, top_k, dice), most)
    second = _beside(first)
    for sentence in dict.fromkeys(said for order in (first, *second) for said in _remarks(order, len(prompt))):
        below_the_prompt.markdown(f":small[:gray[{literal.markdown(sentence)}]]")
    if said := addresses.left_out("generate", silent={"run", "step", "against", "surgery", "written", "at"}):
        st.text(said)
    return [first, *second]


def _last_step(model: Model) -> int:
    """The last of its models that stays as it is; what a link asks for, where that is one."""
    steps = kept_steps(model)
    asked = st.query_params.get("step", "")
    return int(asked) if asked in map(str, steps) else steps[-1]


def kept_steps(model: Model) -> list[int]:
    """Of which steps there is a model that stays as it is."""
    return steps_of_run(model.run) if model.run else steps_of_shipped(model.name)


def _surgery(model: Model) -> str:
    """What the link switches off, in its one spelling; a sentence where this model has no such part."""
    asked = st.query_params.get("surgery", "")
    if not asked:
        return ""
    try:
        if not isinstance(model.spec.model, GPTConfig):
            raise ValueError(NO_PARTS)
        found = replace(model.spec.model, surgery=asked).surgery
    except ValueError as error:
        st.text(f"{words.NOT_SWITCHED_OFF} {error}")
        return ""
    st.markdown(f":small[{literal.markdown(words.switched_off(found))}]")
    st.button("As it was trained", key="whole", on_click=_make_whole, type="tertiary")
    return found


def _make_whole() -> None:
    st.query_params.pop("surgery", None)


def _beside(first: WriteOrder) -> list[WriteOrder]:
    """Another model for the same prompt and the same dice, if somebody wants one."""
    asked = st.query_params.get("against", "")
    titles = {"": words.NOBODY} | ({WHOLE: words.THE_SAME_WHOLE} if first.surgery else {}) | offered(asked)
    if asked and asked not in titles:
        st.text(inside_words.GONE)
    st.session_state["against"] = asked if asked in titles else ""
    chosen = st.selectbox("Beside it", list(titles), key="against", format_func=titles.__getitem__, on_change=_link)
    if chosen == WHOLE:
        return [first._replace(surgery="")]
    if not chosen:
        return []
    try:
        other = model_named(chosen)
    except ValueError as error:
        st.text(str(error))
        return []
    return [first._replace(model=other, step=kept_steps(other)[-1], surgery="")]


def _link() -> None:
    """Make what is chosen the link."""
    if st.session_state["against"]:
        st.query_params["against"] = st.session_state["against"]
    else:
        st.query_params.pop("against", None)


def _remarks(order: WriteOrder, length: int) -> Iterator[str]:
    """What there is to say of an order before anything is written."""
    tokenizer, prompt = order.model.tokenizer, order.prompt
    yield from filter(None, (
        words.long_prompt_words(length, LONGEST),
        words.prompt_words(prompt, tokenizer),
        words.top_k_words(order.dice.top_k, tokenizer.vocab_size),
        words.step_words(order.step, order.model.run.max_steps) if order.model.run else "",
    ))  # fmt: skip
