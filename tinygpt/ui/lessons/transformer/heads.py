"""The scenes of lesson 6 about where trained heads look: four side by side, and one with a way around it."""

from collections.abc import Sequence
from functools import lru_cache

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import MultiHeadAttention
from tinygpt.gpt import Block
from tinygpt.lessons.measured import EXPERIMENTS, loaded, result
from tinygpt.models import count_parameters
from tinygpt.plots.lessons import transformer as figures
from tinygpt.plots.lessons.attention import attention_heatmap
from tinygpt.probes import capture
from tinygpt.spelling import number, spoken
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer
from tinygpt.training.presets import PRESETS
from tinygpt.ui import controls, frame
from tinygpt.ui.readers import LONGEST, TEXT, readable, say_what_is_read
from tinygpt.ui.scene import alt, ask, begin, look_for, show_code, table
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Facts, Scene, apart

TOKENIZER = CharTokenizer(LECTURE_CHARS)
MINI, PANEL = 230, 300  # px: the height of a heatmap
ONE, FOUR, SKIP, FORWARD = "one-head", "four-heads", "one-head-skip", "feed-forward"


@st.fragment
def heads(four: Scene, skip: Scene) -> None:
    """Four heads on a text; then one head on it, without and with a skip."""
    begin(four)
    text = text_read()
    four_heads(four, text)
    let_pass(skip, text)


def text_read() -> str:
    """What the heads read: the known characters of what is typed, the last block_size of them."""
    typed, longest = controls.text(TEXT, LONGEST), PRESETS[ONE].model.block_size
    known = readable(typed, TOKENIZER)
    say_what_is_read(typed, known, TOKENIZER, longest)
    return (known or TEXT)[-longest:]


@lru_cache(maxsize=64)
def weights_of(name: str, text: str) -> Tensor:
    """Where each head of a model's first block looks on a text. (n_head, T, T)"""
    return capture(loaded(name).model, torch.tensor([TOKENIZER.encode(text)]))["blocks.0.attention.weights"][0]


def itself_and_back(weights: Tensor) -> tuple[float, float]:
    """The mean weight on itself and one back, row 0 left out: it has no choice. `weights` is (T, T)"""
    return float(weights.diagonal()[1:].mean()), float(weights.diagonal(-1).mean())


def four_heads(scene: Scene, text: str) -> None:
    """Four heatmaps, each with what its head does on this text."""
    facts = four_facts(text)
    if not ask(scene, facts, height=380):
        return
    weights = weights_of(FOUR, text)
    with st.grid(4, min_column_width=150, gap="medium"):
        for head, matrix in enumerate(weights):
            there = {**facts, **_head_facts(head, matrix)}
            with st.container():
                st.markdown(f"**{scene.write('head', there)}**  \n:gray[{scene.write('habit', there)}]")
                figure = attention_heatmap(matrix, list(text), frame.mode()).update_layout(height=MINI)
                frame.show(figure, key=f"{scene.key}_{head}", alt=scene.plain("alt_head", there), square=True)
    look_for(scene, facts)
    table(lambda: _weight_rows(weights, text), key=scene.key)
    train_here(FOUR, ONE, key=scene.key)
    show_code(MultiHeadAttention.forward)


def _head_facts(head: int, matrix: Tensor) -> Facts:
    itself, back = itself_and_back(matrix)
    return {"head": head, "itself": itself, "back": back}


def four_facts(text: str) -> Facts:
    """What four heads cost and buy; whom the most and the least self-centered one looks at."""
    each = [_head_facts(h, matrix) for h, matrix in enumerate(weights_of(FOUR, text))]
    low, high = min(each, key=lambda one: one["back"]), max(each, key=lambda one: one["back"])
    one, four = result(ONE), result(FOUR)
    return {
        "numbers": count_parameters(PRESETS[FOUR].model), "numbers_one": count_parameters(PRESETS[ONE].model),
        "loss_one": one.val_loss, "loss_four": four.val_loss, "text": text,
        "high": high["head"], "high_back": high["back"], "low": low["head"], "low_itself": low["itself"],
        "low_back": low["back"],
    }  # fmt: skip


def _weight_rows(weights: Tensor, text: str) -> list[dict[str, object]]:
    return [
        {"head": head, "looks": f"{t} {spoken(c)}"}
        | {f"{i} {spoken(other)}": float(matrix[t, i]) for i, other in enumerate(text)}
        for head, matrix in enumerate(weights)
        for t, c in enumerate(text)
    ]


def let_pass(scene: Scene, text: str) -> None:
    """The heatmaps of two heads, and how much they keep for themselves as a rule."""
    begin(scene)
    facts = skip_facts(text)
    if not ask(scene, facts, height=480):
        return
    with st.grid(3, min_column_width=300, gap="large"):
        for name in (ONE, SKIP):
            matrix = weights_of(name, text)[0]
            with st.container():
                st.markdown(f"**{PRESETS[name].title}**")
                figure = attention_heatmap(matrix, list(text), frame.mode()).update_layout(height=PANEL)
                there = {**facts, **_head_facts(0, matrix), "name": PRESETS[name].title}
                frame.show(figure, key=f"{scene.key}_{name}", alt=scene.plain("alt_head", there), square=True)
        with st.container():
            st.markdown(f"**{scene.write('average', facts)}**")
            shares = {"no skip": habit_of(ONE), "skip": habit_of(SKIP)}
            frame.show(figures.habit_bars(shares, frame.mode()), key=scene.key, alt=alt(scene, facts))
    look_for(scene, facts)
    if len(text) > 1:
        st.markdown(scene.write("here", facts))
    table(_seed_rows, key=scene.key)
    train_here(SKIP, ONE, key=scene.key)
    show_code(Block.join)


def habit_of(name: str) -> tuple[float, float]:
    """The weight on itself and one back of an experiment's first head, as a rule: over many windows of hidden text."""
    found = result(name)
    return found.itself[-1][0], found.back[-1][0]


def skip_facts(text: str) -> Facts:
    """What the way around a head changes, on average and on this text."""
    one, skip = (_losses(name) for name in (ONE, SKIP))
    (a, _), (b, _) = habit_of(ONE), habit_of(SKIP)
    t = min(6, len(text) - 1)
    i = max(0, t - 1)
    without, forward = (result(name).val_loss for name in (FOUR, FORWARD))
    return {
        "itself_without": a, "itself_with": b, "loss_without": one[0], "loss_with": skip[0], "gain": one[0] - skip[0],
        "n_seeds": len(one),
        "ones": _range(one), "skips": _range(skip), "forward": apart(without, forward),
        "own": count_parameters(PRESETS[FORWARD].model) - count_parameters(PRESETS[FOUR].model),
        "looker": spoken(text[t]), "looked": spoken(text[i]), "text": text, "row": t, "column": i,
        "here_without": float(weights_of(ONE, text)[0, t, i]), "here_with": float(weights_of(SKIP, text)[0, t, i]),
    }  # fmt: skip


def _losses(name: str) -> list[float]:
    return [result(name, seed).val_loss for seed in EXPERIMENTS[name].seeds]


def _range(losses: list[float]) -> str:
    return f"{number(min(losses), 3)}\u2013{number(max(losses), 3)}"


def _seed_rows() -> dict[str, Sequence[float]]:
    """The val losses behind the sentence, seed by seed."""
    seeds = EXPERIMENTS[ONE].seeds
    return {"seed": seeds} | {
        EXPERIMENTS[name].title: [result(name, seed).val_loss for seed in seeds] for name in (ONE, SKIP)
    }
