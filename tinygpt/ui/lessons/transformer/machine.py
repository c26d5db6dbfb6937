"""The first scenes of lesson 6: the machine part by part, and who owns its learned numbers."""

import inspect
from collections.abc import Sequence
from dataclasses import replace
from textwrap import dedent
from typing import cast

import streamlit as st

from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig
from tinygpt.lessons.measured import counted, result
from tinygpt.models import ModelConfig, count_parameters, parts
from tinygpt.plots.lessons import transformer_drawings as drawings
from tinygpt.spelling import thousands
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.ui import frame
from tinygpt.ui.drag import Picture, drag, still
from tinygpt.ui.lessons.transformer import parts as transformer_parts
from tinygpt.ui.scene import Showing, alt, ask, begin, deeper, look_for, scene, table
from tinygpt.words.storyboard import Facts, Scene

WHOLE = cast(GPTConfig, PRESETS["layer-norm"].model)
WIDTHS = [8, 16, 32, 64, 128, 256, 512]  # n_embd, up to a little below the 768 of the smallest GPT-2


def machine(scene: Scene) -> ModelConfig:
    """The model that the controls say, box by box; the rest of the page trains it."""
    begin(scene)
    config = transformer_parts.choose_rung()
    _diagram(scene, config)
    return config


@st.fragment
def _diagram(scene: Scene, config: ModelConfig) -> None:
    """The boxes at the left; at the right their numbers added up, and the code of one of them."""
    facts = machine_facts(config)
    ask(scene, facts, height=640)
    left, right = st.columns([5, 6], gap="large")
    with left:
        drawing = drawings.machine_drawing(transformer_parts.machine_of(config), frame.mode())
        still(drawing, key=scene.key, alt=alt(scene, facts))
    with right:
        look_for(scene, facts)
        still(drawings.sums(_sums(config), frame.mode()), key=f"{scene.key}_sums", alt=scene.plain("sums", facts))
        _code_of_a_part(config)
    deeper(scene, facts)
    table(lambda: _part_rows(config), key=scene.key)


def machine_facts(config: ModelConfig) -> Facts:
    """The numbers of the first scene."""
    counts, n = {part: n for part, n in parts(config).items() if n}, count_parameters(config)
    largest = max(counts, key=counts.__getitem__)
    T = config.block_size
    return {
        "name": transformer_parts.name_of(config), "numbers": n, "T": T, "cells": T * T, "allowed": T * (T + 1) // 2,
        "largest": largest, "share": counts[largest] / n,
        "parts": " + ".join(f"{thousands(n)} {part}" for part, n in counts.items()),
        "boxes": drawings.machine_words(transformer_parts.machine_of(config)),
        "C": WHOLE.n_embd, "n_head": WHOLE.n_head, "hs": WHOLE.head_size,
    }  # fmt: skip


def _sums(config: ModelConfig) -> dict[str, tuple[str, int]]:
    """The parts that this model has: how their numbers are counted, and how many they are."""
    terms = transformer_parts.products(config)
    return {part: (transformer_parts.sum_of_parts(terms[part]), n) for part, n in parts(config).items() if n}


def _code_of_a_part(config: ModelConfig) -> None:
    """A few lines for the part that is clicked."""
    found = transformer_parts.TABLE if isinstance(config, BigramConfig) else transformer_parts.CODE
    part = st.pills("Show the code of", list(found), key="code_of", bind="query-params", wrap=True)
    with st.container(key="code_of_part"):
        for function in found.get(part or "", ()):
            st.code(dedent(inspect.getsource(function)), language="python")


def _part_rows(config: ModelConfig) -> dict[str, Sequence[object]]:
    counts = parts(config)
    shares = [n / count_parameters(config) for n in counts.values()]
    return {"part": list(counts), "learned numbers": list(counts.values()), "share": shares}


@scene("tra-2", height=520, code=[parts])
def who_owns_them(scene: Scene) -> Showing:
    """One bar of the whole GPT, narrow to wide, and the bar of every rung."""
    facts = owner_facts(WHOLE)
    yield facts
    st.markdown(scene.write("drag", facts))
    drag(
        [_owners_picture(scene, replace(WHOLE, n_embd=n_embd)) for n_embd in WIDTHS], key="wide", label="n_embd",
        names=[str(n_embd) for n_embd in WIDTHS], default=WIDTHS.index(WHOLE.n_embd),
    )  # fmt: skip
    rungs = {PRESETS[name].title: parts(PRESETS[name].model) for name in LADDER[::-1]}
    st.markdown(scene.write("rungs", facts))
    below = drawings.ladder_bars(rungs, frame.mode())
    still(below, key=f"{scene.key}_rungs", alt=scene.plain("alt_rungs", facts))
    counts = parts(WHOLE)
    table(lambda: {"part": list(counts), **{rung: list(of.values()) for rung, of in rungs.items()}}, key=scene.key)


def _owners_picture(scene: Scene, config: ModelConfig) -> Picture:
    facts = owner_facts(config)
    return Picture(drawings.owners(parts(config), frame.mode()), scene.plain("look_for", facts), alt(scene, facts))


def owner_facts(config: ModelConfig) -> Facts:
    """Who owns how much of a whole GPT."""
    counts, n = parts(config), count_parameters(config)
    embeddings = counts["token embedding"] + counts["positions"]
    rungs = "; ".join(f"{PRESETS[name].title} {thousands(count_parameters(PRESETS[name].model))}" for name in LADDER)
    return {
        "numbers": n, "forward": counts["feed-forward"], "forward_share": counts["feed-forward"] / n,
        "qkv": counts["query, key, value"],
        "qkv_share": counts["query, key, value"] / n, "projection": counts["projection"],
        "output": counts["output layer"],
        "output_share": counts["output layer"] / n, "embeddings": embeddings, "embeddings_share": embeddings / n,
        "norm": counts["LayerNorm"],
        "rungs": rungs, "times": n / count_parameters(PRESETS["feed-forward"].model),
    }  # fmt: skip


def check_facts() -> Facts:
    """The numbers that the closing check needs."""
    floors = counted()[0]
    counts = parts(WHOLE)
    return {
        "head": result("one-head").val_loss, "pairs": floors["2-gram"].val, "triples": floors["3-gram"].val,
        "gain": result("feed-forward").val_loss - result("blocks").val_loss,
        "qkv": counts["query, key, value"] / count_parameters(WHOLE),
    }  # fmt: skip
