"""The scenes of lesson 6 about where trained heads look: four side by side, and one with a way around it."""

from functools import lru_cache

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import MultiHeadAttention
from tinygpt.gpt import Block
from tinygpt.lessons.measured import EXPERIMENTS, GPT, inside_the_gpt, loaded, result, results_of_seeds
from tinygpt.models import count_parameters
from tinygpt.plots.lessons import transformer as figures
from tinygpt.plots.lessons.attention import attention_map
from tinygpt.plots.lessons.transformer_heads import head_maps
from tinygpt.probes import capture
from tinygpt.spelling import number, spoken
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer
from tinygpt.training.presets import PRESETS
from tinygpt.ui import controls, frame
from tinygpt.ui.drag import drag, still
from tinygpt.ui.readers import TEXT, readable, say_what_is_read
from tinygpt.ui.scene import Showing, alt, explain, picture, scene, table, under_picture
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Facts, Scene

TOKENIZER = CharTokenizer(LECTURE_CHARS)
PANEL = 176  # px: the tiles of a map
ONE, FOUR, SKIP = "one-head", "four-heads", "one-head-skip"
T = PRESETS[ONE].model.block_size


@st.fragment
def heads() -> None:
    """Two scenes that share a text: four heads on it; then one head, without and with a skip."""
    four_heads()
    let_pass()


def _text_read() -> str:
    """What the heads read: the known characters of what is typed, the last T of them."""
    return (readable(st.session_state.get("text") or "", TOKENIZER) or TEXT)[-T:]


@lru_cache(maxsize=64)
def _weights_of_blocks(name: str, text: str) -> tuple[Tensor, ...]:
    """Where each head of a model looks on a text: (n_head, T, T) for each block."""
    seen = capture(loaded(name).model, torch.tensor([TOKENIZER.encode(text)]))
    return tuple(weights[0] for probe, weights in seen.items() if probe.endswith(".attention.weights"))


def _weights_of(name: str, text: str) -> Tensor:
    """Where each head of a model's first block looks on a text. (n_head, T, T)"""
    return _weights_of_blocks(name, text)[0]


def _head_facts(head: int, matrix: Tensor) -> Facts:
    """The mean weight on itself and one back, row 0 left out: it has no choice. `matrix` is (T, T)"""
    return {"head": head, "itself": float(matrix.diagonal()[1:].mean()), "back": float(matrix.diagonal(-1).mean())}


@scene("tra-3", code=[MultiHeadAttention.forward], fragment=False)
def four_heads(scene: Scene) -> Showing:
    """All heads of the GPT on this text, block by block, with what each does as a rule; what four heads cost."""
    yield four_facts()
    typed = controls.text(TEXT)
    say_what_is_read(typed, readable(typed, TOKENIZER), TOKENIZER, T)
    text, inside = _text_read(), inside_the_gpt()
    pictures = []
    for block, maps in enumerate(_weights_of_blocks(GPT, text)):
        rows = [inside.back[steps][block] for steps in range(3)]  # on itself, one back, two back, by head
        heads = []
        for head, (matrix, itself, back, two) in enumerate(zip(maps, *rows, strict=True)):
            there = {"head": head, "itself": itself, "back": back, "two": two}
            heads.append((scene.plain("head", there), scene.plain("habit", there), matrix))
        drawing = head_maps(heads, text, frame.mode())
        pictures.append(picture(scene, drawing, {**block_habits(block), "text": text}))
    drag(pictures, key="block", label="block", names=range(len(pictures)))
    explain(scene, knockout_facts(scene), lambda: _rows_of_heads())
    train_here(FOUR, ONE, key=scene.key)


def four_facts() -> Facts:
    """What four narrow heads cost and buy, instead of one."""
    return {
        "numbers": count_parameters(PRESETS[FOUR].model), "numbers_one": count_parameters(PRESETS[ONE].model),
        "loss_one": result(ONE).val_loss, "loss_four": result(FOUR).val_loss,
    }  # fmt: skip


def block_habits(block: int) -> Facts:
    """Which head of a block of the GPT looks one back most, which two back, and which at itself, on hidden text."""
    itself, back, two = (steps[block] for steps in inside_the_gpt().back)
    own, high, far = (max(range(len(habit)), key=habit.__getitem__) for habit in (itself, back, two))
    return {"block": block, "high": high, "high_back": back[high], "far": far, "far_two": two[far], "own": own,
            "own_itself": itself[own]}  # fmt: skip


def knockout_facts(scene: Scene) -> Facts:
    """What the loss rises by without each head of the GPT."""
    off = inside_the_gpt().heads_off
    lines = [
        scene.plain("off", {"block": block, "rises": ", ".join(f"{rise:.2f}" for rise, _ in heads)})
        for block, heads in enumerate(off)
    ]
    places = [(block, head) for block, heads in enumerate(off) for head in range(len(heads))]
    block, head = max(places, key=lambda place: off[place[0]][place[1]][0])
    far = block_habits(0)["far"]
    return {
        "off": "; ".join(lines), "error": max(error for heads in off for _, error in heads), "dear_block": block,
        "dear_head": head, "far": far, "far_rise": off[0][far][0],
    }  # fmt: skip


def _rows_of_heads() -> list[dict[str, object]]:
    """Every head of the GPT: its habits on hidden text, and what the loss rises by without it."""
    inside = inside_the_gpt()
    return [
        {"block": block, "head": head, "itself": inside.back[0][block][head], "one back": inside.back[1][block][head],
         "two back": inside.back[2][block][head], "loss without it": rise, "standard error": error}
        for block, heads in enumerate(inside.heads_off)
        for head, (rise, error) in enumerate(heads)
    ]  # fmt: skip


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
        "ones": ones, "skips": skips, "looker": spoken(text[t]), "looked": spoken(text[i]), "text": text,
        "row": t, "column": i,
        "here_without": float(matrices[ONE][t, i]), "here_with": float(matrices[SKIP][t, i]),
    }  # fmt: skip
    yield facts
    with st.grid(3, min_column_width=215, gap="medium"):
        for name, matrix in matrices.items():
            with st.container():
                st.markdown(f"**{PRESETS[name].title}**")
                drawing = attention_map(matrix, list(text), frame.mode(), side=PANEL)
                says = scene.plain("alt_head", {**facts, **_head_facts(0, matrix), "name": PRESETS[name].title})
                still(drawing, key=f"{scene.key}_{name}", alt=says)
        with st.container():
            st.markdown(f"**{scene.write('average', facts)}**")
            shares = dict(zip(("no skip", "skip"), habits, strict=True))
            frame.show(figures.habit_bars(shares, frame.mode()), key=scene.key, alt=alt(scene, facts))
    under_picture(scene, facts)
    if len(text) > 1:
        st.markdown(scene.write("here", facts))
    rows = {"seed": EXPERIMENTS[ONE].seeds, **{EXPERIMENTS[name].title: found for name, found in losses.items()}}
    table(lambda: rows, key=scene.key)
    train_here(SKIP, ONE, key=scene.key)
