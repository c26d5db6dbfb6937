"""A figure of each lesson alone on a page, with its control: what benchmarks/repaint.py compares the lessons with.

streamlit run benchmarks/bare_figures.py      then open /?lesson=averaging
"""

from functools import cache

import plotly.graph_objects as go
import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import attention_stages
from tinygpt.averaging import tril_weights
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.models import build
from tinygpt.plots import averaging, bigram, look, scaling, tokens, transformer
from tinygpt.plots.attention_stages import stages_figure
from tinygpt.randomness import generator
from tinygpt.tables import loss, pair_counts, random_losses, softmax_of_table
from tinygpt.trained import result
from tinygpt.variance import random_qk

TEXT = "the king"
WINDOWS = {8: ("gpt", "gpt-averaged"), 32: ("gpt-32", "gpt-averaged-32")}
HEAD_SIZES = [1, 4, 8, 16, 32, 64, 128, 256]


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
    """The matrix that averages."""
    T = st.slider("T", 2, 16, 8, key="control")
    figure = averaging.shares_heatmap(tril_weights(T), "light", row=T - 1)
    return figure.update_layout(height=460, width=520)


def attention_figure() -> go.Figure:
    """Four pictures of one formula, with random queries and keys."""
    row = int(st.number_input("row", 0, len(TEXT) - 1, 6, key="control"))
    q, k = torch.randn(2, len(TEXT), 32, generator=generator(1337))
    return stages_figure(attention_stages(q, k), list(TEXT), "light", row=row, column=5, step="\u00f7 \u221a32")


def scaling_figure() -> go.Figure:
    """Scores as histograms."""
    head_size = st.select_slider("head_size", HEAD_SIZES, 16, key="control")
    q, k = random_qk(head_size, generator=generator(1337))
    stages = attention_stages(q, k, mask=False)
    return scaling.histograms(stages.scores.flatten(), stages.scaled.flatten(), head_size, "light")


def transformer_figure() -> go.Figure:
    """Loss by position of two trained models."""
    T = st.segmented_control("block_size", list(WINDOWS), default=8, required=True, key="control")
    chosen, averaged = (result(name).by_position for name in WINDOWS[T])
    curves = [transformer.Curve("chosen", chosen, "gpt"), transformer.Curve("averaged", averaged, "count")]
    return transformer.by_position(curves, "light", low=1.8, high=2.7)


FIGURES = {
    "tokens": tokens_figure, "bigram": bigram_figure, "averaging": averaging_figure, "attention": attention_figure,
    "scaling": scaling_figure, "transformer": transformer_figure,
}  # fmt: skip


@st.fragment
def alone(lesson: str) -> None:
    """The control and the figure, and nothing else."""
    figure = FIGURES[lesson]()
    st.plotly_chart(look.dress(figure, "light"), theme=None, config=look.CONFIG, key="figure")


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    alone(st.query_params.get("lesson", "averaging"))
