"""What comes next, block by block: the guess read off after each block, and what each character of a text costs there.

A figure that follows the finger (ui/drag.py): the core computes every position, ui/browser/layers.js picks one.

Shapes in this file:
    S   stages: the embedding, then each block      T   characters in the window
    V   vocab_size                                  K   characters that have a bar
"""

import re
from functools import partial
from typing import Any, cast

import streamlit as st
import torch
from torch import Tensor

from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.layers import LayerGuesses, read_layers
from tinygpt.models import kind
from tinygpt.plots.inside.blocks import shaded_text
from tinygpt.plots.look import MONO, PALETTE, color
from tinygpt.spelling import named, shown, spoken
from tinygpt.texts.keeping import kept
from tinygpt.training.loop import one_thread
from tinygpt.ui import frame
from tinygpt.ui.beginning import beginning
from tinygpt.ui.browser.component import component
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.moments import model_after
from tinygpt.ui.inside.opened import opened_step
from tinygpt.ui.inside.reading import ReadWindow
from tinygpt.ui.scene import table
from tinygpt.words import blocks as words
from tinygpt.words import literal
from tinygpt.words.inside import when_words

KEY = "place"  # of the link: the position at which the guess is read off
BARS = 8  # characters that may have a bar

_layers = component("layers", "say")


@st.fragment
def layer_by_layer(model: Model, reading: ReadWindow) -> None:
    """The figure, then in words what each block brings; a sentence where nothing can be read off."""
    if not isinstance(model.spec.model, GPTConfig):
        st.text(words.NO_BLOCKS)
        return
    try:
        step = opened_step(model)
        config = cast(GPTConfig, model_after(model.name, step).config)  # what was switched off later is still on in it
        seen = guesses_of(model.name, step, reading.ids[: len(reading.characters)])
    except ValueError as error:
        st.text(str(error))
        return
    if not seen.log_probabilities.isfinite().all():
        st.text(words.BROKEN)
        return
    st.markdown(f":gray[{words.lens_words(when_words(step), config)}]")
    costs = seen.costs(torch.tensor(reading.ids))  # (S, n)
    _figure(model, reading, seen, costs)
    said = f"{words.means_words(seen.after, costs)} {words.changed_words(seen, reading.characters)}"
    st.markdown(literal.markdown(said.strip()))
    table(partial(_rows, model, reading, seen, costs), key=KEY)


@kept
def guesses_of(name: str, step: int, ids: tuple[int, ...], *, halves: bool = False) -> LayerGuesses:
    """What that model would guess after each block, or half of one. ValueError where that cannot be read off."""
    with one_thread():
        return read_layers(cast(GPTLanguageModel, model_after(name, step)), torch.tensor(ids), halves=halves)


def _figure(model: Model, reading: ReadWindow, seen: LayerGuesses, costs: Tensor) -> None:
    """The figure; where it is let go, the position goes into the link."""
    T, mode = len(reading.characters), frame.mode()
    following = reading.ids[1 : T + 1]
    symbols = model.tokenizer.decode(range(model.tokenizer.vocab_size))
    asked, times, now = beginning(KEY, KEY, st.query_params.get(KEY, ""))
    start = int(asked) if re.fullmatch(r"\d{1,6}", asked, re.ASCII) and int(asked) < T else T - 1
    at_the_end = symbols[following[-1]] if len(following) == T else words.END
    state = _layers(
        key=KEY,
        data={
            "lines": shaded_text(seen.after, [*reading.characters, at_the_end], costs.tolist(), mode),
            "after": seen.after, "places": [f"{t} {spoken(c)}" for t, c in enumerate(reading.characters)],
            "says": words.place_sentences(seen, reading.characters, following, symbols),
            **_bars(seen, following, symbols),
            "of": f"{model.name} {reading.start} {reading.characters}", "at": start, "asked": times,
            "words": words.figure_words(len(following) == T), "before": frame.IN_THE_PICTURE,
            "quiet": PALETTE[mode].muted, "bar": color(kind(model.spec.model), mode), "mono": MONO,
        },
        default={"at": start},
        on_at_change=lambda: None,
    )  # fmt: skip
    at = start if now else min(int(state.at), T - 1)
    if at != start or KEY in st.query_params:
        st.query_params[KEY] = str(at)


def _bars(seen: LayerGuesses, following: tuple[int, ...], symbols: str) -> dict[str, Any]:
    """The guesses: at each place the same characters after all stages, so that bars grow and shrink where they stand.

    They are those that are likeliest after any stage, and the one that really comes.
    """
    shares = seen.probabilities  # (S, T, V)
    wanted = shares.amax(0)  # (T, V)
    for t, id in enumerate(following):
        wanted[t, id] = 2.0  # before all others
    ids = wanted.topk(min(BARS, len(symbols))).indices  # (T, K)
    ids = ids.gather(1, shares[-1].gather(1, ids).argsort(dim=1, descending=True))
    found = shares.gather(2, ids.expand(len(shares), -1, -1))  # (S, T, K)
    each = ids.tolist()
    return {
        "symbols": [[shown(symbols[i]) for i in row] for row in each],
        "shares": [[[round(share, 4) for share in row] for row in stage] for stage in found.tolist()],
        "most": float(found.max()), "next": [row.index(i) for row, i in zip(each, following, strict=False)],
    }  # fmt: skip


def _rows(model: Model, reading: ReadWindow, seen: LayerGuesses, costs: Tensor) -> list[dict[str, object]]:
    """A row for each position: what comes, what it costs after each stage, and what would be guessed there."""
    best = seen.log_probabilities.argmax(-1)  # (S, T)
    rows = []
    for t, character in enumerate(reading.characters):
        row: dict[str, object] = {"position": f"{t} {named(character)}"}
        for s, name in enumerate(seen.after):
            row[f"{name}: guess"] = named(model.tokenizer.decode([int(best[s, t])]))
            row[f"{name}: nats"] = float(costs[s, t]) if t < costs.shape[1] else None
        rows.append(row)
    return rows
