"""The scenes of lesson 6 about where trained heads look: four side by side, and one with a way around it."""

from functools import lru_cache

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import MultiHeadAttention
from tinygpt.gpt import Block
from tinygpt.lessons.measured import EXPERIMENTS, loaded, result, results_of_seeds
from tinygpt.models import count_parameters
from tinygpt.plots.lessons import transformer as figures
from tinygpt.plots.lessons.attention import attention_heatmap
from tinygpt.probes import capture
from tinygpt.spelling import number, spoken
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer
from tinygpt.training.presets import PRESETS
from tinygpt.ui import controls, frame
from tinygpt.ui.readers import LONGEST, TEXT, readable, say_what_is_read
from tinygpt.ui.scene import Showing, alt, caption, scene, table
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Facts, Scene, apart

TOKENIZER = CharTokenizer(LECTURE_CHARS)
MINI, PANEL = 230, 300  # px: the height of a heatmap
ONE, FOUR, SKIP, FORWARD = "one-head", "four-heads", "one-head-skip", "feed-forward"
T = PRESETS[ONE].model.block_size


@st.fragment
def heads() -> None:
    """Two scenes that share a text: four heads on it; then one head, without and with a skip."""
    four_heads()
    let_pass()


def _text_read() -> str:
    """What the heads read: the known characters of what is typed, the last T of them."""
    return (readable(st.session_state["text"] or "", TOKENIZER) or TEXT)[-T:]


@lru_cache(maxsize=64)
def _weights_of(name: str, text: str) -> Tensor:
    """Where each head of a model's first block looks on a text. (n_head, T, T)"""
    return capture(loaded(name).model, torch.tensor([TOKENIZER.encode(text)]))["blocks.0.attention.weights"][0]


def _head_facts(head: int, matrix: Tensor) -> Facts:
    """The mean weight on itself and one back, row 0 left out: it has no choice. `matrix` is (T, T)"""
    return {"head": head, "itself": float(matrix.diagonal()[1:].mean()), "back": float(matrix.diagonal(-1).mean())}


@scene("tra-3", code=[MultiHeadAttention.forward], fragment=False)
def four_heads(scene: Scene) -> Showing:
    """Four heatmaps, each with what its head does on this text; what they cost and buy."""
    typed = controls.text(TEXT, LONGEST)
    say_what_is_read(typed, readable(typed, TOKENIZER), TOKENIZER, T)
    text = _text_read()
    weights = _weights_of(FOUR, text)
    each = [_head_facts(head, matrix) for head, matrix in enumerate(weights)]
    low, high = min(each, key=lambda one: one["back"]), max(each, key=lambda one: one["back"])
    facts = {
        "numbers": count_parameters(PRESETS[FOUR].model), "numbers_one": count_parameters(PRESETS[ONE].model),
        "loss_one": result(ONE).val_loss, "loss_four": result(FOUR).val_loss, "text": text, "high": high["head"],
        "high_back": high["back"], "low": low["head"], "low_itself": low["itself"], "low_back": low["back"],
    }  # fmt: skip
    yield facts
    with st.grid(4, min_column_width=150, gap="medium"):
        for head, matrix in enumerate(weights):
            there = {**facts, **each[head]}
            with st.container():
                st.markdown(f"**{scene.write('head', there)}**  \n:gray[{scene.write('habit', there)}]")
                figure = attention_heatmap(matrix, list(text), frame.mode()).update_layout(height=MINI)
                frame.show(figure, key=f"{scene.key}_{head}", alt=scene.plain("alt_head", there), square=True)
    caption(scene, facts)
    rows = [
        {"head": head, "looks": f"{t} {spoken(c)}"}
        | {f"{i} {spoken(other)}": float(matrix[t, i]) for i, other in enumerate(text)}
        for head, matrix in enumerate(weights)
        for t, c in enumerate(text)
    ]
    table(lambda: rows, key=scene.key)
    train_here(FOUR, ONE, key=scene.key)


@scene("tra-4", code=[Block.join], fragment=False)
def let_pass(scene: Scene) -> Showing:
    """The heatmaps of two heads, and how much they keep for themselves as a rule: over many windows of hidden text."""
    text = _text_read()
    matrices = {name: _weights_of(name, text)[0] for name in (ONE, SKIP)}
    losses = {name: [one.val_loss for one in results_of_seeds(name)] for name in (ONE, SKIP)}
    ones, skips = (f"{number(min(found), 3)}\u2013{number(max(found), 3)}" for found in losses.values())
    habits = [(found.itself[-1][0], found.back[-1][0]) for found in map(result, (ONE, SKIP))]
    t = min(6, len(text) - 1)
    i = max(0, t - 1)
    facts = {
        "itself_without": habits[0][0], "itself_with": habits[1][0], "loss_without": losses[ONE][0],
        "loss_with": losses[SKIP][0], "gain": losses[ONE][0] - losses[SKIP][0], "n_seeds": len(losses[ONE]),
        "ones": ones, "skips": skips, "forward": apart(result(FOUR).val_loss, result(FORWARD).val_loss),
        "own": count_parameters(PRESETS[FORWARD].model) - count_parameters(PRESETS[FOUR].model),
        "looker": spoken(text[t]), "looked": spoken(text[i]), "text": text, "row": t, "column": i,
        "here_without": float(matrices[ONE][t, i]), "here_with": float(matrices[SKIP][t, i]),
    }  # fmt: skip
    yield facts
    with st.grid(3, min_column_width=300, gap="large"):
        for name, matrix in matrices.items():
            with st.container():
                st.markdown(f"**{PRESETS[name].title}**")
                figure = attention_heatmap(matrix, list(text), frame.mode()).update_layout(height=PANEL)
                says = scene.plain("alt_head", {**facts, **_head_facts(0, matrix), "name": PRESETS[name].title})
                frame.show(figure, key=f"{scene.key}_{name}", alt=says, square=True)
        with st.container():
            st.markdown(f"**{scene.write('average', facts)}**")
            shares = dict(zip(("no skip", "skip"), habits, strict=True))
            frame.show(figures.habit_bars(shares, frame.mode()), key=scene.key, alt=alt(scene, facts))
    caption(scene, facts)
    if len(text) > 1:
        st.markdown(scene.write("here", facts))
    rows = {"seed": EXPERIMENTS[ONE].seeds, **{EXPERIMENTS[name].title: found for name, found in losses.items()}}
    table(lambda: rows, key=scene.key)
    train_here(SKIP, ONE, key=scene.key)
