"""The model on screen of lesson 6: a rung of the ladder and its switches, what it is made of, and what it is called."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import streamlit as st

from tinygpt.attention import MultiHeadAttention, attention_stages, causal_mask
from tinygpt.bigram import BigramConfig, BigramLanguageModel
from tinygpt.gpt import Block, FeedForward, GPTConfig, GPTLanguageModel
from tinygpt.models import ModelConfig, blank
from tinygpt.plots.lessons.transformer_drawings import Box, MachinePicture
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.ui.scene import choose

RUNGS = {PRESETS[name].title: name for name in LADDER}
FIRST = cast(GPTConfig, PRESETS["one-head"].model)
HEADS, BLOCKS = (1, 2, 4, 8), (1, 2, 3, 4)
WIDTHS = {"off": 0, "\u00d7 1": 1, "\u00d7 4": 4}  # of the hidden layer, in n_embd
OWN = "your own mix"

CODE: dict[str, tuple[Callable[..., object], ...]] = {  # what a part is: a few lines
    "embeddings": (GPTLanguageModel.embed,),
    "heads": (MultiHeadAttention.forward, attention_stages),
    "mask": (causal_mask,),
    "skip": (Block.join,),
    "feed-forward": (FeedForward,),
    "block": (Block,),
    "GPT": (GPTLanguageModel,),
}
TABLE = {"bigram": (BigramLanguageModel,)}


def model_on_screen() -> ModelConfig:
    """The model that the controls of the first scene say, wherever on the page one asks."""
    if st.session_state.get("rung") == PRESETS["bigram"].title:
        return PRESETS["bigram"].model
    stand = _as_switches(FIRST) | {key: st.session_state[key] for key in _as_switches(FIRST) if key in st.session_state}
    learned, width = stand["part_positions"], WIDTHS[stand["part_feed_forward"]]
    return replace(
        FIRST, n_head=stand["part_heads"], feed_forward=width, n_layer=stand["part_blocks"],
        positions="learned" if learned else "none", projection=stand["part_projection"],
        residual=stand["part_skip"], layer_norm=stand["part_layer_norm"],
    )  # fmt: skip


def choose_rung(no_parts: str) -> ModelConfig:
    """The controls: a rung of the ladder, and one switch for each part. The ladder shows the rung that the switches
    make, or none. `no_parts` is said of a table, which has no switches."""
    _take_the_link()
    ladder = st.container()
    if st.session_state.get("rung") == PRESETS["bigram"].title:
        st.markdown(f":gray[{no_parts}]")
    else:
        _switches()
        name = name_of(model_on_screen())
        st.session_state["rung"] = name if name in RUNGS else None
    with ladder:
        st.segmented_control("The lecture's ladder", list(RUNGS), key="rung", bind="query-params", on_change=_take_rung)
    return model_on_screen()


def _switches() -> None:
    """One switch for each part; they begin as on the first GPT of the ladder."""
    stand = _as_switches(FIRST)

    def on(label: str, key: str) -> None:
        st.toggle(label, bool(stand[key]), key=key, bind="query-params")

    with st.container(horizontal=True, gap="medium"):
        choose("Heads", HEADS, stand["part_heads"], key="part_heads")
        choose("Feed-forward", WIDTHS, stand["part_feed_forward"], key="part_feed_forward")
        choose("Blocks", BLOCKS, stand["part_blocks"], key="part_blocks")
    with st.container(horizontal=True, gap="medium"):
        on("positions", "part_positions")
        on("projection", "part_projection")
        on("skip", "part_skip")
        on("LayerNorm", "part_layer_norm")


def _take_the_link() -> None:
    """A link that names a rung sets the switches that it does not name."""
    if "rung" in st.session_state:
        return
    rung = st.query_params.get("rung", "")
    if rung == PRESETS["bigram"].title:
        st.session_state["rung"] = rung
    elif rung in RUNGS:
        named = _as_switches(_gpt(rung))
        st.session_state.update({key: at for key, at in named.items() if key not in st.query_params})


def _as_switches(config: GPTConfig) -> dict[str, Any]:
    """How the switches stand for a model."""
    width = next(name for name, width in WIDTHS.items() if width == config.feed_forward)
    return {
        "part_heads": config.n_head, "part_feed_forward": width, "part_blocks": config.n_layer,
        "part_positions": config.positions == "learned", "part_projection": config.projection,
        "part_skip": config.residual, "part_layer_norm": config.layer_norm,
    }  # fmt: skip


def _take_rung() -> None:
    """Another rung: its switches instead of the old one's. The rung that is taken back stays."""
    rung = st.session_state["rung"]
    if rung in RUNGS and rung != PRESETS["bigram"].title:
        st.session_state.update(_as_switches(_gpt(rung)))


def _gpt(rung: str) -> GPTConfig:
    """The model of a rung that has switches."""
    return cast(GPTConfig, PRESETS[RUNGS[rung]].model)


def name_of(config: ModelConfig) -> str:
    """What the lecture calls this model, if it has it."""
    return next((preset.title for preset in PRESETS.values() if preset.model == config), OWN)


def products(config: ModelConfig) -> dict[str, list[tuple[int, ...]]]:
    """The learned numbers of each part as people count them: rows times columns, plus a bias, times the blocks."""
    V, T = config.vocab_size, config.block_size
    if isinstance(config, BigramConfig):
        return {"token embedding": [(V, V)]}
    C, L, wide = config.n_embd, config.n_layer, config.feed_forward * config.n_embd
    norms = 1 + L * (2 if config.feed_forward else 1)
    shrink = [(L, wide, C), (L, C)] if config.feed_forward > 1 else []
    return {
        "token embedding": [(V, C)],
        "positions": [(T, C)] if config.positions == "learned" else [],
        "query, key, value": [(L, 3, C, C)],
        "projection": [(L, C, C), (L, C)] if config.projection else [],
        "feed-forward": [(L, C, wide), (L, wide), *shrink] if config.feed_forward else [],
        "LayerNorm": [(norms, 2, C)] if config.layer_norm else [],
        "output layer": [(C, V), (V,)],
    }


def sum_of_parts(terms: list[tuple[int, ...]]) -> str:
    """Products as people write them, without the factors that are 1."""
    return " + ".join("\u00b7".join(str(factor) for factor in term if factor > 1) for term in terms)


def machine_of(config: ModelConfig) -> MachinePicture:
    """The boxes of the diagram, those that are off among them."""
    numbers = {name: weight.numel() for name, weight in blank(config).named_parameters()}

    def box(name: str, where: str, note: str = "") -> Box:
        count = sum(n for weight, n in numbers.items() if weight.startswith(where))
        return Box(name, count, count > 0, note)

    embeddings = box("token embedding", "token_embedding_table"), box("positions", "position_embedding_table")
    after = box("LayerNorm", "norm."), box("output layer", "lm_head")
    heads, skip, n_layer = "", False, 0
    if isinstance(config, GPTConfig):
        heads = f"{config.n_head} {'head' if config.n_head == 1 else 'heads'} of {config.head_size}"
        skip, n_layer = config.residual, config.n_layer
    looks = (
        box("LayerNorm", "blocks.0.norm1"), box("query, key, value", "blocks.0.attention.qkv", heads),
        box("projection", "blocks.0.attention.projection"),
    )  # fmt: skip
    thinks = box("LayerNorm", "blocks.0.norm2"), box("feed-forward", "blocks.0.feed_forward")
    return MachinePicture(embeddings, (looks, thinks), (skip, skip and thinks[1].on), after, n_layer)
