"""The scenes of lesson 2 that go slowly: counting one line, one row turned into a loss, one step of training."""

import math
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import streamlit as st
import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.lessons import tables
from tinygpt.lessons.one_step import NOTEBOOK_RATE, SlowStep, first_batches, gradient_by_hand, slow_step
from tinygpt.plots.lessons import bigram_steps as drawings
from tinygpt.spelling import in_a_row, isolated, named, number, thousands
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons, slider
from tinygpt.ui.drag import Picture, drag, swap
from tinygpt.ui.lessons.bigram.text import Counted, counted_text, first_batch
from tinygpt.ui.scene import Showing, explain, picture, scene
from tinygpt.words.storyboard import Facts, Scene, apart

LINE, PAIRS = 13, 10  # characters whose pairs are counted, pairs that are worked through
LATER = [10, 100, 1_000]  # steps after the first one
NOTEBOOK_LINES = (
    "xb, yb = get_batch('train')", "logits, loss = m(xb, yb)", "optimizer.zero_grad(set_to_none=True)",
    "loss.backward()", "optimizer.step()",
)  # fmt: skip
NAMES = ("get_batch", "forward", "zero_grad", "backward", "step")  # of the positions, as they stand in the URL
BARS = 8  # of a row
ADDED = 0, 1  # to every logit of a row


@scene("big-count", code=[tables.pair_counts])
def count_a_line(scene: Scene, text: Counted) -> Showing:
    """A pointer walks over the first line, and every pair adds one to its cell."""
    yield None
    ids = text.corpus.train[:LINE]
    line = [text.chars[i] for i in ids.tolist()]
    chars = sorted(set(line))
    inside = torch.tensor([chars.index(c) for c in line])
    pictures = []
    for at in range(len(line) - 1):
        counts = tables.pair_counts(inside[: at + 2], len(chars))
        row = counts[inside[at]]
        facts = {
            "line": f"\u201c{isolated(''.join(map(in_a_row, line)))}\u201d", "now": text.say(int(ids[at])),
            "then": text.say(int(ids[at + 1])), "times": int(row[inside[at + 1]]), "seen": at + 1,
            "of_row": int(row.sum()), "pairs": int(text.counts.sum()),
        }  # fmt: skip
        pictures.append(picture(scene, drawings.counted_so_far(line, at, chars, counts, frame.mode()), facts))
    names = [f"{n}: {named(a)} {named(b)}" for n, (a, b) in enumerate(zip(line, line[1:], strict=False), 1)]
    drag(pictures, key="pair", label="Pair", names=names)


@scene("big-row", code=[tables.softmax_of_row])
def row_and_loss(scene: Scene, text: Counted) -> Showing:
    """Logits, e to each, shares, and the loss of what really came: the pairs of a real line, digit by digit."""
    table = tables.notebook_table(text.V)[0].token_embedding_table.weight.detach()
    ids = text.corpus.train[: PAIRS + 1].tolist()
    yield _shift_facts(table[ids[0]], ids[1])
    line, pairs, pictures, every = [text.chars[i] for i in ids], list(pairwise(ids)), [], []
    for more, (at, (now, came)) in product(ADDED, enumerate(pairs)):
        worked = tables.softmax_of_row(table[now] + more, came)
        facts = {**_row_facts(worked, text), "character": text.say(now), "came": text.say(came)}
        names = [text.chars[i] for i in worked.shown]
        drawing = drawings.row_by_hand(line, at, worked, names, text.V - len(names), frame.mode())
        pictures.append(picture(scene, drawing, facts))
        every.append(facts)
    names = [f"{n}: {named(a)} {named(b)}" for n, (a, b) in enumerate(pairwise(line), 1)]
    more, at = swap(
        pictures, buttons("row_plus", "Add to every logit of the row", ADDED), slider("row_pair", "Pair", names)
    )
    mean = sum(facts["loss"] for facts in every) / len(every)  # the same whatever is added
    shown = every[more * len(pairs) + at]
    explain(scene, {**shown, "guesses": len(pairs), "mean": mean, "V": text.V, "even": math.log(text.V)})


def _row_facts(worked: tables.WorkedRow, text: Counted) -> dict[str, Any]:
    share = worked.shares[-1]
    return {
        "power": worked.powers[-1], "total": worked.total, "loss": worked.loss, "logit": worked.logits[-1],
        "share": number(share, tables.share_digits(share)),
    }  # fmt: skip


def _shift_facts(row: Tensor, came: int) -> Facts:
    """What the question needs: the same row as it is, and with 1 added to every logit."""
    as_it_is, more = tables.softmax_of_row(row, came), tables.softmax_of_row(row + 1, came)
    return {
        "power": as_it_is.powers[-1], "power_plus": more.powers[-1], "total": as_it_is.total, "total_plus": more.total,
        "loss": as_it_is.loss, "loss_plus": more.loss, "euler": math.e,
    }  # fmt: skip


@scene("big-step", code=[slow_step, gradient_by_hand])
def one_step_slowly(scene: Scene, text: Counted) -> Showing:
    """The lines of the loop one by one over one batch; then the table after many steps."""
    x, y = first_batch(text.corpus.name)
    step, later = _steps(text.corpus.name)
    asked = step.pairs.sum(dim=1)
    rows = asked.nonzero().flatten().tolist()
    facts: dict[str, Any] = {
        "guesses": x.numel(), "B": x.shape[0], "T": x.shape[1], "V": text.V, "rows": len(rows),
        "touched": len(rows) * text.V, "cells": int((step.pairs > 0).sum()), "numbers": text.V**2,
        "loss": step.loss, "loss_after": step.loss_after, "rate": NOTEBOOK_RATE, "is_cells": False,
        "is_rows": len(rows) < text.V, "is_all": len(rows) == text.V,
        "whole": tables.loss(F.softmax(step.before.double(), dim=-1), text.counts),
    }  # fmt: skip
    yield facts
    often = sorted(rows, key=lambda i: -asked[i].item())
    chars = [text.chars[i] for i in often]
    with st.container(width=220):
        chosen = st.selectbox("Row", chars, _first_row(chars), format_func=named, key="step_row", bind="query-params")
    row = often[chars.index(chosen)] if chosen in chars else often[0]
    facts |= _numbers_of_row(text, step, row)
    pictures = [_picture_of_line(scene, text, step, row, n, facts) for n in range(len(NOTEBOOK_LINES))]
    pictures += [_picture_after(scene, text, step, row, n, table, facts) for n, table in later.items()]
    names = [*NAMES, *(f"after {thousands(n)} steps" for n in later)]
    drag(pictures, key="training_line", label="Line", names=names)
    explain(scene, facts)


def _first_row(chars: list[str]) -> int:
    """The row that is shown first: that of e, which the study notebook's batch has four times."""
    return chars.index("e") if "e" in chars else 0


@lru_cache(maxsize=16)
def _steps(corpus: str) -> tuple[SlowStep, dict[int, Tensor]]:
    """One step on that batch, and the table after more of them."""
    text, (x, y) = counted_text(corpus), first_batch(corpus)
    step = slow_step(tables.notebook_table(text.V)[0], x, y)
    return step, first_batches(text.corpus, x, y, LATER)


def _numbers_of_row(text: Counted, step: SlowStep, row: int) -> dict[str, Any]:
    """What the sentences say about the chosen row, and about what came after it most often."""
    came = int(step.pairs[row].argmax())
    p = F.softmax(step.before[row], dim=-1)
    return {
        "character": text.say(row), "came": text.say(came), "asked": int(step.pairs[row].sum()),
        "times": int(step.pairs[row, came]), "share": float(p[came]), "gradient": float(step.gradient[row, came]),
        "before": float(step.before[row, came]), "after": float(step.after[row, came]),
        "moved": apart(float(step.after[row, came]), float(step.before[row, came]), 4),
    }  # fmt: skip


def _shown(step: SlowStep, row: int) -> list[int]:
    """The characters whose bars are drawn: those that came, then the likeliest."""
    came = step.pairs[row].argsort(descending=True, stable=True).tolist()
    came = [i for i in came if step.pairs[row, i] > 0][:BARS]
    likely = [i for i in step.before[row].argsort(descending=True, stable=True).tolist() if i not in came]
    return [*came, *likely][:BARS]


def _picture_of_line(scene: Scene, text: Counted, step: SlowStep, row: int, n: int, facts: Facts) -> Picture:
    """The table and the chosen row while one line of the loop runs."""
    p, change = F.softmax(step.before, dim=-1), step.after - step.before
    whole, numbers, digits = [
        (step.pairs, step.pairs, 0), (p, p, 4), (None, None, 0), (step.gradient, step.gradient, 4), (change, change, 4)
    ][n]  # fmt: skip
    ids = _shown(step, row)
    bars = [] if numbers is None else [(text.chars[i], float(numbers[row, i])) for i in ids]
    limit = 1.0 if whole is None else min(float(whole.abs().max()), 1.0)
    title = scene.templates[f"title_{NAMES[n]}"], scene.plain(f"row_{NAMES[n]}", facts)
    came = [bool(step.pairs[row, i]) for i in ids]
    drawing = drawings.lit_line(NOTEBOOK_LINES, n, frame.mode())
    drawing += drawings.table_and_row(whole, limit, row, bars, title, frame.mode(), digits=digits, came=came)
    return picture(scene, drawing, facts, f"caption_{NAMES[n]}")


def _picture_after(
    scene: Scene, text: Counted, step: SlowStep, row: int, n: int, table: Tensor, facts: Facts
) -> Picture:
    """The shares of the table after `n` steps."""
    p = F.softmax(table.double(), dim=-1)
    facts = {**facts, "steps": n, "now": tables.loss(p, text.counts)}
    ids = p[row].argsort(descending=True, stable=True).tolist()[:BARS]
    bars = [(text.chars[i], float(p[row, i])) for i in ids]
    title = scene.plain("title_after", facts), scene.plain("row_forward", facts)
    drawing = drawings.lit_line(NOTEBOOK_LINES, None, frame.mode())
    came = [bool(step.pairs[row, i]) for i in ids]
    drawing += drawings.table_and_row(p, float(p.max()), row, bars, title, frame.mode(), digits=4, came=came)
    return picture(scene, drawing, facts, "caption_after")
