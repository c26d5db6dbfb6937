"""What a model reads on /inside: a text that somebody types, else a passage that it never saw; window by window."""

import math
from typing import NamedTuple

import streamlit as st

from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.engine.slices import snapshot_steps
from tinygpt.gpt import GPTConfig
from tinygpt.training.spec import RunSpec
from tinygpt.ui import texts
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.readers import readable
from tinygpt.words import inside as words
from tinygpt.words import literal

LONGEST = 2_000  # characters that are read of a text
PASSAGE = 48  # characters of the text to begin with, or a whole window where that is longer
NEAR = 200  # characters in which the beginning of a line is looked for
MOST_BYTES = 4_000_000  # of the maps of all moments of a run, as they travel to the browser


class ReadWindow(NamedTuple):
    """A window of a text."""

    characters: str  # T of them
    ids: tuple[int, ...]  # the same, and the one that follows where it is known
    start: int  # where the window begins in what is read of the text


def choose_reading(model: Model) -> ReadWindow | None:
    """The text to read and which window of it; None, and a sentence, where nothing is left to read."""
    typed = _text(model)
    read = readable(typed, model.tokenizer)
    if said := words.reading_words(model.tokenizer.unknown(typed), len(read), LONGEST):
        st.markdown(f":small[:gray[{literal.markdown(said)}]]")
    return _window(model, read[:LONGEST]) if read else None


def _text(model: Model) -> str:
    """The field to type in. Until somebody does, it holds a passage of the model's own hidden text."""
    usual, state = first_passage(model), st.session_state
    before = state.get("typed_at_first")
    if state.get("typed") == before is not None:
        state["typed"] = usual
    state["typed_at_first"] = usual
    return st.text_area("Text", usual, key="typed", bind="query-params", height=116) or ""


def first_passage(model: Model) -> str:
    """Characters that the model has not seen in training, from the beginning of a line on.

    The text of somebody who has not shared it stays hidden, and one may be gone: then what the model wrote last.
    """
    length, key = max(PASSAGE, window_size(model.spec)), model.spec.corpus if model.run else default_corpus()
    try:
        if not texts.why_not(key):
            corpus = load_corpus(key, folder=texts.folder())
            hidden = corpus.tokenizer.decode(corpus.val[: length + NEAR].tolist())
            start = hidden.find("\n", 0, NEAR) + 1  # 0 where no line begins near
            return hidden[start : start + length]
    except ValueError:
        pass
    return ((model.run.sample if model.run else "") or model.tokenizer.chars)[:length]


def _window(model: Model, read: str) -> ReadWindow:
    """One of the windows of a text, side by side; the last one is as long as the others."""
    T = min(window_size(model.spec), len(read))
    windows = math.ceil(len(read) / T)
    at = 1
    if windows > 1:
        if st.session_state.get("window_at", 1) > windows:  # of a longer text
            st.session_state["window_at"] = windows
        at = st.slider(f"Window of {T} characters", 1, windows, key="window_at", bind="query-params")
    start = min((at - 1) * T, len(read) - T)
    ids = tuple(model.tokenizer.encode(read[start : start + T + 1]))
    return ReadWindow(read[start : start + T], ids, start)


def window_size(spec: RunSpec) -> int:
    """How many characters are read at once: block_size, or fewer where the maps of so many moments would be too much.

    A map takes 2 bytes for each weight, and with the mask there are T (T + 1) / 2 of them.
    """
    config = spec.model
    if not isinstance(config, GPTConfig):
        return config.block_size
    maps = config.n_layer * config.n_head * (len(snapshot_steps(spec)) + 2)
    each = MOST_BYTES / 2 / maps  # weights of one map
    most = math.isqrt(int(2 * each)) if config.mask else math.isqrt(int(each))
    return max(1, min(config.block_size, most))
