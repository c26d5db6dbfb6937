"""What every scene of lesson 2 needs: the text with its pairs counted, and the control that chooses a character."""

from functools import lru_cache
from typing import NamedTuple

import streamlit as st
import torch
from torch import Tensor

from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.lessons import tables
from tinygpt.lessons.windows import LECTURE_BATCH
from tinygpt.randomness import generator
from tinygpt.spelling import named, spoken
from tinygpt.texts.keeping import kept
from tinygpt.tokenizer import LECTURE_CHARS
from tinygpt.ui import texts
from tinygpt.ui.train import launch
from tinygpt.words.storyboard import find_scene

MOST_CHARACTERS = 256  # of a text: a table of that many rows is still drawn and dragged at once
SHOWN = 65  # rows of the whole table that a screen has room for
OFTEN = 100  # pairs, from which on a row is worth a sentence


class Counted(NamedTuple):
    """A text and its pairs. All tables are (V, V)."""

    corpus: Corpus
    counts: Tensor  # of the training text
    hidden: Tensor  # of the validation text
    P: Tensor  # what the counts say
    smoothed: Tensor  # the same with 1 added to every count, so that nothing is impossible

    @property
    def V(self) -> int:
        return len(self.P)

    @property
    def chars(self) -> str:
        return self.corpus.tokenizer.chars

    @property
    def often(self) -> float:
        """How many pairs a row needs to be spoken of; in a short text fewer."""
        return min(OFTEN, float(self.counts.sum(dim=1).max()))

    def say(self, i: int) -> str:
        """A character inside a sentence."""
        return spoken(self.chars[i])

    def find(self, wanted: str) -> int:
        """The id of a character that the text holds, else that of its commonest."""
        i = self.corpus.tokenizer.stoi.get(wanted)
        return i if i is not None and self.counts[i].sum() > 0 else int(self.counts.sum(dim=1).argmax())

    def top(self, i: int) -> tuple[list[int], list[float]]:
        """The three likeliest characters after `i` that occur at all, and how likely they are."""
        values, ids = self.P[i].topk(min(3, self.V))
        return ids[values > 0].tolist(), values[values > 0].tolist()


@lru_cache(maxsize=16)
def first_batch(name: str) -> tuple[Tensor, Tensor]:
    """The study notebook's first batch where the text has its characters, else one of this text. Both (B, T)"""
    text = counted_text(name)
    if text.chars == LECTURE_CHARS:
        rows = torch.tensor(LECTURE_BATCH)
        return rows[:, :-1], rows[:, 1:]
    return text.corpus.batch("train", 4, min(8, len(text.corpus.train) - 1), generator(1337))


@kept
def counted_text(name: str) -> Counted:
    """The corpus of that name, counted once. ValueError where its text is gone."""
    corpus = load_corpus(name, folder=texts.folder())
    V = corpus.tokenizer.vocab_size
    counts, hidden = tables.pair_counts(corpus.train, V), tables.pair_counts(corpus.val, V)
    return Counted(corpus, counts, hidden, tables.probabilities(counts), tables.probabilities(counts, 1))


def chosen_text() -> Counted:
    """The text that all scenes are about; another one, with a sentence, where it does not fit or is gone."""
    with st.container(width=360):
        corpus = launch.chosen_corpus()
    if corpus is None or corpus.tokenizer.vocab_size > MOST_CHARACTERS:
        V = corpus.tokenizer.vocab_size if corpus else 0
        corpus = load_corpus(default_corpus())
        if V:
            facts = {"V": V, "most": MOST_CHARACTERS, "title": texts.text_title(corpus.name)}
            st.markdown(find_scene("big-1").write("too_many", facts))
    return counted_text(corpus.name)


def char_control(text: Counted, key: str, wanted: str, quick: str = "tq: \n") -> int:
    """One of the text's characters, from a list or by a button; its id."""
    chars = text.chars
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=220):
            chosen = st.selectbox(
                "Character", list(chars), text.find(wanted), format_func=named, key=key, bind="query-params"
            )
        for c in filter(chars.__contains__, quick):
            short = named(c).removeprefix("a ").replace(":", "\\:")
            choose_it, values = st.session_state.update, {key: c}
            st.button(short, key=f"{key}_{ord(c)}", on_click=choose_it, args=(values,), type="tertiary")
    return text.corpus.tokenizer.stoi[chosen]  # also one that this text never has: its row is empty, and says so


def commonest(text: Counted, most: int, always: int | None = None) -> list[int]:
    """The ids of the `most` commonest characters, in order; `always` is among them."""
    by_count = text.counts.sum(dim=1).argsort(descending=True, stable=True).tolist()
    kept = by_count[:most]
    return sorted(kept if always is None or always in kept else [*kept[:-1], always])
