"""The table of what is compared: what differs between the variants, and where each has got."""

import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from statistics import fmean

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.experiments.differences import setting_words, varied
from tinygpt.models import count_parameters
from tinygpt.spelling import brief, thousands
from tinygpt.ui import floors, texts
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.compare.standing import broken_on_purpose, is_over, losses, one_text, standing
from tinygpt.words import markdown as literal
from tinygpt.words.loss import gap_words

FEW = 10  # variants in a table that need not be opened
COLUMNS = 4  # settings that find room in a row
NOT_SAID = ("model", "same_batches")  # the name of a variant says its model; the batches are how it was run
PLAIN: dict[tuple[str, object], str] = {
    ("feed_forward", 0): "no feed-forward",
    ("feed_forward", 1): "feed-forward, a single layer",
    ("feed_forward", 4): "feed-forward, 4 times as wide inside",
    ("layer_norm", True): "LayerNorm",
    ("layer_norm", False): "no LayerNorm",
    ("positions", "learned"): "positions",
    ("softmax_dim", -1): "softmax over rows",
    ("softmax_dim", -2): "softmax over columns",
}


def results(shown: Shown) -> None:
    """A row for each variant; the best in bold."""
    groups = shown.variants()
    if not groups:
        st.markdown(":gray[Choose runs at the left, or begin an experiment. Each variant gets a row here.]")
        return
    rows = result_rows(shown)
    with st.expander(f"All {len(rows)} variants", type="compact") if len(rows) > FEW else nullcontext():
        st.table(rows, border="horizontal", hide_index=True)


def result_rows(shown: Shown) -> list[dict[str, str]]:
    """The rows, without the columns in which no row has a word."""
    groups, best = shown.variants(), best_of(shown)
    differs = differences(groups)
    rows = [_row(label, runs, differs[label], label == best) for label, runs in groups.items()]
    return [{column: row[column] for column in row if any(each[column] for each in rows)} for row in rows]


def best_of(shown: Shown) -> str:
    """The variant that deserves a mark: none before all have ended, none among two texts, none broken on purpose."""
    if not is_over(shown.runs) or not one_text(shown.runs):
        return ""
    return standing(shown.variants(), broken_on_purpose(shown)).best


def _row(label: str, runs: list[RunView], differs: str, best: bool) -> dict[str, str]:
    """One variant in words, with markdown escaped."""
    found, name, loss, spec = losses(runs), literal.markdown(label), loss_words(runs), runs[0].spec
    known = floors.of_model(spec.corpus, spec.model.block_size, texts.folder())
    return {
        "variant": f"**{name}**, best" if best else name,
        "what differs": literal.markdown(differs),
        "parameters": thousands(count_parameters(spec.model)),
        "val loss": f"**{loss}**" if best else loss,
        "perplexity": perplexity(fmean(found)) if found else "",
        "its seeds": f"{brief(min(found))} to {brief(max(found))}" if len(found) > 1 else "",
        "gap closed": gap_words(fmean(found), known) if found else "",
        "state": state(runs),
    }


def loss_words(runs: Sequence[RunView]) -> str:
    """The mean of the final losses; else how far it has come, or why there is none."""
    if found := losses(runs):
        return brief(fmean(found)) + ("" if is_over(runs) else " so far")
    if len(runs) == 1 and runs[0].status == "stopped" and runs[0].val is not None:
        return f"{brief(runs[0].val)} when stopped"
    return next((status for status in ("diverged", "failed") if any(run.status == status for run in runs)), "\u2013")


def perplexity(loss: float) -> str:
    """exp(loss): a model with this loss is as unsure as one that guesses among so many characters."""
    return brief(math.exp(loss), 2) if loss < 700 else "over 1e300"  # exp(710) is more than a float can hold


def differences(groups: Mapping[str, Sequence[RunView]]) -> dict[str, str]:
    """What is special about each variant. Of two, both sides are said, unless the names say all of it."""
    differs = {name: values for name, values in varied([runs[0].spec for runs in groups.values()]).items()
               if name not in NOT_SAID}  # fmt: skip
    own = {
        label: [(name, values[i]) for name, values in differs.items() if is_special(values, i)]
        for i, label in enumerate(groups)
    }
    news = {
        label: [pair for pair in pairs if setting_words(*pair) not in label.split(" \u00b7 ")]
        for label, pairs in own.items()
    }
    shown = own if len(own) == 2 and any(news.values()) else news
    return {label: " \u00b7 ".join(plain(*pair) for pair in pairs[:COLUMNS]) for label, pairs in shown.items()}


def plain(name: str, value: object) -> str:
    """A setting in the words of a lesson, where it has some."""
    if name == "corpus":
        return texts.text_title(str(value))
    return PLAIN.get((name, value), setting_words(name, value))


def is_special(values: Sequence[object], i: int) -> bool:
    """Whether a variant's value is worth a word: it has one, and not the one that most have."""
    times = [values.count(value) for value in values]
    return values[i] is not None and not (times[i] == max(times) > 1)


def state(runs: Sequence[RunView]) -> str:
    """What is not over yet, or has gone wrong."""
    moving = sum(run.moving for run in runs)
    words = {
        status: sum(run.status == status for run in runs) for status in ("diverged", "failed", "stopped", "paused")
    }
    return ", ".join(
        [f"{n} {status}" if len(runs) > 1 else status for status, n in words.items() if n]
        + ([f"{moving} to come" if len(runs) > 1 else "training"] if moving else [])
    )
