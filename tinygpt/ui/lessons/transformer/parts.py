"""The model on screen of lesson 6: a rung of the ladder and its switches, what it is made of, and what it is called."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from tinygpt.attention import MultiHeadAttention, attention_stages, causal_mask
from tinygpt.bigram import BigramConfig, BigramLanguageModel
from tinygpt.gpt import Block, FeedForward, GPTConfig, GPTLanguageModel
from tinygpt.models import ModelConfig, blank
from tinygpt.plots.lessons.transformer_drawings import Box, MachinePicture
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.ui.scene import choose

RUNGS = {PRESETS[name].title: name for name in LADDER}
FIRST = PRESETS["one-head"].title
HEADS, BLOCKS = (1, 2, 4, 8), (1, 2, 3, 4)
WIDTHS = {"off": 0, "\u00d7 1": 1, "\u00d7 4": 4}  # of the hidden layer, in n_embd
OWN = "own mix"

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


def choose_rung() -> ModelConfig:
    """The rung and one switch for each part, as the model that they say. A link that names only the rung finds the
    switches as the rung has them."""
    rung = choose("The lecture's ladder", RUNGS, FIRST, key="rung", on_change=_take_rung)
    base = PRESETS[RUNGS[rung]].model
    if isinstance(base, BigramConfig):
        st.markdown(":gray[A table has no parts to switch. The next rung has.]")
        return base
    stand = _as_switches(base)

    def on(label: str, key: str) -> bool:
        return st.toggle(label, bool(stand[key]), key=key, bind="query-params")

    with st.container(horizontal=True, gap="medium"):
        heads = choose("Heads", HEADS, stand["part_heads"], key="part_heads")
        width = choose("Feed-forward", WIDTHS, stand["part_feed_forward"], key="part_feed_forward")
        blocks = choose("Blocks", BLOCKS, stand["part_blocks"], key="part_blocks")
    with st.container(horizontal=True, gap="medium"):
        return replace(
            base, n_head=heads, feed_forward=WIDTHS[width], n_layer=blocks,
            positions="learned" if on("positions", "part_positions") else "none",
            projection=on("projection", "part_projection"), residual=on("skip", "part_skip"),
            layer_norm=on("LayerNorm", "part_layer_norm"),
        )  # fmt: skip


def _as_switches(config: GPTConfig) -> dict[str, object]:
    """How the switches stand for a model."""
    width = next(name for name, width in WIDTHS.items() if width == config.feed_forward)
    return {
        "part_heads": config.n_head, "part_feed_forward": width, "part_blocks": config.n_layer,
        "part_positions": config.positions == "learned", "part_projection": config.projection,
        "part_skip": config.residual, "part_layer_norm": config.layer_norm,
    }  # fmt: skip


def _take_rung() -> None:
    """Another rung: its switches instead of the old one's."""
    model = PRESETS[RUNGS[st.session_state["rung"]]].model
    if isinstance(model, GPTConfig):
        st.session_state.update(_as_switches(model))


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
