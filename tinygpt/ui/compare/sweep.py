"""What a sweep has found: final loss over one setting, or tiles over two."""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Any

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.experiments.differences import setting_words, varied
from tinygpt.plots.losses.final import heat_rows, heat_spec
from tinygpt.plots.losses.lines import Axes, Series, lines_rows, lines_spec
from tinygpt.plots.losses.tones import Tone
from tinygpt.ui import frame
from tinygpt.ui.compare.chart import figure
from tinygpt.ui.compare.standing import (
    comparable,
    is_over,
    known_losses,
    losses,
    standing,
    variant_loss,
)
from tinygpt.ui.compare.verdict import joined, set_apart_words
from tinygpt.words import literal
from tinygpt.words.verdict import sweep_words

Settings = dict[str, tuple[Any, ...]]  # a setting and its value in each variant
POWERS = 8.0  # values that span more than this factor stand on an axis of powers


def sweep_found(groups: dict[str, list[RunView]], tone: Tone, experiment: str) -> None:
    """A curve where one setting that is a number was moved, tiles where two were; `experiment` is for the keys."""
    every, groups = groups, comparable(groups)
    axes, found = swept(groups), [losses(runs) for runs in groups.values()]
    if not any(found) or not 1 <= len(axes) <= 2:
        return
    st.header("What the sweep has found", anchor="sweep")
    (x, xs), *others = axes.items()
    if others:
        ((y, ys),) = others
        each = zip(xs, ys, mean_losses(groups), strict=True)
        cells = {(_word(x, a), _word(y, b)): loss for a, b, loss in each if loss is not None}
        figure(
            heat_rows(cells, frame.mode()), heat_spec(frame.mode(), (x, y), _in_order(x, xs), _in_order(y, ys)),
            key=f"sweep_tiles_{experiment}", alt=f"Final val loss for each {x} and {y}, as tiles.",
            title="Final val loss",
        )  # fmt: skip
    elif all(map(_is_number, xs)):
        at, seen = zip(*sorted((value, seen) for value, seen in zip(xs, found, strict=True) if seen), strict=True)
        series = Series("val loss", tone, at, [*map(fmean, seen)], [*map(min, seen)], [*map(max, seen)])
        look = Axes(x, "val loss", log_x=min(at) > 0 and max(at) / min(at) > POWERS, ticks=at)
        figure(
            lines_rows([series], lowest=True), lines_spec(frame.mode(), look), key=f"sweep_curve_{experiment}",
            alt=f"Final val loss over {x}.", title=f"Final val loss over {x}",
        )  # fmt: skip
    if said_of := lowest(groups):
        best, loss = said_of
        at_edge = [literal.markdown(words) for words in edges(axes, list(groups).index(best))]
        over = all(map(is_over, groups.values()))
        words = sweep_words(literal.markdown(best), loss, at_edge, over=over)
        frame.caption(joined(words, set_apart_words(every, groups)))


def swept(groups: dict[str, list[RunView]]) -> Settings:
    """The settings that the sweep moved: those its labels speak of, not what follows from them (a warm-up's steps)."""
    axes = varied([runs[0].spec for runs in groups.values()])
    spoken = {word for label in groups for word in label.split()}
    return {name: values for name, values in axes.items() if name in spoken} or axes


def lowest(groups: dict[str, list[RunView]]) -> tuple[str, float] | None:
    """The variant with the lowest loss, and its loss: once all have ended, among those that have a rank."""
    if is_over([run for runs in groups.values() for run in runs]):
        ranked = standing(groups).ranked
        return next(((label, fmean(known_losses(known))) for label, known in ranked.items()), None)
    known = {label: loss for label, runs in groups.items() if (loss := variant_loss(runs)) is not None}
    best = min(known, key=known.__getitem__, default=None)
    return None if best is None else (best, known[best])


def mean_losses(groups: dict[str, list[RunView]]) -> list[float | None]:
    """The loss of each variant; not a number where all of its runs diverged, None where nothing is known."""
    means: list[float | None] = []
    for runs in groups.values():
        lost = math.nan if all(run.status == "diverged" for run in runs) else None
        means.append(lost if (loss := variant_loss(runs)) is None else loss)
    return means


def _in_order(name: str, values: Sequence[Any]) -> tuple[str, ...]:
    """The values once, numbers by size and words as they come."""
    once = list(dict.fromkeys(values))
    return tuple(_word(name, value) for value in (sorted(once) if all(map(_is_number, once)) else once))


def _word(name: str, value: Any) -> str:
    return setting_words(name, value).removeprefix(f"{name} ")


def edges(axes: Settings, at: int) -> list[str]:
    """The settings whose value in variant `at` is the last that was tried, though one could go on; in words.

    So it is a number: the largest of three or more, or the smallest and not the smallest possible, 0 or one.
    """
    found = []
    for name, values in axes.items():
        value = values[at]
        if len(set(values)) < 3 or not all(map(_is_number, values)):
            continue
        could_be_less = value > 0 and value != 1 if isinstance(value, int) else value > 0
        if value == max(values) or (value == min(values) and could_be_less):
            found.append(setting_words(name, value))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
