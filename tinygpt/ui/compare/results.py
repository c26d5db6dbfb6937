"""What is compared, in tables: each variant and where it has got, every seed, and each variant beside the last."""

import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.experiments.differences import setting_words, varied
from tinygpt.experiments.floors import gap_closed
from tinygpt.models import count_parameters, leak
from tinygpt.plots.losses.final import strip_rows, strip_spec
from tinygpt.plots.losses.tones import Tone
from tinygpt.spelling import brief, number, percent, thousands
from tinygpt.training.spec import RunSpec
from tinygpt.ui import floors, frame, texts
from tinygpt.ui.compare.chart import figure
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.compare.standing import (
    broken_on_purpose,
    by_seed,
    comparable,
    is_over,
    losses,
    see_the_answer,
    standing,
    variant_loss,
)
from tinygpt.ui.compare.turned import Turned, lowest_words
from tinygpt.ui.compare.verdict import Groups, against, joined, notes_on, set_apart_words
from tinygpt.words import literal
from tinygpt.words.leaks import SEES
from tinygpt.words.loss import gap_words
from tinygpt.words.verdict import noise_words, rows_words

PROVEN = "best"
FEW = 10  # variants in a table that need not be opened
MOST = 12  # variants that a chart has room for, a row each
NAMED = 4  # settings that find room in a row
NOT_SAID = ("model", "same_batches")  # the name of a variant says its model; the batches are how it was run
NOT_WELL = ("diverged", "failed", "stopped", "paused")
PLAIN: dict[tuple[str, object], str] = {
    ("feed_forward", 0): "no feed-forward",
    ("feed_forward", 1): "feed-forward, a single layer",
    ("feed_forward", 4): "feed-forward, 4 times as wide inside",
    ("layer_norm", True): "LayerNorm",
    ("layer_norm", False): "no LayerNorm",
    ("positions", "learned"): "positions",
    ("positions", "rotary"): "rotary positions",
    ("token_shift", True): "token shift",
    ("token_shift", False): "no token shift",
    ("softmax_dim", -1): "softmax over rows",
    ("softmax_dim", -2): "softmax over columns",
}


def results(shown: Shown, turned: Turned) -> None:
    """A row for each variant, and what the share of the gap means."""
    groups = shown.variants()
    if not groups:
        st.markdown(":gray[Choose runs at the left, or begin an experiment. Each variant gets a row here.]")
        return
    rows = result_rows(shown, turned)
    with st.expander(f"All {len(rows)} variants", type="compact") if len(rows) > FEW else nullcontext():
        st.table(rows, border="horizontal", hide_index=True)
        if any("gap closed" in row for row in rows):
            st.markdown(f":gray[{gap_words(known_floors(shown.runs[0].spec))}]")


def result_rows(shown: Shown, turned: Turned | None = None) -> list[dict[str, str]]:
    """The rows in words, with markdown escaped; without the columns in which no row has a word."""
    groups, (first, mark), rows = shown.variants(), marked(shown), []
    proven, marks = first if mark == PROVEN else "", dict.fromkeys(see_the_answer(groups), SEES) | {first: mark}
    for label, differs in differences(groups).items():
        runs, name = groups[label], literal.markdown(label)
        found, loss, spec = losses(runs), loss_words(runs), runs[0].spec
        guesses = found if not leak(spec.model) else []  # whoever sees the answer does not guess
        share, best = gap_closed(fmean(guesses), known_floors(spec)) if guesses else None, label == first == proven
        row = {
            "variant": f"{f'**{name}**' if best else name}, {marks[label]}" if label in marks else name,
            "what differs": literal.markdown(differs),
            "parameters": thousands(count_parameters(spec.model)),
            "val loss": f"**{loss}**" if best else loss,
            "lowest": lowest_words((turned or {}).get(label, ())),
            "perplexity": perplexity(fmean(guesses)) if guesses else "",
            "its seeds": f"{brief(min(found))} to {brief(max(found))}" if len(found) > 1 else "",
            "gap closed": percent(share) if share is not None else "",
            "state": state(runs),
        }
        rows.append(row)
    return [{column: row[column] for column in row if any(each[column] for each in rows)} for row in rows]


def marked(shown: Shown) -> tuple[str, str]:
    """The variant that deserves a mark, and the mark: "best" where the difference is larger than the noise of the
    seeds, else "ends lowest". None before all have ended, none that was broken on purpose or sees the answer."""
    groups = shown.variants()
    aside = broken_on_purpose(shown) | see_the_answer(groups)
    honest = [run for run in shown.runs if shown.labels[run.id] not in aside]
    if not is_over(honest) or not (first := (stand := standing(groups, aside)).lowest):
        return "", ""
    found = against(stand.ranked, groups, list(stand.ranked)[1], first)
    return first, PROVEN if found.verdict == "larger than the noise" else "ends lowest"


def loss_words(runs: Sequence[RunView]) -> str:
    """The number of a variant, and how final it is; or why there is none."""
    if (loss := variant_loss(runs)) is not None:
        return brief(loss) + ("" if losses(runs) and is_over(runs) else " when stopped" if is_over(runs) else " so far")
    return next((status for status in ("diverged", "failed") if any(run.status == status for run in runs)), "\u2013")


def known_floors(spec: RunSpec) -> dict[str, float]:
    """What else guesses the text of a run, and what that loses."""
    return floors.of_model(spec.corpus, spec.model.block_size, texts.folder())


def perplexity(loss: float) -> str:
    """exp(loss): a model with this loss is as unsure as one that guesses among so many characters."""
    return brief(math.exp(loss), 2) if loss < 700 else "over 1e300"  # exp(710) is more than a float can hold


def differences(groups: Mapping[str, Sequence[RunView]]) -> dict[str, str]:
    """What is special about each variant. Of two, both sides are said, unless the names say all of it."""
    own: dict[str, list[tuple[str, object]]] = {label: [] for label in groups}
    for name, values in varied([runs[0].spec for runs in groups.values()]).items():
        most = max(map(values.count, values))
        for label, value in zip(groups, values, strict=True):
            usual = values.count(value) == most > 1  # what most have is not worth a word
            if name not in NOT_SAID and value is not None and not usual:
                own[label].append((name, value))
    news = {
        label: [pair for pair in pairs if setting_words(*pair) not in label.split(" \u00b7 ")]
        for label, pairs in own.items()
    }
    said = own if len(own) == 2 and any(news.values()) else news
    return {label: in_words(pairs) for label, pairs in said.items()}


def in_words(settings: Sequence[tuple[str, object]]) -> str:
    """The first settings with their values, in the words of a lesson where it has some, and how many there are more."""
    words = [PLAIN.get((name, value), _said(name, value)) for name, value in settings[:NAMED]]
    more = [f"and {len(settings) - NAMED} more"] if len(settings) > NAMED else []
    return " \u00b7 ".join(words + more)


def _said(name: str, value: object) -> str:
    """A setting with its value, which has thin spaces in its thousands, as every number of the page."""
    return f"{name} {thousands(value)}" if type(value) is int and value else setting_words(name, value)


def state(runs: Sequence[RunView]) -> str:
    """What is not over yet, or has gone wrong."""
    statuses = [run.status for run in runs]
    moving = sum(run.moving for run in runs)
    if len(runs) == 1:
        return "training" if moving else statuses[0] if statuses[0] in NOT_WELL else ""
    words = [f"{n} {status}" for status in NOT_WELL if (n := statuses.count(status))]
    return ", ".join([*words, f"{moving} to come"] if moving else words)


def seed_by_seed(now: Shown, tones: Mapping[str, Tone]) -> None:
    """The final loss of every seed, once some variant has two of them; without those that never had one, and without
    those that see the answer: on one axis with them, all others would lie on each other."""
    groups = comparable(now.variants())
    apart = set_apart_words(now.variants(), groups)
    final = {label: {seed: loss for seed, loss in by_seed(runs).items() if loss is not None}
             for label, runs in groups.items()}  # fmt: skip
    final = {label: found for label, found in final.items() if found or not is_over(groups[label])}
    if len(final) > MOST or not all(final.values()) or not any(len(found) > 1 for found in final.values()):
        return
    figure(
        strip_rows(final, [tones[label] for label in final]), strip_spec(frame.mode(), tuple(final)), key="seeds_chart",
        alt="The final val loss of every seed, a row for each variant; the table has the numbers.",
        title="Final val loss, seed by seed", aside=f" \u2002:gray[{apart}]" if apart else "",
    )  # fmt: skip


def one_by_one(now: Shown) -> None:
    """Each variant against the one before it, as a table."""
    groups = comparable(now.variants())
    if steps := steps_of(groups):
        with st.expander("Each against the one before", type="compact", key="steps"):
            st.table([step.row for step in steps], border="horizontal", hide_index=True)
            apart = set_apart_words(now.variants(), groups)
            if words := joined(apart, rows_words(sum(step.tested for step in steps))):
                st.markdown(f":gray[{words}]")


class Step(NamedTuple):
    """A variant against the one before it: a row of the table, and whether a test stands behind it."""

    row: dict[str, str]
    tested: bool


def steps_of(groups: Groups) -> list[Step]:
    """Each variant against the one before it, once both have ended."""
    steps = []
    for before, after in pairwise(groups):
        pair = {label: groups[label] for label in (before, after)}
        if not all(map(is_over, pair.values())):
            continue
        stand, loss, words, tested = standing(pair), "\u2013", "", False
        if len(stand.ranked) == 2:
            found = against(stand.ranked, groups, before, after)
            difference, tested = found.difference or 0.0, bool(found.test)
            loss, words = f"{'+' if difference > 0 else ''}{number(difference, 3)}", noise_words(found)
        row = {
            "from": literal.markdown(before),
            "to": literal.markdown(after),
            "val loss": loss,
            "more than luck?": joined(words, notes_on(stand, pair)),
        }
        steps.append(Step(row, tested))
    return steps
