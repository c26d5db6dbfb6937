"""The first scenes of lesson 6: the machine part by part, and who owns its learned numbers."""

import inspect
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
from tinygpt.ui.drag import drag, still
from tinygpt.ui.lessons.transformer.parts import (
    CODE,
    TABLE,
    choose_rung,
    machine_of,
    name_of,
    products,
    sum_of_parts,
)
from tinygpt.ui.question import ask
from tinygpt.ui.scene import Showing, alt, begin, caption, explain, fragment_of, picture, scene, table
from tinygpt.words.storyboard import Facts, Scene, find_scene

WHOLE = cast(GPTConfig, PRESETS["layer-norm"].model)
WIDTHS = [8, 16, 32, 64, 128, 256, 512]  # n_embd, up to a little below the 768 of the smallest GPT-2


def machine() -> ModelConfig:
    """The first scene, tra-1: the model that its controls say, box by box. The rest of the page trains that model, so
    the controls redraw all of it; the question and the buttons redraw the diagram alone."""
    scene = find_scene("tra-1")
    begin(scene)
    config = choose_rung()
    _diagram(scene, config)
    return config


@fragment_of
def _diagram(scene: Scene, config: ModelConfig) -> None:
    """The boxes at the left; at the right their numbers added up, and the code of one of them."""
    counts, n, T, boxes = parts(config), count_parameters(config), config.block_size, machine_of(config)
    there = {part: count for part, count in counts.items() if count}
    largest, terms = max(there, key=there.__getitem__), products(config)
    facts = {
        "name": name_of(config), "numbers": n, "T": T, "cells": T * T, "allowed": T * (T + 1) // 2,
        "largest": largest, "share": counts[largest] / n, "boxes": drawings.machine_words(boxes),
        "parts": " + ".join(f"{thousands(count)} {part}" for part, count in there.items()),
        "C": WHOLE.n_embd, "n_head": WHOLE.n_head, "hs": WHOLE.head_size,
    }  # fmt: skip
    ask(scene, facts)
    left, right = st.columns([5, 6], gap="large")
    with left:
        still(drawings.machine_drawing(boxes, frame.mode()), key=scene.key, alt=alt(scene, facts))
    with right:
        caption(scene, facts)
        sums = {part: (sum_of_parts(terms[part]), count) for part, count in there.items()}
        still(drawings.sums(sums, frame.mode()), key=f"{scene.key}_sums", alt=scene.plain("sums", facts))
        found = TABLE if isinstance(config, BigramConfig) else CODE
        part = st.pills("Show the code of", list(found), key="code_of", bind="query-params", wrap=True)
        with st.container(key="code_of_part"):
            for function in found.get(part or "", ()):
                st.code(dedent(inspect.getsource(function)), language="python")
    shares = [count / n for count in counts.values()]
    explain(scene, facts, lambda: {"part": list(counts), "learned numbers": list(counts.values()), "share": shares})


@scene("tra-2", code=[parts])
def who_owns_them(scene: Scene) -> Showing:
    """One bar of the whole GPT, narrow to wide, and the bar of every rung."""
    facts = owner_facts(WHOLE)
    yield facts
    st.markdown(scene.write("drag", facts))
    widths = [replace(WHOLE, n_embd=n_embd) for n_embd in WIDTHS]
    pictures = [picture(scene, drawings.owners(parts(one), frame.mode()), owner_facts(one)) for one in widths]
    drag(pictures, key="wide", label="n_embd", names=WIDTHS, default=WIDTHS.index(WHOLE.n_embd))
    st.markdown(scene.write("rungs", facts))
    rungs = {PRESETS[name].title: parts(PRESETS[name].model) for name in LADDER[::-1]}
    below = drawings.ladder_bars(rungs, frame.mode())
    still(below, key=f"{scene.key}_rungs", alt=scene.plain("alt_rungs", facts))
    columns = {rung: list(counts.values()) for rung, counts in rungs.items()}
    table(lambda: {"part": list(parts(WHOLE)), **columns}, key=scene.key)


def owner_facts(config: ModelConfig) -> Facts:
    """Who owns how much of a whole GPT."""
    counts, n = parts(config), count_parameters(config)
    rungs = "; ".join(f"{PRESETS[name].title} {thousands(count_parameters(PRESETS[name].model))}" for name in LADDER)
    owned = {
        "forward": counts["feed-forward"], "qkv": counts["query, key, value"], "output": counts["output layer"],
        "embeddings": counts["token embedding"] + counts["positions"], "projection": counts["projection"],
        "norm": counts["LayerNorm"],
    }  # fmt: skip
    shares = {f"{name}_share": count / n for name, count in owned.items()}
    times = n / count_parameters(PRESETS["feed-forward"].model)
    return {"numbers": n, "rungs": rungs, "times": times, **owned, **shares}


def check_facts() -> Facts:
    """The numbers that the closing check needs."""
    floors, of_heads = counted()[0], parts(WHOLE)["query, key, value"]
    return {
        "head": result("one-head").val_loss, "pairs": floors["2-gram"].val, "triples": floors["3-gram"].val,
        "gain": result("feed-forward").val_loss - result("blocks").val_loss,
        "qkv": of_heads / count_parameters(WHOLE),
    }  # fmt: skip
