"""The table of what is compared: what differs between the variants, and where each has got."""

from collections.abc import Sequence
from contextlib import nullcontext
from statistics import fmean

import streamlit as st

from tinygpt.differences import said, varied
from tinygpt.engine.records import RunView
from tinygpt.gaps import gap
from tinygpt.models import count_parameters
from tinygpt.plots.look import number, thousands
from tinygpt.plots.loss import brief
from tinygpt.ui import floors, literal, texts
from tinygpt.ui.compare.shown import Shown

FEW = 10  # variants in a table that need not be opened
COLUMNS = 4  # settings that find room in a row


def losses(runs: Sequence[RunView]) -> list[float]:
    """The val loss of each run that has one: the long estimate at its end, else the last look."""
    return [run.final[1] if run.final else run.val for run in runs if run.final or run.val is not None]  # type: ignore[misc]


def results(shown: Shown) -> None:
    """A row for each variant; the best in bold."""
    groups = shown.variants()
    if not groups:
        st.markdown(":gray[Choose runs at the left, or begin an experiment. Each variant gets a row here.]")
        return
    means = {label: fmean(found) for label, runs in groups.items() if (found := losses(runs))}
    best = min(means, key=means.__getitem__, default="") if len(means) > 1 else ""
    differs = varied([runs[0].spec for runs in groups.values()])
    known = floors.of(shown.corpus, texts.folder())
    rows = [_row(label, runs, i, differs, known, label == best) for i, (label, runs) in enumerate(groups.items())]
    columns = [column for column in rows[0] if any(row[column] for row in rows)]  # one without a word is left out
    with st.expander(f"All {len(rows)} variants", type="compact") if len(rows) > FEW else nullcontext():
        st.table([{column: row[column] for column in columns} for row in rows], border="horizontal", hide_index=True)


def _row(
    label: str, runs: list[RunView], i: int, differs: dict[str, tuple[object, ...]], known: dict[str, float], best: bool
) -> dict[str, str]:
    """One variant in words, with markdown escaped."""
    found, name = losses(runs), literal.markdown(label)
    loss = brief(fmean(found)) if found else "\u2013"
    own = [said(setting, values[i]) for setting, values in differs.items() if is_special(values, i)]
    own = [words for words in own if not words.startswith("model ") and not words.endswith(label)]  # said already
    return {
        "variant": f"**{name}**, best" if best else name,
        "what differs": literal.markdown(" \u00b7 ".join(own[:COLUMNS])),
        "parameters": thousands(count_parameters(runs[0].spec.model)),
        "val loss": f"**{loss}**" if best else loss,
        "its seeds": spread(found) if len(runs) > 1 else "",
        "gap closed": _gap_words(fmean(found) if found else None, known),
        "state": state(runs),
    }


def is_special(values: Sequence[object], i: int) -> bool:
    """Whether a variant's value is worth a word: it has one, and not the one that most have."""
    times = [values.count(value) for value in values]
    return values[i] is not None and not (times[i] == max(times) > 1)


def spread(found: Sequence[float]) -> str:
    """The lowest and the highest seed: "2.262 to 2.289"."""
    return f"{brief(min(found))} to {brief(max(found))}" if len(found) > 1 else ""


def _gap_words(loss: float | None, known: dict[str, float]) -> str:
    """How much of the gap to the next count model is closed: "62% to 2-gram"."""
    where = gap(loss, known)
    if where is None:
        return ""
    if where.closed is not None:
        return f"{where.closed:.0%} to {floors.NAMES.get(where.below, where.below)}"
    if not where.above:
        return "above guessing"
    return f"{number(where.ahead or 0.0)} below {floors.NAMES.get(where.above, where.above)}"


def state(runs: Sequence[RunView]) -> str:
    """What is not over yet, or has gone wrong."""
    moving = sum(run.status in ("waiting", "training") for run in runs)
    words = {
        status: sum(run.status == status for run in runs) for status in ("diverged", "failed", "stopped", "paused")
    }
    return ", ".join(
        [f"{n} {status}" if len(runs) > 1 else status for status, n in words.items() if n]
        + ([f"{moving} to come" if len(runs) > 1 else "training"] if moving else [])
    )
