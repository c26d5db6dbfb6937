"""The first scenes of lesson 6: the machine part by part, and who owns its learned numbers."""

import inspect
from collections.abc import Callable, Mapping
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
from tinygpt.ui.scene import Showing, alt, explain, margin, picture, scene, table, under_picture
from tinygpt.words.storyboard import Facts, Scene

WHOLE = cast(GPTConfig, PRESETS["layer-norm"].model)
WIDTHS = [8, 16, 32, 64, 128, 256, 512]  # n_embd, up to a little below the 768 of the smallest GPT-2


@scene("tra-1", fragment=False)
def machine(scene: Scene) -> Showing:
    """The model that its controls say, box by box, and how its learned numbers add up. The rest of the page trains that
    model, so the controls redraw all of it."""
    yield block_facts()
    config = choose_rung(scene.templates["table"])
    name = name_of(config)
    counts, n, boxes = parts(config), count_parameters(config), machine_of(config)
    there = {part: count for part, count in counts.items() if count}
    largest, terms = max(there, key=there.__getitem__), products(config)
    facts = {
        "name": name[:1].upper() + name[1:], "numbers": n, "largest": largest, "share": counts[largest] / n,
        "boxes": drawings.machine_words(boxes), "C": WHOLE.n_embd, "n_head": WHOLE.n_head, "hs": WHOLE.head_size,
        "parts": " + ".join(f"{thousands(count)} {part}" for part, count in there.items()),
    }  # fmt: skip
    left, right = st.columns([10, 9], gap="medium")
    with left:
        still(drawings.machine_drawing(boxes, frame.mode()), key=scene.key, alt=alt(scene, facts))
    with right:
        sums = {part: (sum_of_parts(terms[part]), count) for part, count in there.items()}
        still(drawings.sums(sums, frame.mode()), key=f"{scene.key}_sums", alt=scene.plain("sums", facts))
        under_picture(scene, facts)
    shares = [count / n for count in counts.values()]
    explain(scene, facts, lambda: {"part": list(counts), "learned numbers": list(counts.values()), "share": shares})
    _code_of_a_part(TABLE if isinstance(config, BigramConfig) else CODE)


def _code_of_a_part(found: Mapping[str, tuple[Callable[..., object], ...]]) -> None:
    """The few lines of one part, in the margin."""
    with margin():
        part = st.pills("Show the code of", list(found), key="code_of", bind="query-params", wrap=True)
        with st.container(key="code_of_part"):
            for function in found.get(part or "", ()):
                st.code(dedent(inspect.getsource(function)), language="python", wrap_lines=True)


def block_facts() -> Facts:
    """What a GPT owns with one block, and with all of them."""
    one, whole = (count_parameters(replace(WHOLE, n_layer=n)) for n in (1, WHOLE.n_layer))
    block = (whole - one) // (WHOLE.n_layer - 1)
    return {"one": one, "whole": whole, "block": block, "once": one - block, "blocks": WHOLE.n_layer}


@scene("tra-2", code=[parts])
def who_owns_them(scene: Scene) -> Showing:
    """One bar of the whole GPT, narrow to wide, and the bar of every rung."""
    facts = owner_facts(WHOLE)
    yield {**facts, **width_facts()}
    widths = [replace(WHOLE, n_embd=n_embd) for n_embd in WIDTHS]
    pictures = [picture(scene, drawings.owners(parts(one), frame.mode()), owner_facts(one)) for one in widths]
    drag(pictures, key="wide", label="n_embd", names=WIDTHS, default=WIDTHS.index(WHOLE.n_embd))
    st.markdown(scene.write("rungs", facts))
    rungs = {PRESETS[name].title: parts(PRESETS[name].model) for name in LADDER[::-1]}
    below = drawings.ladder_bars(rungs, frame.mode())
    still(below, key=f"{scene.key}_rungs", alt=scene.plain("alt_rungs", facts))
    st.markdown(scene.write("buys", facts))
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
    return {"numbers": n, "rungs": rungs, **owned, **shares}


def width_facts() -> Facts:
    """What the characters own, in the embeddings and the output layer, at the lecture's width and at the widest."""
    small, large = (
        found["embeddings_share"] + found["output_share"]
        for found in (owner_facts(replace(WHOLE, n_embd=n_embd)) for n_embd in (WHOLE.n_embd, WIDTHS[-1]))
    )
    wide = WIDTHS[-1]
    return {"narrow": WHOLE.n_embd, "wide": wide, "times": wide // WHOLE.n_embd, "small": small, "large": large,
            "V": WHOLE.vocab_size}  # fmt: skip


def check_facts() -> Facts:
    """The numbers that the closing check needs."""
    floors, of_heads = counted()[0], parts(WHOLE)["query, key, value"]
    return {
        "head": result("one-head").val_loss, "pairs": floors["2-gram"].val, "triples": floors["3-gram"].val,
        "gain": result("feed-forward").val_loss - result("blocks").val_loss,
        "qkv": of_heads / count_parameters(WHOLE),
    }  # fmt: skip
