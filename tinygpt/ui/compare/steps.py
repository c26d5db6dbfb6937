"""The evidence behind the verdict: every seed of every variant, and each variant against the one before it."""

from collections.abc import Mapping
from itertools import pairwise

import streamlit as st

from tinygpt.plots.losses.strip import strip_rows, strip_spec
from tinygpt.plots.losses.tones import Tone
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.compare.figure import figure
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.compare.standing import by_seed, is_over, standing
from tinygpt.ui.compare.verdict import Groups, against, joined, notes_on
from tinygpt.words import markdown as literal
from tinygpt.words.verdict import noise_words, rows_words

MOST = 12  # variants that a chart has room for, a row each


def seed_by_seed(now: Shown, tones: Mapping[str, Tone]) -> None:
    """The final loss of every seed, once some variant has two of them; without those that never had one."""
    groups = now.variants()
    final = {label: {seed: loss for seed, loss in by_seed(runs).items() if loss is not None}
             for label, runs in groups.items()}  # fmt: skip
    final = {label: found for label, found in final.items() if found or not is_over(groups[label])}
    if len(final) > MOST or not all(final.values()) or not any(len(found) > 1 for found in final.values()):
        return
    figure(
        strip_rows(final, [tones[label] for label in final]), strip_spec(frame.mode(), tuple(final)), key="seeds_chart",
        alt="The final val loss of every seed, a row for each variant; the table has the numbers.",
        title="Final val loss, seed by seed",
    )  # fmt: skip


def one_by_one(now: Shown) -> None:
    """Each variant against the one before it, as a table."""
    rows = step_rows(now.variants())
    if rows:
        with st.expander("Each against the one before", type="compact", key="steps"):
            st.table(rows, border="horizontal", hide_index=True)
            if words := rows_words(sum("seeds," in row["more than luck?"] for row in rows)):
                st.markdown(f":gray[{words}]")


def step_rows(groups: Groups) -> list[dict[str, str]]:
    """Each variant against the one before it on the same text, once both have ended."""
    by_text: dict[str, list[str]] = {}
    for label, runs in groups.items():
        by_text.setdefault(runs[0].spec.corpus, []).append(label)
    pairs = [pair for labels in by_text.values() for pair in pairwise(labels)]
    return [_step(groups, *pair) for pair in pairs if all(is_over(groups[label]) for label in pair)]


def _step(groups: Groups, before: str, after: str) -> dict[str, str]:
    pair = {label: groups[label] for label in (before, after)}
    stand = standing(pair)
    loss, words = "\u2013", ""
    if len(stand.ranked) == 2:
        found = against(stand.ranked, groups, before, after)
        difference = found.difference or 0.0
        loss, words = f"{'+' if difference > 0 else ''}{number(difference, 3)}", noise_words(found)
    return {
        "from": literal.markdown(before),
        "to": literal.markdown(after),
        "val loss": loss,
        "more than luck?": joined(words, notes_on(stand, pair)),
    }
