"""A figure of each lesson alone on a page, with its control: what benchmarks/repaint.py compares the lessons with.

streamlit run benchmarks/bare_figures.py      then open /?lesson=averaging
"""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import attention_stages
from tinygpt.averaging import changed_rows, mean_by_loop
from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.lessons.chain import one_head
from tinygpt.lessons.fading import through_softmax
from tinygpt.lessons.measured import EXPERIMENTS, SIZES, result, results_of_seeds
from tinygpt.lessons.moving import at_rates
from tinygpt.lessons.tables import loss, notebook_table, pair_counts, probabilities, softmax_of_table
from tinygpt.models import count_parameters, parts
from tinygpt.plots.lessons import (
    attention_row,
    averaging,
    averaging_plane,
    bigram,
    bigram_drawings,
    learning,
    scaling_drawings,
    scaling_trained,
    tokens,
    transformer,
    transformer_drawings,
)
from tinygpt.plots.lessons.attention_sums import sums_drawing
from tinygpt.randomness import generator
from tinygpt.training.presets import PRESETS
from tinygpt.ui.dials import Dial, buttons, slider, switch
from tinygpt.ui.drag import Picture, drag, swap
from tinygpt.variance import random_qk

TEXT = "the king"
FAIR = ["feed-forward", "blocks-no-skip", "blocks"]
HEAD_SIZES = [1, 4, 8, 16, 32, 64, 128, 256]
LABEL, ARROWS = "label", ("ArrowRight", "ArrowLeft")


class Control(NamedTuple):
    """What is pressed on a lesson's page, by its key, and the key of the figure that it changes."""

    key: str
    ways: tuple[str, str]  # what is clicked in it in turn
    figure: str
    link: str = ""  # what the address of the lesson says, where the figure is not there at first


# Of each lesson a slider whose pictures the browser swaps, by its key, and a switch.
SLIDERS = {
    "tokens": "t", "bigram": "temperature", "averaging": "t", "attention": "t_step", "scaling": "size",
    "transformer": "wide", "learning": "rate",
}  # fmt: skip
SWITCHES = {
    "tokens": Control("drag_log_shares", (LABEL, LABEL), "drag_log_shares"),
    "bigram": Control("drag_table", ARROWS, "drag_table"),  # a slider among whole pictures of random tables
    "averaging": Control(
        "drag_change", ("role=radio[name='add 1 to x[5]']", "role=radio[name='swap x[0] and x[1]']"), "drag_change",
        "change=swap+x[0]+and+x[1]",
    ),
    "attention": Control("drag_softmax_dim", ("role=radio[name='1']", "role=radio[name='-1']"), "drag_softmax_dim"),
    "scaling": Control("drag_trained_size", ("role=radio[name='64']", "role=radio[name='256']"), "drag_trained_size"),
    "transformer": Control("drag_wrong_confound", (LABEL, LABEL), "drag_wrong_confound"),
    "learning": Control("drag_divided", (LABEL, LABEL), "drag_divided"),
}  # fmt: skip


@cache
def counted() -> tuple[Corpus, Tensor, list[float]]:
    """The default text, its pairs, and what 200 random tables cost on it."""
    corpus = load_corpus(default_corpus())
    counts = pair_counts(corpus.train, corpus.tokenizer.vocab_size)
    some = (notebook_table(corpus.tokenizer.vocab_size, seed)[0] for seed in range(200))
    return corpus, counts, [loss(softmax_of_table(model), counts) for model in some]


def swapped(lesson: str) -> tuple[list[str], Dial]:
    """A lesson's switch, and the pictures that the browser swaps for it."""
    match lesson:
        case "tokens":  # the vocabulary as bars, or as dots
            corpus, _, _ = counted()
            times = torch.bincount(corpus.data, minlength=corpus.tokenizer.vocab_size).tolist()
            bars, dots = (
                tokens.vocabulary_bars(times, corpus.tokenizer.chars, "light", logarithmic=way) for way in (False, True)
            )
            return [bars, dots], switch("log_shares", "logarithmic")
        case "bigram":  # random tables, each beside what all of them cost
            _, _, losses = counted()
            tables = [bigram.random_tables(losses, n, 4.17, "light") for n in range(24)]
            return tables, slider("table", "seed", range(24))
        case "averaging":  # which averages move when the points do
            x = torch.randn(1, 8, 2, generator=generator(1337))
            raised, swap_two = x.clone(), x[:, [1, 0, *range(2, 8)]]
            raised[:, 5] += 1
            changes, names = [changed_rows(x, other) for other in (swap_two, raised)], list(map(str, range(8)))
            dial = buttons("change", "change", ("swap x[0] and x[1]", "add 1 to x[5]"))
            return [averaging.changes_bars(each, names, "light") for each in changes], dial
        case "attention":  # softmax along both axes, with random queries and keys
            q, k = torch.randn(2, 1, len(TEXT), 32, generator=generator(1337))
            both = [attention_stages(q, k, dim=dim).weights[0] for dim in (-1, 1)]
            return [sums_drawing(each, TEXT, "light") for each in both], buttons("softmax_dim", "dim", (-1, 1))
        case "scaling":  # heads that were trained with the division and without
            trained = {
                stage: [[result(f"{name}-{hs}", seed).val_loss for seed in (1337, 1)] for hs in SIZES]
                for stage, name in (("scaled", "scaled"), ("scores", "unscaled"))
            }
            drawn = [scaling_trained.trained(SIZES, trained, 2.48, "light", chosen=size) for size in SIZES]
            return drawn, buttons("trained_size", "head_size", SIZES, len(SIZES) - 1)
        case "learning":  # what a sure softmax hands back, and a divided one
            rows = [through_softmax(256, divide).d_scores[0].tolist() for divide in (False, True)]
            bars = [[learning.Bar(str(n), d, learning.short(d), plain=True) for n, d in enumerate(row)] for row in rows]
            return [learning.signed_bars("handed back", each, "light") for each in bars], switch("divided", "divided")
        case _:  # transformer: three models as places on a chart, or two of them
            points = []
            for name in FAIR:
                losses = tuple(one.val_loss for one in results_of_seeds(name))
                points.append(transformer.Trained(name, count_parameters(EXPERIMENTS[name].model), losses, "gpt"))
            arrows = [(0, 1, "numbers"), (1, 2, "skips")], [(0, 2, "both")]
            ladder = switch("wrong_confound", "as the ladder does")
            return [transformer.fair_test(points, each, "light") for each in arrows], ladder


def slid(lesson: str) -> list[str]:
    """What the browser swaps while a lesson's slider moves."""
    corpus, counts, _ = counted()
    q, k, v = torch.randn(3, len(TEXT), 32, generator=generator(1337))
    match lesson:
        case "tokens":  # a window, a question at a time
            ids = corpus.train[:9].tolist()
            symbols = list(corpus.tokenizer.decode(ids))
            lines = [f"when input is {ids[: t + 1]} the target is {ids[t + 1]}" for t in range(8)]
            tiles = [tokens.id_tiles(symbols, ids, "light", context=t, target=t) for t in range(1, 9)]
            return [tile + tokens.questions(lines, t, "light") for t, tile in enumerate(tiles)]
        case "bigram":  # a row of the table at each temperature
            row = probabilities(counts, smoothing=1.0)[corpus.tokenizer.stoi["t"]]
            shown, chars = row.argsort(descending=True).tolist()[:10], corpus.tokenizer.chars
            line = bigram_drawings.sample_line("that is the question of the day", "light")
            heated = [torch.softmax(row.log() / 2 ** (n / 4), -1) for n in range(-8, 9)]
            return [bigram_drawings.row_at_temperature(hot, shown, chars, "light") + line for hot in heated]
        case "averaging":  # points and their means
            x = torch.randn(1, 8, 2, generator=generator(1337))
            data = x[0], mean_by_loop(x)[0]
            names = list(map(str, range(8)))
            tables = [averaging.means_table(*data, t, names, "light") for t in range(8)]
            return [averaging_plane.plane(*data, t, "First Ci", "light") + table for t, table in enumerate(tables)]
        case "attention":  # one row worked out, for every row, with random queries, keys and values
            stages = attention_stages(q, k)
            data = stages, v, stages.weights @ v, list(TEXT)
            return [attention_row.worked_row(*data, t, "light", step="\u00f7 \u221a32") for t in range(len(TEXT))]
        case "scaling":  # scores as histograms, for every head_size, all on one axis
            qks = [random_qk(head_size, generator=generator(1337)) for head_size in HEAD_SIZES]
            drawn = [attention_stages(*qk, mask=False) for qk in qks]
            limit = max(float(stages.scores.abs().max()) for stages in drawn)
            both = [(stages.scores.flatten(), stages.scaled.flatten()) for stages in drawn]
            return [
                scaling_drawings.histograms(scaling_drawings.DrawnScores(*scores), head_size, limit, "light")
                for head_size, scores in zip(HEAD_SIZES, both, strict=True)
            ]
        case "learning":  # twenty steps at each learning rate
            rates = [0.01, 0.1, 0.3, 1.0, 3.0, 10.0]
            found = at_rates(one_head(corpus.tokenizer.vocab_size, 8), corpus, rates, 20, 8)
            return [learning.many_steps(each.losses, found[0].losses[0], "light") for each in found]
        case _:  # transformer: who owns the learned numbers, for every n_embd
            widths = [replace(PRESETS["layer-norm"].model, n_embd=n_embd) for n_embd in (8, 16, 32, 64, 128, 256, 512)]
            return [transformer_drawings.owners(parts(config), "light") for config in widths]


@st.fragment
def page(lesson: str, kind: str) -> None:
    """A control and its figure, and nothing else."""
    if kind == "slider":
        drawn = [Picture(drawing, f"position {n}") for n, drawing in enumerate(slid(lesson))]
        drag(drawn, key=SLIDERS[lesson], label="position", names=[str(n) for n in range(len(drawn))], default=2)
    else:
        drawings, dial = swapped(lesson)
        swap([Picture(drawing, f"position {n}") for n, drawing in enumerate(drawings)], dial)


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    page(st.query_params.get("lesson", "averaging"), st.query_params.get("kind", "switch"))
