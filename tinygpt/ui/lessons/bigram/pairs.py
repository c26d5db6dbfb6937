"""The first scenes of lesson 2: one row of counts, all rows, and a table of random numbers."""

import math
import unicodedata
from functools import lru_cache
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from tinygpt.bigram import BigramLanguageModel, next_token_loss
from tinygpt.generation import generate, sampled
from tinygpt.lessons import tables
from tinygpt.lessons.windows import LECTURE_BATCH
from tinygpt.plots.lessons import bigram as figures
from tinygpt.plots.lessons.bigram_steps import random_corner
from tinygpt.randomness import generator
from tinygpt.spelling import named, number
from tinygpt.tokenizer import LECTURE_CHARS
from tinygpt.ui import controls, frame
from tinygpt.ui.drag import still
from tinygpt.ui.lessons.bigram.text import SHOWN, Counted, char_control, commonest, counted_text
from tinygpt.ui.lessons.bigram.whole_table import row_of_link, whole_table
from tinygpt.ui.question import own_guess
from tinygpt.ui.scene import Showing, alt, explain, formula, fragment_of, plot, scene, table, under_picture
from tinygpt.variance import effective_characters
from tinygpt.words.storyboard import Facts, Scene

TABLES = 200  # random ones
CORNER = 5  # rows and columns of one of them
WRITTEN = 100  # characters


@scene("big-1", code=[tables.pair_counts, tables.probabilities])
def what_follows(scene: Scene, text: Counted) -> Showing:
    """One row of the table as bars; first the row that the question is about, with what was guessed in it."""
    asked = text.find("t")
    yield _asked_facts(text, asked)
    guessed = own_guess(scene)
    i = char_control(text, "char", "t")
    ids, values = text.top(i)
    pairs, first = int(text.counts[i].sum()), ids[0]
    facts = {
        "character": text.say(i), "pairs": pairs, "together": int(text.counts[i, first]), "share": values[0],
        "likeliest": ", ".join(f"{text.say(j)} {number(p)}" for j, p in zip(ids, values, strict=True)),
        "now": _latex(text.chars[i]), "then": _latex(text.chars[first]),
    }  # fmt: skip
    words = "caption" if pairs else "nothing"
    mark = _options(text.V)[guessed] if guessed is not None and i == asked else None
    figure = figures.next_bars(text.P[i], text.counts[i], text.chars, frame.mode(), after=text.say(i), guessed=mark)
    plot(scene, figure, facts, words)
    if pairs:
        formula(scene, facts)
    row = {"next": list(map(named, text.chars)), "times": text.counts[i].int().tolist(), "p": text.P[i].tolist()}
    table(lambda: row, key=scene.key)


def _asked_facts(text: Counted, asked: int) -> Facts:
    ids, values = text.top(asked)
    guesses = dict(zip(("is_third", "is_most", "is_even"), _options(text.V), strict=True))
    nearest = min(guesses, key=lambda name: abs(guesses[name] - values[0]))
    return {
        "asked": text.say(asked), "next": text.say(ids[0]), "share": values[0], "V": text.V,
        "second": text.say(ids[min(1, len(ids) - 1)]), "second_share": values[1] if len(ids) > 1 else 0.0,
        **{name: name == nearest for name in guesses},
    }  # fmt: skip


def _options(V: int) -> tuple[float, float, float]:
    """The shares that the question offers."""
    return 1 / 3, 0.9, 1 / V


def _latex(c: str) -> str:
    """A character inside a formula: a letter, or its name."""
    return f"\\text{{{c if c.isascii() and c.isalnum() else unicodedata.name(c, named(c)).lower()}}}"


@scene("big-2", code=[tables.probabilities, effective_characters])
def all_rows(scene: Scene, text: Counted) -> Showing:
    """The whole table as tiles; a row is chosen in it by pointing, by its letter, or with the arrow keys."""
    facts = _table_facts(text)
    yield facts
    wanted = text.find("q")
    shown = commonest(text, SHOWN, row_of_link(text, wanted))
    guessed = own_guess(scene)
    mark = None if guessed is None else text.chars.index(facts["options"][guessed])
    whole_table(text, shown, wanted, words=scene.templates, alt=alt(scene, facts), guessed=mark)
    some = scene.write("commonest", {"shown": len(shown), "V": text.V}) if len(shown) < text.V else ""
    frame.caption(scene.write("caption", facts) + some)
    names, counts = [named(text.chars[j]) for j in shown], text.counts[shown][:, shown]
    columns = {f"then {c}": counts[:, j].int().tolist() for j, c in enumerate(names)}
    table(lambda: {"current": names, **columns}, key=scene.key)


def _table_facts(text: Counted) -> Facts:
    times = text.counts.sum(dim=1)
    enough = times >= text.often
    surest = int(text.P.amax(dim=1).masked_fill(~enough, -1).argmax())
    wide = effective_characters(text.P).masked_fill(~enough, 0)
    candidates = [surest, *(text.find(c) for c in "tQ:"), *times.argsort(descending=True).tolist()]
    options = list(dict.fromkeys(candidates))[:4]
    options += options[-1:] * (4 - len(options))  # a text of fewer than four characters
    facts: dict[str, Any] = {
        "zero": int((text.counts == 0).sum()), "cells": text.V**2, "least": int(text.often),
        "surest": text.say(surest), "surest_share": float(text.P[surest].max()),
        "follows": text.say(int(text.P[surest].argmax())), "widest": text.say(int(wide.argmax())),
        "eff": float(wide.max()), "V": text.V, "options": [text.chars[i] for i in options],
    }  # fmt: skip
    for n, i in enumerate(options, 1):
        ids, values = text.top(i)
        facts |= {
            f"row_{n}": text.say(i), f"times_{n}": int(times[i]), f"right_{n}": i == surest,
            f"first_{n}": text.say(ids[0]), f"share_{n}": values[0], f"pairs_{n}": int(text.counts[i, ids[0]]),
            f"second_{n}": text.say(ids[min(1, len(ids) - 1)]),
            f"second_share_{n}": values[1] if len(ids) > 1 else 0.0,
        }  # fmt: skip
    return facts


@scene("big-3", code=[BigramLanguageModel.forward, next_token_loss, tables.loss, generate, sampled])
def random_numbers(scene: Scene, text: Counted) -> Showing:
    """What untrained tables cost, and what one of them writes."""
    losses = _random_losses(text.corpus.name)
    facts = _random_facts(text, losses)
    yield facts
    _one_of_them(scene, text, losses, facts)
    explain(scene, facts, lambda: {"seed": range(TABLES), "loss": losses.tolist()})


@fragment_of
def _one_of_them(scene: Scene, text: Counted, losses: Tensor, facts: Facts) -> None:
    """The table of a seed among the others, a corner of it, and what it writes. A fragment of its own: another seed
    changes nothing of what is explained."""
    with st.container(width=200):
        seed = controls.seed()
    model, source = tables.notebook_table(text.V, seed)
    here = {**facts, **_seed_facts(scene, text, model, seed, losses)}
    drawing = figures.random_tables(losses.tolist(), here["whole_loss"], here["even"], frame.mode())
    still(drawing, key=scene.key, alt=alt(scene, here))
    under_picture(scene, here)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _corner(scene, text, model)
    with right:
        st.markdown(f"**This table writes** \u2002:gray[{WRITTEN} characters]")
        tokens = generate(model, torch.zeros((1, 1), dtype=torch.int64), WRITTEN, generator=source)
        written = text.corpus.tokenizer.decode([0, *(token.id for token in tokens)])
        st.code(written, language=None, wrap_lines=True)


def _corner(scene: Scene, text: Counted, model: BigramLanguageModel) -> None:
    """A few of the random numbers themselves, for the commonest characters."""
    ids = text.counts.sum(dim=1).argsort(descending=True, stable=True).tolist()[:CORNER]
    logits = model.token_embedding_table.weight.detach()[ids][:, ids]
    drawing = random_corner(logits, [text.chars[i] for i in ids], frame.mode())
    facts = {"V": text.V, "shown": len(ids)}
    st.markdown(scene.write("corner", facts))
    still(drawing, key="corner", alt=scene.plain("corner", facts))


@lru_cache(maxsize=64)
def _random_losses(corpus: str) -> Tensor:
    return tables.random_losses(counted_text(corpus).counts, range(TABLES))


def _first_batch(text: Counted, seed: int) -> tuple[Tensor, Tensor, bool]:
    """The study notebook's own batch where the text has its characters, else one that `seed` draws."""
    if text.chars == LECTURE_CHARS:
        rows = torch.tensor(LECTURE_BATCH)
        return rows[:, :-1], rows[:, 1:], True
    block_size = min(8, len(text.corpus.train) - 1)
    return *text.corpus.batch("train", 4, block_size, generator(seed)), False


def _random_facts(text: Counted, losses: Tensor) -> dict[str, Any]:
    """What random tables cost on average, and the shapes of a batch."""
    mean, even, (_, y, _) = float(losses.mean()), math.log(text.V), _first_batch(text, 0)
    first, second = torch.tensor([[1, 2, 3]]), torch.tensor([[3, 4, 5]])  # as the study notebook tries torch.cat
    return {
        "V": text.V, "even": even, "mean": mean, "spread": float(losses.std()), "tables": TABLES,
        "guesses": y.numel(), "B": y.shape[0], "T": y.shape[1], "expected": even + 0.5, "half": math.log(2),
        "first_row": str(first.tolist()), "second_row": str(second.tolist()),
        "joined": str(torch.cat([first, second], dim=1).tolist()),
        "is_less": mean < even - 0.05, "is_same": abs(mean - even) <= 0.05, "is_more": mean > even + 0.05,
    }  # fmt: skip


def _seed_facts(scene: Scene, text: Counted, model: BigramLanguageModel, seed: int, losses: Tensor) -> dict[str, Any]:
    """What one table costs, on a batch and on the whole text, and between which losses all of them lie."""
    x, y, notebook = _first_batch(text, seed)
    whole = tables.loss(tables.softmax_of_table(model), text.counts)
    with torch.no_grad():
        batch = next_token_loss(*(model(x)[0], y))
    return {
        "whole_loss": whole, "batch_loss": float(batch) if batch is not None else math.nan,
        "batch": scene.templates["of_the_notebook" if notebook else "drawn"],
        "lowest": min(losses.min().item(), whole), "highest": max(losses.max().item(), whole),
    }  # fmt: skip
