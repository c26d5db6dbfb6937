"""The first scenes of lesson 6: the machine part by part, and who owns its learned numbers."""

import inspect
from collections.abc import Sequence
from textwrap import dedent

import streamlit as st

from tinygpt.bigram import BigramConfig
from tinygpt.models import ModelConfig, count_parameters
from tinygpt.parts import parts
from tinygpt.plots import transformer_drawings as drawings
from tinygpt.plots.look import thousands
from tinygpt.presets import LADDER, PRESETS
from tinygpt.trained import counted, result
from tinygpt.ui import frame
from tinygpt.ui.lessons import transformer_parts
from tinygpt.ui.scene import alt, ask, begin, code, deeper, look_for, table
from tinygpt.ui.still import still
from tinygpt.ui.storyboard import Facts, Scene

FULL = PRESETS["layer-norm"]


def machine(scene: Scene) -> ModelConfig:
    """The model that the controls say, box by box; the rest of the page trains it."""
    begin(scene)
    config = transformer_parts.choose()
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
        "name": transformer_parts.name_of(config), "n": n, "T": T, "cells": T * T, "allowed": T * (T + 1) // 2,
        "largest": largest, "share": counts[largest] / n,
        "parts": " + ".join(f"{thousands(n)} {part}" for part, n in counts.items()),
        "boxes": drawings.machine_words(transformer_parts.machine_of(config)),
        "C": FULL.model.n_embd, "n_head": FULL.model.n_head, "hs": FULL.model.head_size,  # type: ignore[union-attr]
    }  # fmt: skip


def _sums(config: ModelConfig) -> dict[str, tuple[str, int]]:
    """The parts that this model has: how their numbers are counted, and how many they are."""
    terms = transformer_parts.products(config)
    return {part: (transformer_parts.arithmetic(terms[part]), n) for part, n in parts(config).items() if n}


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


@st.fragment
def owners(scene: Scene) -> None:
    """One bar of the whole small GPT, and the same bar for every rung."""
    begin(scene)
    counts, facts = parts(FULL.model), owner_facts()
    if not ask(scene, facts, height=520):
        return
    rungs = {PRESETS[name].title: parts(PRESETS[name].model) for name in LADDER[::-1]}
    drawing = drawings.owners(counts, frame.mode())
    below = drawings.ladder_bars(rungs, frame.mode())
    still(drawing, key=scene.key, alt=alt(scene, facts))
    look_for(scene, facts)
    st.markdown(scene.write("rungs", facts))
    still(below, key=f"{scene.key}_rungs", alt=scene.plain("alt_rungs", facts))
    table(lambda: {"part": list(counts), **{rung: list(of.values()) for rung, of in rungs.items()}}, key=scene.key)
    code(parts)


def owner_facts() -> Facts:
    """Who owns how much of the whole small GPT."""
    counts, n = parts(FULL.model), count_parameters(FULL.model)
    embeddings = counts["token embedding"] + counts["positions"]
    rungs = "; ".join(f"{PRESETS[name].title} {thousands(count_parameters(PRESETS[name].model))}" for name in LADDER)
    return {
        "n": n, "a": counts["feed-forward"], "pa": counts["feed-forward"] / n, "b": counts["query, key, value"],
        "pb": counts["query, key, value"] / n, "c": counts["projection"], "d": counts["output layer"],
        "pd": counts["output layer"] / n, "e": embeddings, "pe": embeddings / n, "f": counts["LayerNorm"],
        "rungs": rungs, "times": n / count_parameters(PRESETS["feed-forward"].model),
    }  # fmt: skip


def check_facts() -> Facts:
    """The numbers that the closing check needs."""
    floors = counted()[0]
    counts = parts(FULL.model)
    return {
        "head": result("one-head").val_loss, "pairs": floors["2-gram"].val, "triples": floors["3-gram"].val,
        "gain": result("feed-forward").val_loss - result("blocks").val_loss,
        "qkv": counts["query, key, value"] / count_parameters(FULL.model),
    }  # fmt: skip
