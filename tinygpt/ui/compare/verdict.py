"""Is it really better? The sentence under the chart, and the comparison of each variant with the one before."""

from collections.abc import Mapping
from statistics import fmean

import streamlit as st

from tinygpt.engine.records import ENDED, RunView
from tinygpt.fairness import same_start
from tinygpt.plots.look import number
from tinygpt.plots.strip import strip_rows, strip_spec
from tinygpt.plots.tones import Tone
from tinygpt.plots.verdict_words import left_out_words, noise_words, so_far_words, verdict_words
from tinygpt.significance import Comparison, Losses, compare
from tinygpt.ui import frame, literal
from tinygpt.ui.compare.figure import figure
from tinygpt.ui.compare.results import losses
from tinygpt.ui.compare.shown import Shown

MOST = 12  # variants that a chart has room for, a row each
NOTHING = "what will appear here: the curves of the runs that you compare."


def look_for(now: Shown) -> str:
    """The best variant against the next one."""
    groups = now.variants()
    means = sorted((fmean(known), label) for label, runs in groups.items() if (known := losses(runs)))
    if len({run.spec.corpus for run in now.runs}) > 1:
        return "the shapes alone: these runs learn different texts, so their losses cannot be compared."
    if not means:
        return NOTHING
    (loss, best), *others = means
    name = literal.markdown(best)
    if not others:
        return f"how far the seeds of {name} lie apart: that is the noise. Its val loss is {number(loss, 3)}."
    worse = others[0][1]
    if not all(run.status in ENDED for run in now.runs):
        return so_far_words(name, loss)
    found = against(groups[worse], groups[best])
    words = verdict_words(name, literal.markdown(worse), loss, found)
    return words + left_out_words(found, name, literal.markdown(worse))


def against(before: list[RunView], after: list[RunView]) -> Comparison:
    """What the seeds say about `after` against `before`."""
    return compare(by_seed(before), by_seed(after), same_start=same_start(before[0].spec, after[0].spec))


def by_seed(runs: list[RunView]) -> Losses:
    """The val loss of each seed; None for a run that diverged, and nothing of one that is still on its way."""
    return {
        run.spec.train.seed: run.final[1] if run.final else None if run.status == "diverged" else run.val
        for run in runs
        if run.final or run.status == "diverged" or run.val is not None
    }


def seeds(now: Shown, tones: Mapping[str, Tone]) -> None:
    """The final loss of every seed, once some variant has two of them."""
    final = {
        label: {run.spec.train.seed: run.final[1] for run in runs if run.final}
        for label, runs in now.variants().items()
    }
    if len(final) > MOST or not all(final.values()) or not any(len(found) > 1 for found in final.values()):
        return
    figure(
        strip_rows(final, [tones[label] for label in final]), strip_spec(frame.mode(), tuple(final)), key="seeds_chart",
        alt="The final val loss of every seed, a row for each variant; the table has the numbers.",
        title="Final val loss, seed by seed",
    )  # fmt: skip


def steps(now: Shown) -> None:
    """Each variant against the one before it, as a table."""
    groups = now.variants()
    if len(groups) < 2:
        return
    rows = []
    for before, after in zip(list(groups)[:-1], list(groups)[1:], strict=True):
        found = against(groups[before], groups[after])
        if found.difference is None:
            continue
        rows.append(
            {
                "from": literal.markdown(before),
                "to": literal.markdown(after),
                "val loss": f"{'+' if found.difference > 0 else ''}{number(found.difference, 3)}",
                "more than luck?": noise_words(found),
            }  # fmt: skip
        )
    if rows:
        with st.expander("Each against the one before", type="compact", key="steps"):
            st.table(rows, border="horizontal", hide_index=True)
