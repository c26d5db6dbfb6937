"""The first scenes of lesson 2: one row of counts, all rows, and a table of random numbers."""

import math
import unicodedata
from typing import Any, NamedTuple

import torch
from torch import Tensor

from tinygpt.bigram import BigramLanguageModel, next_token_loss
from tinygpt.generation import generate, sampled
from tinygpt.lessons import tables
from tinygpt.lessons.windows import LECTURE_BATCH
from tinygpt.plots.chart import block
from tinygpt.plots.lessons import bigram as figures
from tinygpt.plots.lessons.bigram_drawings import sample_line
from tinygpt.plots.lessons.bigram_steps import random_corner
from tinygpt.randomness import generator
from tinygpt.spelling import named, number
from tinygpt.texts.keeping import kept
from tinygpt.tokenizer import LECTURE_CHARS
from tinygpt.ui import frame
from tinygpt.ui.drag import drag
from tinygpt.ui.lessons.bigram.text import SHOWN, Counted, char_control, commonest, counted_text
from tinygpt.ui.lessons.bigram.whole_table import row_of_link, whole_table
from tinygpt.ui.question import own_guess
from tinygpt.ui.scene import Showing, alt, explain, formula, picture, plot, scene, table
from tinygpt.variance import effective_characters
from tinygpt.words.storyboard import Facts, Scene

TABLES, CHOSEN = 200, 24  # random ones, and how many of them can be looked at
NUMBERS, FEWEST = 50_000_000, 4  # about so many random numbers take a second or two, but so many tables are drawn
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
    """What untrained tables cost, and for some of them a corner of their numbers and what they write."""
    losses = _random_losses(text.corpus.name)
    seeds, chars = _seeds(text.V), [text.chars[i] for i in _corner(text)]
    facts = _random_facts(scene, text, losses)
    yield facts
    mode, pictures, some = frame.mode(), [], _random_tables(text.corpus.name)
    for n, one in enumerate(some):
        dots = block(figures.random_tables(losses, n, facts["even"], mode), mode)
        corner = block(random_corner(one.corner, chars, mode), mode, heading=scene.plain("corner", facts), wide=False)
        pictures.append(picture(scene, dots + corner + sample_line(one.written, mode), {**facts, **one.losses}))
    drag(pictures, key="table", label=scene.templates["dial"], names=seeds[: len(some)])
    explain(scene, facts, lambda: {"seed": seeds, "loss": losses})


class _Random(NamedTuple):
    """One random table: a corner of its logits, what it costs on a batch and on the whole text, what it writes."""

    corner: Tensor
    losses: Facts
    written: str


def _seeds(V: int) -> list[int]:
    """The study notebook's seed, then others: fewer where a table has so many numbers that 200 would take long."""
    return [1337, *range(min(TABLES, max(FEWEST, NUMBERS // V**2)) - 1)]


def _corner(text: Counted) -> list[int]:
    """The commonest characters, whose numbers are shown."""
    return text.counts.sum(dim=1).argsort(descending=True, stable=True).tolist()[:CORNER]


@kept
def _random_losses(corpus: str) -> list[float]:
    """What the table of each seed costs on the whole text."""
    text = counted_text(corpus)
    models = (tables.notebook_table(text.V, seed)[0] for seed in _seeds(text.V))
    return [tables.loss(tables.softmax_of_table(model), text.counts) for model in models]


@kept
def _random_tables(corpus: str) -> list[_Random]:
    """The first of them, as they are shown."""
    text = counted_text(corpus)
    ids, some = _corner(text), []
    for seed, loss in zip(_seeds(text.V)[:CHOSEN], _random_losses(corpus), strict=False):
        model, source = tables.notebook_table(text.V, seed)
        here = {"whole_loss": loss, "batch_loss": _batch_loss(text, model)}
        tokens = generate(model, torch.zeros((1, 1), dtype=torch.int64), WRITTEN, generator=source)
        written = text.corpus.tokenizer.decode([token.id for token in tokens])
        some.append(_Random(model.token_embedding_table.weight.detach()[ids][:, ids], here, written))
    return some


def _first_batch(text: Counted) -> tuple[Tensor, Tensor, bool]:
    """The study notebook's own batch where the text has its characters, else one that its seed draws."""
    if text.chars == LECTURE_CHARS:
        rows = torch.tensor(LECTURE_BATCH)
        return rows[:, :-1], rows[:, 1:], True
    block_size = min(8, len(text.corpus.train) - 1)
    return *text.corpus.batch("train", 4, block_size, generator(1337)), False


def _batch_loss(text: Counted, model: BigramLanguageModel) -> float:
    """What a table costs on the first batch."""
    x, y, _ = _first_batch(text)
    with torch.no_grad():
        batch = next_token_loss(*(model(x)[0], y))
    return float(batch) if batch is not None else math.nan


def _random_facts(scene: Scene, text: Counted, losses: list[float]) -> dict[str, Any]:
    """What random tables cost on average, and the shapes of a batch."""
    all_, even, (_, y, notebook) = torch.tensor(losses), math.log(text.V), _first_batch(text)
    mean = float(all_.mean())
    first, second = torch.tensor([[1, 2, 3]]), torch.tensor([[3, 4, 5]])  # as the study notebook tries torch.cat
    return {
        "V": text.V, "even": even, "mean": mean, "spread": float(all_.std()), "tables": len(losses),
        "guesses": y.numel(), "B": y.shape[0], "T": y.shape[1], "expected": even + 0.5, "half": math.log(2),
        "first_row": str(first.tolist()), "second_row": str(second.tolist()),
        "joined": str(torch.cat([first, second], dim=1).tolist()),
        "batch": scene.templates["of_the_notebook" if notebook else "drawn"],
        "lowest": min(losses), "highest": max(losses), "shown": min(CORNER, text.V),
        "is_less": mean < even - 0.05, "is_same": abs(mean - even) <= 0.05, "is_more": mean > even + 0.05,
    }  # fmt: skip
