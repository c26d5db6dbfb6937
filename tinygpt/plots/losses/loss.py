"""The rows of the live loss chart; plots/losses/loss_chart.py is the spec that draws them.

Because that spec is constant, a tick swaps rows in the chart that stands: nothing is drawn anew and a zoom stays, also
when a run comes or goes. So all that may change is a row: curves, floors, the ends' labels, and the two corners that
give the axes their range.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from tinygpt.experiments.curves import LossCurve
from tinygpt.spelling import brief, number

GRAIN = 0.1  # nats: the axis ends at multiples of this
EDGE = 0.02  # of the height: how far below the upper edge a loss is drawn that is too large for the chart
OVER_IT = 0.05  # of the height: the words over a guess
COLUMNS = ("kind", "run", "role", "dash", "step", "loss", "val", "train", "label", "label_y", "side")


@dataclass(frozen=True)
class Line:
    """A level to compare with: a floor, or a guess."""

    label: str
    loss: float


def loss_rows(
    curves: Iterable[LossCurve],
    floors: Sequence[Line],
    *,
    max_steps: int,
    guess: float | None = None,
    the_end: bool = False,
) -> pd.DataFrame:
    """The rows of the chart, one a mark. `the_end` shows the last two thirds of the steps, closer."""
    shown = list(curves)
    first = max_steps // 3 if the_end else 0
    low, high = loss_range(shown, floors, first, guess, the_end=the_end)
    rows: list[dict[str, Any]] = [
        {"kind": "corner", "step": first, "loss": high},
        {"kind": "corner", "step": round(max_steps * 1.015), "loss": low},
    ]
    rows += floor_rows([line for line in floors if low < line.loss <= high], 0.11 * (high - low))
    top = high - EDGE * (high - low)
    for curve in shown:
        rows += curve_rows(curve, first, top)
    rows += end_labels(shown, first, max_steps, top, high - low)
    if guess is not None:
        place = min(guess, high - OVER_IT * (high - low))
        rows.append({"kind": "guess", "step": first, "loss": place, "label": f"your guess {number(guess)}"})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def floor_rows(floors: Sequence[Line], gap: float) -> list[dict[str, Any]]:
    """The levels to compare with, highest first; names that would lie on each other move down."""
    places = [-place for place in apart([-line.loss for line in floors], gap)]
    return [
        {"kind": "floor", "loss": line.loss, "label": line.label, "label_y": place}
        for line, place in zip(floors, places, strict=True)
    ]


def loss_range(
    curves: Sequence[LossCurve], floors: Sequence[Line], first: int, guess: float | None, *, the_end: bool
) -> tuple[float, float]:
    """The lowest and the highest loss of the chart: every curve's end, blind guessing, and a little air."""
    blind = max((line.loss for line in floors), default=4.2)
    vals = [val for curve in curves for step, val in curve.vals if step >= first]
    losses = vals + [loss for curve in curves for step, loss in curve.train if step >= first and math.isfinite(loss)]
    starts = [val for curve in curves for step, val in curve.vals if step == 0]
    below = [line.loss for line in floors if line.loss < min(vals, default=blind)]
    ahead = max(below, default=blind)  # the next floor
    low = min([*losses, ahead, *([] if guess is None else [guess]), blind / 2])
    high = min(max([blind, *starts]), 1.4 * blind)
    if the_end:
        high = min(high, max(losses, default=high))
    high = max(high, low + GRAIN)
    low, high = GRAIN * math.floor(low / GRAIN), GRAIN * math.ceil(high / GRAIN)  # else every tick would move the axis
    air = 0.05 * (high - low)
    return low - air, high + air


def curve_rows(curve: LossCurve, first: int, top: float) -> list[dict[str, Any]]:
    """The thin line of training text and the thick one of unseen text; what is above `top` runs along it."""
    same = {"run": curve.run, "role": curve.role, "dash": str(curve.dash), "label": curve.label}
    train = dict(curve.train)
    rows = [
        {"kind": "train", "step": step, "loss": min(loss, top), **same} for step, loss in train.items() if step >= first
    ]
    return rows + [
        {"kind": "val", "step": step, "loss": min(val, top), "val": val, "train": train[step], **same}
        for step, val in curve.vals
        if step >= first
    ]


def end_labels(
    curves: Sequence[LossCurve], first: int, max_steps: int, top: float, height: float
) -> list[dict[str, Any]]:
    """A dot and a name at the end of each curve; names that would lie on each other are moved apart."""
    ends = [(curve, *curve.vals[-1]) for curve in curves if curve.vals and curve.vals[-1][0] >= first]
    ends = sorted(ends, key=lambda end: end[2])
    places = apart([min(loss, top) for *_, loss in ends], 0.075 * height, top=top - 0.02 * height)
    rows = []
    for (curve, step, loss), place in zip(ends, places, strict=True):
        left = step - first > 0.66 * (max_steps - first)
        same = {"run": curve.run, "role": curve.role, "dash": str(curve.dash), "step": step, "loss": min(loss, top)}
        label = f"{curve.label} {brief(loss)}"
        rows.append({"kind": "end", **same, "label": label, "label_y": place, "side": "left" if left else "right"})
    return rows


def apart(values: Sequence[float], gap: float, *, top: float = math.inf) -> list[float]:
    """The sorted `values`, raised so that each is `gap` above the one before, and lowered again where `top` asks it."""
    placed = list(values)
    for i, above in pairwise(range(len(placed))):
        placed[above] = max(placed[above], placed[i] + gap)
    if placed and placed[-1] > top:
        placed = [-place for place in reversed(apart([-min(place, top) for place in reversed(placed)], gap))]
    return placed
