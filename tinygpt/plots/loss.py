"""The rows of the live loss chart; plots/loss_chart.py is the spec that draws them.

Because that spec is constant, a tick swaps rows in the chart that stands: nothing is drawn anew and a zoom stays, also
when a run comes or goes. So all that may change is a row: curves, floors, the ends' labels, and the two corners that
give the axes their range.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import pandas as pd

from tinygpt.plots.look import number

GRAIN = 0.1  # nats: the axis ends at multiples of this
COLUMNS = ("kind", "run", "role", "dash", "step", "loss", "train", "label", "label_y", "side")
SMOOTHED = 0.03  # of the steps so far, to both sides, are averaged for the training line: single batches are noisy


@dataclass(frozen=True)
class LossCurve:
    """One run as the chart shows it. `points` are (step, batch loss, val loss or None), thinned."""

    run: str
    label: str
    role: str
    dash: int
    points: Sequence[tuple[int, float, float | None]]

    @property
    def vals(self) -> list[tuple[int, float]]:
        """Where the val loss was measured: (step, val loss)."""
        return [(step, val) for step, _, val in self.points if val is not None]


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
    for curve in shown:
        rows += curve_rows(curve, first, low, high)
    rows += end_labels(shown, first, max_steps, low, high)
    if guess is not None and low <= guess <= high:
        rows.append({"kind": "guess", "step": first, "loss": guess, "label": f"your guess {number(guess)}"})
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
    lowest = [val for curve in curves for step, val in curve.vals if step >= first]
    starts = [val for curve in curves for step, val in curve.vals if step == 0]
    ahead = max(
        (line.loss for line in floors if line.loss < min(lowest, default=blind)), default=blind
    )  # the next floor
    low = min([*lowest, ahead, *([guess] if guess else []), blind / 2])
    high = min(max([blind, *starts]), 1.4 * blind)
    if the_end:
        high = min(high, max(lowest, default=high))
    high = max(high, low + GRAIN)
    low, high = GRAIN * math.floor(low / GRAIN), GRAIN * math.ceil(high / GRAIN)  # else every tick would move the axis
    air = 0.05 * (high - low)
    return low - air, high + air


def curve_rows(curve: LossCurve, first: int, low: float, high: float) -> list[dict[str, Any]]:
    """The thin line of training text and the thick one of unseen text, inside the chart."""
    same = {"run": curve.run, "role": curve.role, "dash": str(curve.dash), "label": curve.label}
    steps = [step for step, _, _ in curve.points]
    over = SMOOTHED * (steps[-1] - steps[0]) if steps else 0
    train = dict(zip(steps, running_mean(steps, [loss for _, loss, _ in curve.points], over), strict=True))
    inside = [(step, loss) for step, loss in train.items() if step >= first and low <= loss <= high]
    rows = [{"kind": "train", "step": step, "loss": loss, **same} for step, loss in inside]
    return rows + [
        {"kind": "val", "step": step, "loss": val, "train": train[step], **same}
        for step, val in curve.vals
        if step >= first and low <= val <= high
    ]


def running_mean(steps: Sequence[int], losses: Sequence[float], over: float) -> list[float]:
    """Each loss averaged with those up to `over` steps away; near the start, where it falls fast, with fewer.

    The last one, an estimate of many batches, stays as it is.
    """
    sums, means = [0.0, *accumulate(losses)], []
    for step in steps:
        reach = min(over, (step - steps[0]) / 2)
        first, after = bisect_left(steps, step - reach), bisect_right(steps, step + reach)
        means.append((sums[after] - sums[first]) / (after - first))
    return [*means[:-1], *losses[-1:]]


def end_labels(
    curves: Sequence[LossCurve], first: int, max_steps: int, low: float, high: float
) -> list[dict[str, Any]]:
    """A dot and a name at the end of each curve; names that would lie on each other are moved apart."""
    ends = [(curve, *curve.vals[-1]) for curve in curves if curve.vals and curve.vals[-1][0] >= first]
    ends = sorted((end for end in ends if low <= end[2] <= high), key=lambda end: end[2])
    places = apart([loss for *_, loss in ends], 0.075 * (high - low))
    rows = []
    for (curve, step, loss), place in zip(ends, places, strict=True):
        left = step - first > 0.66 * (max_steps - first)
        same = {"run": curve.run, "role": curve.role, "dash": str(curve.dash), "step": step, "loss": loss}
        label = f"{curve.label} {number(loss, 3)}"
        rows.append(
            {"kind": "end", **same, "label": label, "label_y": min(place, high), "side": "left" if left else "right"}
        )
    return rows


def apart(values: Sequence[float], gap: float) -> list[float]:
    """The sorted `values`, raised where needed so that each is at least `gap` above the one before."""
    placed = list(values)
    for i, _ in pairwise(range(len(placed))):
        placed[i + 1] = max(placed[i + 1], placed[i] + gap)
    return placed
