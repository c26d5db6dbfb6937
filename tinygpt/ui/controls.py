"""One function per control: the only place that knows its key, its range and its default.

A key is one value on every page and one parameter of the URL. The defaults of the model's settings are its preset's,
so choosing another preset sets them anew (`_take_preset`).
"""

import streamlit as st

from tinygpt.gpt import SCALES, GPTConfig
from tinygpt.spelling import spelled
from tinygpt.training.presets import PRESETS, Preset
from tinygpt.training.spec import TrainConfig
from tinygpt.ui import texts

STEPS = [10, 50, 100, 250, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000]
LEARNING_RATES = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 1.0, 10.0, 1e6]  # the last ones go wrong: try
HEAD_SIZES = [1, 4, 8, 16, 32, 64, 128, 256]
BATCH_SIZES = [1, 4, 8, 12, 16, 32, 64, 128]
LAST_SEED = 99_999
DEFAULT_MODEL = "GPT"
BY_TITLE = {preset.title: preset for preset in PRESETS.values()}


def preset() -> Preset:
    """Which named model: a rung of the lecture's ladder, or nanoGPT's."""
    title = st.selectbox(
        "Model", list(BY_TITLE), list(BY_TITLE).index(DEFAULT_MODEL), key="model", bind="query-params",
        on_change=_take_preset, help="The lecture's ladder, a rung at a time. More settings change any of them.",
    )  # fmt: skip
    return BY_TITLE[title]


def _take_preset() -> None:
    """Another preset: its settings instead of the old one's."""
    chosen = BY_TITLE[st.session_state["model"]]
    for key in ("max_steps", "batch_size", "learning_rate"):
        st.session_state[key] = getattr(chosen.train, key)
    for key in ("block_size", "n_embd", "n_head", "n_layer", "scale"):
        if hasattr(chosen.model, key):
            st.session_state[key] = getattr(chosen.model, key)


def corpus() -> str:
    """Which text: a key of the catalogue, or the SHA-256 of an own text."""
    options = texts.choices()
    return options[st.selectbox("Text", list(options), key="corpus", bind="query-params")]


def max_steps(default: int) -> int:
    return st.select_slider("Steps", STEPS, default, key="max_steps", bind="query-params")


def guess() -> float | None:
    """What the student thinks: a loss, or nothing yet."""
    return st.number_input(
        "Your guess: where will it end?", 0.0, 9.0, None, 0.05, key="guess", bind="query-params",
        placeholder="a loss, such as 2.40",
    )  # fmt: skip


def learning_rate(default: float) -> float:
    return st.select_slider(
        "Learning rate", LEARNING_RATES, default, key="learning_rate", bind="query-params", format_func=spelled
    )


def batch_size(default: int) -> int:
    return st.select_slider("batch_size", BATCH_SIZES, default, key="batch_size", bind="query-params")


def block_size(default: int) -> int:
    return st.slider("block_size", 1, 128, default, key="block_size", bind="query-params")


def n_embd(default: int) -> int:
    return st.slider("n_embd", 8, 256, default, 8, key="n_embd", bind="query-params")


def n_head(default: int) -> int:
    return st.slider("n_head", 1, 8, default, key="n_head", bind="query-params")


def n_layer(default: int) -> int:
    return st.slider("n_layer", 1, 8, default, key="n_layer", bind="query-params")


def scale(default: str) -> str:
    return st.selectbox("Scale of the scores", SCALES, SCALES.index(default), key="scale", bind="query-params")


def text(default: str, longest: int) -> str:
    """What a head reads: a few characters that somebody types."""
    return st.text_input("Text", default, max_chars=longest, key="text", bind="query-params", width=260) or ""


def head_size() -> int:
    return st.select_slider("head_size", HEAD_SIZES, 16, key="head_size", bind="query-params")


def seed() -> int:
    return int(st.number_input("Seed", 0, LAST_SEED, 1337, key="seed", bind="query-params"))


def model_settings(chosen: Preset, vocab_size: int) -> dict[str, object]:
    """What the sliders say of the model; `ModelConfig` decides whether it can be built."""
    model = chosen.model
    if not isinstance(model, GPTConfig):
        return {"vocab_size": vocab_size, "block_size": block_size(model.block_size)}
    return {
        "vocab_size": vocab_size, "n_layer": n_layer(model.n_layer), "n_head": n_head(model.n_head),
        "n_embd": n_embd(model.n_embd), "block_size": block_size(model.block_size), "scale": scale(model.scale),
    }  # fmt: skip


def training_settings(config: TrainConfig) -> dict[str, object]:
    """Learning rate, batch size and seed: how the model is trained."""
    return {
        "learning_rate": learning_rate(config.learning_rate),
        "batch_size": batch_size(config.batch_size),
        "seed": seed(),
    }
