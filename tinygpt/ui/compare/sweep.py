"""What a sweep has found: final loss over one setting, or tiles over two."""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Any

import streamlit as st

from tinygpt.differences import said, varied
from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import RunView
from tinygpt.plots.heat import heat_rows, heat_spec
from tinygpt.plots.lines import Axes, Series, lines_rows, lines_spec
from tinygpt.plots.look import number
from tinygpt.plots.tones import Tone
from tinygpt.ui import frame, literal
from tinygpt.ui.compare.figure import figure
from tinygpt.ui.compare.results import losses

POWERS = 8.0  # values that span more than this factor stand on an axis of powers


def sweep(one: ExperimentView, tone: Tone) -> None:
    """A curve where one setting that is a number was moved, tiles where two were."""
    groups: dict[str, list[RunView]] = {}
    for run in one.runs:
        groups.setdefault(run.label, []).append(run)
    axes = varied([runs[0].spec for runs in groups.values()])
    found = {label: losses(runs) for label, runs in groups.items()}
    known = {label: seen for label, seen in found.items() if seen}
    if not known or not 1 <= len(axes) <= 2:
        return
    st.header("What the sweep has found", anchor="sweep")
    if len(axes) == 2:
        _tiles(axes, [fmean(seen) if seen else math.nan for seen in found.values()])
    elif all(isinstance(value, int | float) and not isinstance(value, bool) for value in next(iter(axes.values()))):
        _curve(*next(iter(axes.items())), list(found.values()), tone)
    best = min(known, key=lambda label: fmean(known[label]))
    frame.look_for(sweep_words(best, fmean(known[best]), list(groups)))


def _curve(name: str, values: Sequence[float], found: Sequence[list[float]], tone: Tone) -> None:
    points = sorted((value, seen) for value, seen in zip(values, found, strict=True) if seen)
    x, seen = [value for value, _ in points], [losses for _, losses in points]
    log = min(x) > 0 and max(x) / min(x) > POWERS
    series = Series("val loss", tone, x, [*map(fmean, seen)], [*map(min, seen)], [*map(max, seen)])
    figure(
        lines_rows([series]), lines_spec(frame.mode(), Axes(name, "val loss", log_x=log, ticks=tuple(x))),
        key="sweep_curve", alt=f"Final val loss over {name}.", title=f"Final val loss over {name}",
    )  # fmt: skip


def _tiles(axes: dict[str, tuple[Any, ...]], means: Sequence[float]) -> None:
    (x, xs), (y, ys) = axes.items()
    cells = {(_word(x, a), _word(y, b)): mean for a, b, mean in zip(xs, ys, means, strict=True)}
    figure(
        heat_rows(cells, frame.mode()), heat_spec(frame.mode(), (x, y), _in_order(x, xs), _in_order(y, ys)),
        key="sweep_tiles", alt=f"Final val loss for each {x} and {y}, as tiles.", title="Final val loss",
    )  # fmt: skip


def _in_order(name: str, values: Sequence[Any]) -> tuple[str, ...]:
    """The values once, numbers by size and words as they come."""
    once = list(dict.fromkeys(values))
    numbers = all(isinstance(value, int | float) for value in once)
    return tuple(_word(name, value) for value in (sorted(once) if numbers else once))


def _word(name: str, value: Any) -> str:
    return said(name, value).removeprefix(f"{name} ")


def sweep_words(best: str, loss: float, labels: Sequence[str]) -> str:
    """Where the lowest loss is, and whether that is at an edge."""
    words = f"the lowest loss, {number(loss, 3)}, at {literal.markdown(best)}."
    if best in (labels[0], labels[-1]) and len(labels) > 2:
        words += " That is at the edge of what was tried: the best value may lie beyond it."
    return words
