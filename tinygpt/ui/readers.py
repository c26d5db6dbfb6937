"""A typed text as a model can read it: what of it is left, as ids, and a note where that is not all."""

import streamlit as st
import torch
from torch import Tensor

from tinygpt.spelling import spoken
from tinygpt.tokenizer import CharTokenizer
from tinygpt.words import literal

TEXT = "the king"  # what is read where nothing is typed, or nothing is left
LONGEST = 24  # characters that may be typed


def readable(text: str, tokenizer: CharTokenizer) -> str:
    """What is left of a text without the characters that a model does not know."""
    unknown = set(tokenizer.unknown(text))
    return "".join(c for c in text if c not in unknown)


def last_ids(text: str, tokenizer: CharTokenizer, longest: int) -> Tensor:
    """The ids of the last `longest` characters of a text. (T,)"""
    return torch.tensor(tokenizer.encode(text[-longest:]))


def say_what_is_read(
    text: str, read: str, tokenizer: CharTokenizer, longest: int, *, reader: str = "this head", instead: str = TEXT
) -> None:
    """A note where what is `read` is not the `text` that was typed; `reader` is whoever reads it, in words, and
    `instead` what is read where nothing is left."""
    notes = []
    if unknown := tokenizer.unknown(text):
        them = "it" if len(unknown) == 1 else "them"
        notes.append(f"Left out, because {reader} has no vector for {them}: {', '.join(map(spoken, unknown))}.")
    if not read:
        notes.append(f"Nothing is left to read, so it reads \u2018{instead}\u2019.")
    elif len(read) > longest:
        notes.append(f"It reads {longest} characters at most, so it reads the last: \u2018{read[-longest:]}\u2019.")
    if notes:
        st.markdown(f":gray[{literal.markdown(' '.join(notes))}]")
