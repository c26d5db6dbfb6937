"""What the heads of a model do: the name that its measures justify, and whether the model copies, by cause.

All of it is measured behind the page (ui/behind.py), head by head; until then a line says how far that has come.
"""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from tinygpt.gpt import GPTConfig
from tinygpt.inside.copying import Cut
from tinygpt.inside.knockout import Rise
from tinygpt.inside.names import TOKENS, NamedHead
from tinygpt.inside.passages import Passages
from tinygpt.plots.inside.heads import CutLine, HabitLine, cuts, exchanged_passage, habit_lines
from tinygpt.training.evaluation import some_windows
from tinygpt.ui import frame, pace
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.measured import MOMENT, Measured, measured, passages_of
from tinygpt.ui.inside.opened import corpus_of, measured_text, opened_step
from tinygpt.ui.scene import table
from tinygpt.words import heads as words
from tinygpt.words.inside import when_words


@st.fragment
def what_heads_do(model: Model) -> None:
    """Each head's name with its score, then whether the model copies; a sentence where there is nothing to measure."""
    config = model.spec.model
    if not isinstance(config, GPTConfig):
        st.text(words.NO_HEADS)
        return
    try:
        step, text = opened_step(model), measured_text(model)
        found = measured(model.name, step, text, config)
    except ValueError as error:
        st.text(str(error))
        return
    every = None if found.complete else pace.interval()
    st.fragment(_tick, run_every=every)(model, config, step, text)


def _tick(model: Model, config: GPTConfig, step: int, text: str) -> None:
    """What is known by now."""
    try:
        found = measured(model.name, step, text, config, wait=MOMENT)
        pace.seen(not found.complete)
        _show(model, config, step, text, found)
    except ValueError as error:  # deleted since this page was opened
        st.text(str(error))
        return
    key = f"measuring {model.name} {step}"
    if not found.complete:
        st.session_state[key] = True
    elif st.session_state.pop(key, False):
        st.rerun()  # once, so that the asking ends


def _show(model: Model, config: GPTConfig, step: int, text: str, found: Measured) -> None:
    if found.heads is None:
        st.progress(0.0, words.SOON)
        return
    if any(score != score for head in found.heads for score in [head.scores["diffuse"]]):
        st.text(words.BROKEN)
        return
    windows = some_windows(corpus_of(text), config.block_size, TOKENS)[:, :-1]
    st.markdown(f":gray[{words.measured_on(when_words(step), windows.numel())}]")
    st.html(habit_lines([_habit(head) for head in found.heads], frame.mode(), titles=words.HABITS))
    table(partial(_rows, found.heads), key="habits")
    st.markdown(f"**{words.COPYING}**")
    if found.refused:
        st.text(found.refused)
        return
    _copying(config, text, found)


def _habit(head: NamedHead) -> HabitLine:
    """Its line: the score of its name, or of the habit that it comes nearest to."""
    score = even = None
    if head.name != words.OFF:
        habit = words.telling_habit(head)
        score, even = head.scores[habit], head.even[habit]
    return HabitLine(words.head_name(head.layer, head.head), head.called, score, even, words.head_sentence(head))


def _rows(heads: list[NamedHead]) -> list[dict[str, object]]:
    """Every score of every head, and last those of an even spread."""
    rows: list[dict[str, object]] = [
        {"head": words.head_name(h.layer, h.head), "called": h.called, **h.scores, "k": h.offset} for h in heads
    ]
    return [*rows, {"head": "an even spread", "called": "", **heads[-1].even, "k": heads[-1].offset}]


def _copying(config: GPTConfig, text: str, found: Measured) -> None:
    """The test by exchange, and what is lost without each head beside its looks."""
    passages = passages_of(text, config.block_size)
    st.markdown(words.TEST)
    st.html(_example(text, passages))
    if found.follows is None or found.stripes is None:
        st.progress(0.0, words.SOON)
        return
    st.markdown(words.follows_words(found.follows, len(passages.idx)))
    if found.copied is not None:
        st.markdown(words.copying_words(found.copied))
    heads = [(layer, head) for layer in range(config.n_layer) for head in range(config.n_head)]
    stripes = found.stripes
    lines = [CutLine(words.head_name(*cut), found.rises.get(cut), float(stripes[cut])) for cut in heads]
    st.html(cuts(lines, frame.mode(), titles=words.CUTS))
    if found.complete:
        st.markdown(words.causes_words(found.rises, stripes, copies=words.is_more_than_chance(found.follows)))
        table(partial(_cut_rows, found.rises, lines), key="cuts")
    else:
        st.progress(len(found.rises) / len(heads), words.progress_words(len(found.rises), len(heads)))


def _cut_rows(rises: Mapping[Cut, Rise], lines: list[CutLine]) -> list[dict[str, object]]:
    return [
        {"head": line.head, "rise without it": rise.mean, "its standard error": rise.error, "stripe": line.stripe}
        for line, rise in zip(lines, rises.values(), strict=True)
    ]


def _example(text: str, passages: Passages) -> str:
    """A passage with the letter that is exchanged: the first one that is easy to read."""
    decode = corpus_of(text).tokenizer.decode
    pairs = [decode(pair) for pair in zip(passages.old.tolist(), passages.new.tolist(), strict=True)]
    n = next((n for n, pair in enumerate(pairs) if pair.isalpha() and "\n" not in decode(passages.idx[n].tolist())), 0)
    return exchanged_passage(decode(passages.idx[n].tolist()), int(passages.place[n]), pairs[n][1], frame.mode())
