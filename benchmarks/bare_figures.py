"""A figure of each lesson alone on a page, with its control: what benchmarks/repaint.py compares the lessons with.

streamlit run benchmarks/bare_figures.py      then open /?lesson=averaging
"""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import plotly.graph_objects as go
import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import attention_stages, causal_mask
from tinygpt.averaging import mean_by_loop, softmax_of_averages, tril_weights
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.lessons.measured import SIZES, result
from tinygpt.lessons.tables import loss, pair_counts, probabilities, random_losses, softmax_of_table
from tinygpt.models import build, parts
from tinygpt.plots import look
from tinygpt.plots.lessons import (
    attention_row,
    averaging,
    bigram,
    bigram_drawings,
    positions,
    scaling,
    scaling_drawings,
    tokens,
    transformer_drawings,
)
from tinygpt.plots.lessons.attention_stages import stages_figure
from tinygpt.randomness import generator
from tinygpt.training.presets import PRESETS
from tinygpt.ui.drag import Picture, drag
from tinygpt.variance import random_qk

TEXT = "the king"
WINDOWS = {8: ("gpt", "gpt-averaged"), 32: ("gpt-32", "gpt-averaged-32")}
HEAD_SIZES = [1, 4, 8, 16, 32, 64, 128, 256]
EMBEDDINGS = [8, 16, 32, 64, 128, 256, 512]


class Control(NamedTuple):
    """What is pressed on a lesson's page, how, and which figure it changes."""

    control: str
    how: str  # slider | button | label | option, and the two ways to go in turn
    figure: str


@cache
def counted() -> tuple[Corpus, Tensor, list[float]]:
    """The default text, its pairs, and what 200 random tables cost on it."""
    corpus = load_corpus(default_corpus())
    counts = pair_counts(corpus.train, corpus.tokenizer.vocab_size)
    return corpus, counts, random_losses(counts, range(200)).tolist()


def tokens_figure() -> go.Figure:
    """The vocabulary as bars."""
    corpus, _, _ = counted()
    times = torch.bincount(corpus.data, minlength=corpus.tokenizer.vocab_size).tolist()
    logarithmic = st.toggle("logarithmic", key="control")
    return tokens.vocabulary_bars(times, corpus.tokenizer.chars, "light", logarithmic=logarithmic)


def bigram_figure() -> go.Figure:
    """Random tables."""
    corpus, counts, losses = counted()
    seed = int(st.number_input("seed", 0, 99, 0, key="control"))
    table = build(BigramConfig(corpus.tokenizer.vocab_size), seed=seed)
    return bigram.random_tables(losses, loss(softmax_of_table(table), counts), 4.17, "light")


def averaging_figure() -> go.Figure:
    """Three matrices, with the mask and without."""
    mask = st.toggle("mask", True, key="control")
    averages = tril_weights(8)
    masked = averages.masked_fill(~causal_mask(8), float("-inf")) if mask else averages
    named = [("averages", averages), ("masked", masked), ("softmax", softmax_of_averages(8, mask=mask))]
    return averaging.three_matrices(named, "light").update_layout(height=380)


def attention_figure() -> go.Figure:
    """Four pictures of one formula, with random queries and keys."""
    row = int(st.number_input("row", 0, len(TEXT) - 1, 6, key="control"))
    q, k = torch.randn(2, len(TEXT), 32, generator=generator(1337))
    return stages_figure(attention_stages(q, k), list(TEXT), "light", row=row, column=5, step="\u00f7 \u221a32")


def scaling_figure() -> go.Figure:
    """Heads that were trained with the division and without."""
    size = st.segmented_control("head_size", list(SIZES), default=256, required=True, key="control")
    names = {"scaled": "scaled", "scores": "unscaled"}
    losses = {
        stage: [[result(f"{name}-{hs}", seed).val_loss for seed in (1337, 1)] for hs in SIZES]
        for stage, name in names.items()
    }
    return scaling.trained(SIZES, losses, 2.48, "light", chosen=size)


def transformer_figure() -> go.Figure:
    """Loss by position of two trained models."""
    T = st.segmented_control("block_size", list(WINDOWS), default=8, required=True, key="control")
    chosen, averaged = (result(name).by_position for name in WINDOWS[T])
    curves = [positions.Curve("chosen", chosen, "gpt"), positions.Curve("averaged", averaged, "count")]
    return positions.by_position(curves, "light", low=1.8, high=2.7)


def tokens_pictures() -> list[str]:
    """A window, a question at a time."""
    corpus, _, _ = counted()
    ids = corpus.train[:9].tolist()
    symbols = list(corpus.tokenizer.decode(ids))
    lines = [f"when input is {ids[: t + 1]} the target is {ids[t + 1]}" for t in range(8)]
    return [
        tokens.id_tiles(symbols, ids, "light", context=t + 1, target=t + 1) + tokens.questions(lines, t, "light")
        for t in range(8)
    ]


def bigram_pictures() -> list[str]:
    """A row of the table at each temperature."""
    corpus, counts, _ = counted()
    row = probabilities(counts, smoothing=1.0)[corpus.tokenizer.stoi["t"]]
    shown = row.argsort(descending=True).tolist()[:10]
    heated = [torch.softmax(row.log() / 2 ** (n / 4), -1) for n in range(-8, 9)]
    return [
        bigram_drawings.row_at_temperature(hot, shown, corpus.tokenizer.chars, "light")
        + bigram_drawings.sample_line("that is the question of the day", "light")
        for hot in heated
    ]


def averaging_pictures() -> list[str]:
    """Points and their means."""
    x = torch.randn(1, 8, 2, generator=generator(1337))
    means = mean_by_loop(x)[0]
    return [averaging.plane(x[0], means, t, "light") + averaging.means_table(x[0], means, t, "light") for t in range(8)]


def attention_pictures() -> list[str]:
    """One row worked out, for every row, with random queries, keys and values."""
    q, k, v = torch.randn(3, len(TEXT), 32, generator=generator(1337))
    stages = attention_stages(q, k)
    out, step = stages.weights @ v, "\u00f7 \u221a32"
    return [attention_row.worked_row(stages, v, out, list(TEXT), t, "light", step=step) for t in range(len(TEXT))]


def scaling_pictures() -> list[str]:
    """Scores as histograms, for every head_size, all on one axis."""
    drawn = []
    for head_size in HEAD_SIZES:
        q, k = random_qk(head_size, generator=generator(1337))
        drawn.append(attention_stages(q, k, mask=False))
    limit = max(float(stages.scores.abs().max()) for stages in drawn)
    return [
        scaling_drawings.histograms(stages.scores.flatten(), stages.scaled.flatten(), head_size, limit, "light")
        for head_size, stages in zip(HEAD_SIZES, drawn, strict=True)
    ]


def transformer_pictures() -> list[str]:
    """Who owns the learned numbers, for every n_embd."""
    widths = [replace(PRESETS["layer-norm"].model, n_embd=n_embd) for n_embd in EMBEDDINGS]
    return [transformer_drawings.owners(parts(config), "light") for config in widths]


# Of each lesson the slider whose pictures the browser swaps, by its key, and the switch whose picture the server draws;
# with the same picture here. A lesson may have one of the two only.
SLIDERS = {
    "tokens": ("t", tokens_pictures),
    "bigram": ("temperature", bigram_pictures),
    "averaging": ("t", averaging_pictures),
    "attention": ("t_step", attention_pictures),
    "scaling": ("head_size", scaling_pictures),
    "transformer": ("wide", transformer_pictures),
}
SWITCHES = {
    "tokens": (Control(".st-key-log_shares", "label:click click", ".st-key-tok_2"), tokens_figure),
    "bigram": (Control(".st-key-seed", "button:increment decrement", ".st-key-big_3"), bigram_figure),
    "averaging": (Control(".st-key-mask", "label:click click", ".st-key-avg_5"), averaging_figure),
    "attention": (Control(".st-key-row", "button:decrement increment", ".st-key-att_3"), attention_figure),
    "scaling": (Control(".st-key-trained_size", "option:64 256", ".st-key-sca_8"), scaling_figure),
    "transformer": (Control(".st-key-context", "option:32 8", ".st-key-tra_7"), transformer_figure),
}


@st.fragment
def switch(lesson: str) -> None:
    """A control and the figure that the server draws for it, and nothing else."""
    figure = SWITCHES[lesson][1]()
    st.plotly_chart(look.dress(figure, "light"), theme=None, config=look.CONFIG, key="figure")


@st.fragment
def slider(lesson: str) -> None:
    """A figure that follows the finger, and nothing else."""
    drawings = SLIDERS[lesson][1]()
    pictures = [Picture(drawing, f"position {n}") for n, drawing in enumerate(drawings)]
    drag(pictures, key="figure", label="position", names=[str(n) for n in range(len(drawings))], default=2)


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    chosen = st.query_params.get("lesson", "averaging")
    slider(chosen) if st.query_params.get("kind") == "slider" else switch(chosen)
