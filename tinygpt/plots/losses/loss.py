"""The rows of the loss chart, live and of a comparison; plots/losses/loss_chart.py is the spec that draws them.

Because that spec is constant, a tick swaps rows in the chart that stands: nothing is drawn anew and a zoom stays, also
when a run comes or goes. So all that may change is a row: curves, bands, floors, the names at the ends, and the corners
that give the axes their range.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import pandas as pd

from tinygpt.experiments.curves import Mean, seed_means
from tinygpt.plots.losses import ends
from tinygpt.plots.losses.reach import Drawn, Line, Live, Reach, Variant, View, reach_of
from tinygpt.spelling import number
from tinygpt.words.leaks import SEES
from tinygpt.words.loss import final_words

NAMED = 12  # so many names find room beside a chart
COLUMNS = (
    "kind", "run", "tone", "ink", "dash", "x", "step", "loss", "low", "high", "label", "name",
    *ends.PLACES, "val", "train", "seeds", "measured",
)  # fmt: skip
LIVE_LOOK, FINAL_LOOK = "a look on the way", "the long look at the end"


def loss_rows(
    variants: Sequence[Variant], floors: Sequence[Line], view: View, *, live: Live | None = None
) -> pd.DataFrame:
    """The rows of the chart, one a mark."""
    drawn = [_drawn(variant, view) for variant in variants]
    reach = reach_of(drawn, floors, view, live)
    # Two corners give the axes their range; an axis of powers, which has no zero, needs a start of its own.
    corners = [(reach.first, reach.high), (reach.last * 1.015, reach.low)]
    if not any(mean.x > 0 for one in drawn for mean in one.means):
        corners.append((reach.last / 100, reach.low))
    rows: list[dict[str, Any]] = [{"kind": "corner", "x": x, "loss": loss} for x, loss in corners]
    rows += _level_rows(floors, reach, live.guess if live else None)
    for one in drawn:
        rows += [
            {"kind": "train", **one.variant.look, "run": run, "x": x, "loss": reach.inside(loss)}
            for run, points in one.train.items()
            for x, _, loss in points
            if x >= reach.first
        ]
        if view.lines != "train":
            rows += _val_rows(one, reach, view)
        rows += [
            {"kind": "fork", **one.variant.look, "x": begun, "step": curve.points[0].step}
            for curve in one.variant.curves
            if curve.forked and curve.points and (begun := curve.x(curve.points[0], view.axis)) >= reach.first
        ]
    rows += _end_rows(drawn, reach)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _drawn(variant: Variant, view: View) -> Drawn:
    """What all rows of a variant are made from; its thin lines only where they are asked for."""
    train = {
        curve.run: [(curve.x(point, view.axis), point.step, loss)
                    for point, loss in zip(curve.on_the_way, curve.smoothed(view.smoothing), strict=True)]
        for curve in (() if view.lines == "val" else variant.curves)
    }  # fmt: skip
    each = [seed_means([curve], view.axis) for curve in variant.curves]
    return Drawn(variant, seed_means(variant.curves, view.axis), each, train)


def _level_rows(floors: Sequence[Line], reach: Reach, guess: float | None) -> list[dict[str, Any]]:
    """The floors in sight, and what somebody guesses: their names keep apart, all of them together."""
    levels = [
        ("floor", line.loss, line.label.replace("\n", ends.BETWEEN))
        for line in floors
        if reach.low < line.loss <= reach.high
    ]
    if guess is not None:
        levels.append(("guess", reach.inside(guess), f"your guess{ends.BETWEEN}{number(guess)}"))
    levels.sort(key=lambda level: level[1])
    places = _places([loss for _, loss, _ in levels], (ends.FLOOR, ends.FLOOR_SMALL), reach)
    return [
        {"kind": kind, "loss": loss, "label": label, **place}
        for (kind, loss, label), place in zip(levels, places, strict=True)
    ]


def _val_rows(one: Drawn, reach: Reach, view: View) -> list[dict[str, Any]]:
    """One thick line with its band as far as all seeds have come, or a line for each run; then each that goes on."""
    curves, look = one.variant.curves, one.variant.look
    together = view.band or len(curves) == 1
    train = {step: loss for points in one.train.values() for _, step, loss in points} if len(curves) == 1 else {}
    rows: list[dict[str, Any]] = []
    if together:
        rows += _line_rows(one.means, look | {"seeds": len(curves)}, curves[0].max_steps, reach, train)
    if len(curves) == 1:
        return rows
    common = one.means[-1].step if together and one.means else -1
    for curve, alone in zip(curves, one.each, strict=True):
        means = [mean for mean in alone if mean.step >= common]
        if together and len(means) < 2:
            continue
        rows += _line_rows(means, look | {"run": curve.run, "seeds": 1}, curve.max_steps, reach, {})
    if view.band:
        rows += [
            {"kind": "band", **look, "x": mean.x, "low": reach.inside(mean.low), "high": reach.inside(mean.high)}
            for mean in one.means
            if mean.x >= reach.first
        ]
    return rows


def _line_rows(
    means: Sequence[Mean], same: dict[str, Any], max_steps: int, reach: Reach, train: dict[int, float]
) -> list[dict[str, Any]]:
    """A thick line through the looks on the way, and a thin one from the last of them to the long look at the end."""
    seen = [mean for mean in means if mean.x >= reach.first]
    way = [mean for mean in seen if not max_steps or mean.step < max_steps]
    rows = [
        {"kind": "val", **same, "x": mean.x, "step": mean.step, "loss": reach.inside(mean.loss), "val": mean.loss,
         "train": train.get(mean.step), "measured": LIVE_LOOK}
        for mean in way
    ]  # fmt: skip
    if len(way) < len(seen):
        last = seen[len(way) - 1 :] if way else seen
        rows += [{"kind": "final", **same, "x": mean.x, "loss": reach.inside(mean.loss)} for mean in last]
    return rows


def _end_rows(drawn: Sequence[Drawn], reach: Reach) -> list[dict[str, Any]]:
    """A dot at the end of each curve, its name, and what the lecture states; only the best of too many has a name.

    The end of one that sees the answer is named by that, and not by its number: no other can be compared with it.
    """
    ended = [(end, one.variant) for one in drawn if (end := _end(one)) and end.x >= reach.first]
    ended.sort(key=lambda found: found[0].loss)
    honest = [n for n, (_, variant) in enumerate(ended) if not variant.curves[0].leak]
    named = list(range(len(ended))) if len(ended) <= NAMED else honest[:1]
    heights = [reach.inside(ended[n][0].loss) for n in named]
    places = dict(zip(named, _places(heights, (ends.NAME, ends.NAME_SMALL), reach), strict=True))
    rows: list[dict[str, Any]] = []
    for n, (end, variant) in enumerate(ended):
        look, last = variant.look, variant.curves[0].final if len(variant.curves) == 1 else None
        name = look["label"]
        said = SEES if variant.curves[0].leak else final_words(end.loss)
        words = {"label": f"{name}{ends.BETWEEN}{said}", **places[n]} if n in places else {"label": ""}
        rows.append({
            "kind": "end", **look, "x": end.x, "step": end.step, "loss": reach.inside(end.loss), "val": end.loss,
            "name": name, "seeds": len(variant.curves), "train": last.loss if last else None,
            "measured": FINAL_LOOK if end.step == variant.curves[0].max_steps else LIVE_LOOK, **words,
        })  # fmt: skip
        if (target := variant.curves[0].target) is not None:
            place = {"x": reach.last, "loss": reach.inside(target)}
            rows.append({"kind": "target", **look, **place, "val": target})
    return rows


def _end(one: Drawn) -> Mean | None:
    """Where the dot of a variant stands: at its number, over the step that its farthest runs have reached."""
    if one.variant.loss is None:
        return one.means[-1] if one.means else None
    last = [alone[-1] for curve, alone in zip(one.variant.curves, one.each, strict=True) if alone and not curve.lost]
    if not last:
        return None
    step, loss = max(mean.step for mean in last), one.variant.loss
    return Mean(fmean(mean.x for mean in last if mean.step == step), step, loss, loss, loss)


def _places(heights: Sequence[float], gaps: tuple[int, int], reach: Reach) -> list[dict[str, float]]:
    """The heights of names, lowest first; `gaps` are in px."""
    return ends.placed(heights, reach.height, gaps, reach.low, reach.high)
