"""Which head reads which text in lesson 4: the controls on top of its page, and what comes of them."""

from dataclasses import dataclass
from typing import cast

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import Stages, attention_stages
from tinygpt.gpt import GPTLanguageModel
from tinygpt.inside.heads import AnyHead, ModelHead, SeenHead, notebook_head, untrained_head
from tinygpt.lessons.measured import loaded, path_of
from tinygpt.spelling import spoken
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer
from tinygpt.ui import controls
from tinygpt.ui.readers import LONGEST, TEXT, last_ids, readable, say_what_is_read
from tinygpt.ui.scene import choose

ANOTHER = "my lord"
EXAMPLES = ("the king", "my lord,", "to be or")
MODELS = {"one head with skip": "one-head-skip", "one head": "one-head", "GPT": "layer-norm"}
UNTRAINED, NOTEBOOK = "untrained", "random vectors"  # the latter is that of the study notebooks
NOTEBOOK_T = 8
WHO = {  # what each reader is, in words
    "one head with skip": "A trained head. A skip beside it lets a character keep what it is; lesson 6 explains it.",
    "one head": "A trained head alone, without a skip.",
    "GPT": "One of the heads of the GPT, which lesson 6 builds: its layers and heads are counted from 0.",
    UNTRAINED: "A head before any training: its vectors and its matrices are random.",
    NOTEBOOK: "The study notebooks' head: untrained, and it reads eight random vectors instead of a text.",
}


@dataclass(frozen=True)
class Reader:
    """A head, and the tokens that it reads: characters of a text, or the study notebooks' eight random vectors."""

    name: str
    head: AnyHead
    ids: Tensor  # (T,)
    tokenizer: CharTokenizer | None  # None: its tokens are vectors, no characters
    longest: int

    @property
    def characters(self) -> list[str]:
        """What stands along the sides of a figure: characters, or numbers where there are none."""
        return self.labels(self.ids)

    @property
    def spoken(self) -> list[str]:
        """The same inside a sentence."""
        return self.names(self.ids)

    @property
    def start(self) -> int:
        """The row that is shown first."""
        return min(6, len(self.ids) - 1)

    @property
    def can_choose(self) -> bool:
        """Whether a question about its rows makes sense: of one character there is nothing to choose."""
        return len(self.ids) > 1

    def labels(self, ids: Tensor) -> list[str]:
        return list(self.tokenizer.decode(ids)) if self.tokenizer else [str(i % NOTEBOOK_T) for i in ids.tolist()]

    def names(self, ids: Tensor) -> list[str]:
        return [spoken(c) if self.tokenizer else f"vector {c}" for c in self.labels(ids)]

    def see(self, ids: Tensor | None = None, **rules: object) -> SeenHead:
        """The head at work on its text, or on other `ids`."""
        return self.head.see(self.ids if ids is None else ids, **rules)  # type: ignore[arg-type]

    def unmasked(self, ids: Tensor | None = None) -> Stages:
        """The stages of this head alone without its mask: what it reads stays what it was."""
        seen = self.see(ids)
        return attention_stages(seen.q, seen.k, scale=seen.factor, mask=False)

    def readable(self, text: str) -> str:
        """What of another text this head has vectors for; "" where its tokens are vectors themselves."""
        return readable(text, self.tokenizer) if self.tokenizer else ""

    def other_text(self, text: str) -> Tensor:
        """The ids of another text as this head can read it; for random vectors, the next of their batch. (T2,)"""
        if self.tokenizer is None:
            return torch.arange(NOTEBOOK_T, 2 * NOTEBOOK_T - 1)  # one less, to tell rows from columns
        return last_ids(readable(text, self.tokenizer) or ANOTHER, self.tokenizer, self.longest)

    def other_last(self) -> Tensor:
        """The same tokens with another one at the end: z, or the study notebook's last vector. (T,)"""
        last = len(self.head.tokens) - 1 if self.tokenizer is None else self.tokenizer.stoi["z"]  # type: ignore[union-attr]
        if int(self.ids[-1]) == last:
            last -= 1
        return torch.cat([self.ids[:-1], torch.tensor([last])])


def choose_reader() -> Reader:
    """The controls on top of the page: a text and who reads it."""
    typing, other = st.container(), st.expander("Other heads", type="compact")
    with other, st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        at_hand = [name for name, file in MODELS.items() if path_of(file).exists()]  # two heads need no model
        name = st.selectbox("Who reads?", [*at_hand, UNTRAINED, NOTEBOOK], key="reader", bind="query-params", width=220)
        found = None if name == NOTEBOOK else _head(name)
    with other:
        st.markdown(f":gray[{WHO[name]}]")
    if found is None:
        return Reader(NOTEBOOK, notebook_head(), torch.arange(NOTEBOOK_T), None, NOTEBOOK_T)
    head, tokenizer, longest = found
    with typing, st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        text = controls.text(TEXT)
        for i, example in enumerate(EXAMPLES):
            st.button(example, key=f"example_{i}", on_click=_take, args=(example,))
    read = readable(text, tokenizer)
    say_what_is_read(text, read, tokenizer, longest)
    return Reader(name, head, last_ids(read or TEXT, tokenizer, longest), tokenizer, longest)


def _take(example: str) -> None:
    st.session_state["text"] = example


def _head(name: str) -> tuple[AnyHead, CharTokenizer, int]:
    """The head that is chosen, its characters, and how many of them it can read at once."""
    if name == UNTRAINED:
        size = controls.head_size()
        return untrained_head(size, seed=controls.seed(), longest=LONGEST), CharTokenizer(LECTURE_CHARS), LONGEST
    checkpoint = loaded(MODELS[name])
    model = cast(GPTLanguageModel, checkpoint.model)
    layers, heads = model.config.n_layer, model.config.n_head
    layer = choose("Layer", range(layers), 0, key="layer") if layers > 1 else 0
    head = choose("Head of it", range(heads), 0, key="head") if heads > 1 else 0
    return ModelHead(model, layer, head), checkpoint.tokenizer, min(LONGEST, model.config.block_size)
