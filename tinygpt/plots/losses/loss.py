"""The rows of the loss chart, live and of a comparison; plots/losses/loss_chart.py is the spec that draws them.

Because that spec is constant, a tick swaps rows in the chart that stands: nothing is drawn anew and a zoom stays, also
when a run comes or goes. So all that may change is a row: curves, bands, floors, the names at the ends, and the corners
that give the axes their range.
"""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from tinygpt.experiments.curves import seed_means
from tinygpt.plots.losses import ends
from tinygpt.plots.losses.reach import EDGE, Drawn, Line, Live, Reach, Variant, View, reach_of
from tinygpt.spelling import number
from tinygpt.words.loss import final_words

OVER_IT = 0.05  # of the height: the words over a guess
FLOOR_GAP, NAME_GAP = 0.11, 0.075  # of the height: from one floor's name to the next, and from one curve's
NAMED = 8  # so many names find room at the ends of the curves of a comparison
WIDE = 620  # px of the plot on a wide page; on a narrow one any two names may lie on each other
COLUMNS = (
    "kind", "run", "tone", "ink", "dash", "key", "x", "step", "loss", "low", "high", "label", "label_y", "log_y",
    "narrow_y", "val", "train", "seeds",
)  # fmt: skip


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
    seen = [line for line in floors if reach.low < line.loss <= reach.high]  # highest first
    places = ends.moved_apart([-line.loss for line in seen], FLOOR_GAP * reach.height)
    rows += [
        {"kind": "floor", "loss": line.loss, "label": line.label, "label_y": -place}
        for line, place in zip(seen, places, strict=True)
    ]
    for one in drawn:
        rows += [
            {"kind": "train", **one.variant.look, "run": run, "x": x, "loss": reach.inside(loss)}
            for run, points in one.train.items()
            for x, _, loss in points
            if x >= reach.first
        ]
        if view.lines != "train":
            rows += _val_rows(one, reach, view, tell_train=live is not None)
    rows += _end_rows(drawn, reach, most_names=None if live else NAMED)
    if live and live.guess is not None:
        place = min(live.guess, reach.high - OVER_IT * reach.height)
        rows.append({"kind": "guess", "loss": place, "label": f"your guess {number(live.guess)}"})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _drawn(variant: Variant, view: View) -> Drawn:
    """What all rows of a variant are made from; its thin lines only where they are asked for."""
    train = {
        curve.run: [(curve.x(point, view.axis), point.step, loss)
                    for point, loss in zip(curve.points, curve.smoothed(view.smoothing), strict=True)]
        for curve in (() if view.lines == "val" else variant.curves)
    }  # fmt: skip
    return Drawn(variant, seed_means(variant.curves, view.axis), train)


def _val_rows(one: Drawn, reach: Reach, view: View, *, tell_train: bool) -> list[dict[str, Any]]:
    """One thick line with its band, or a line for each run. `tell_train`: each says its training loss, too."""
    curves, look = one.variant.curves, one.variant.look
    if view.band or len(curves) == 1:
        lines = [(look | {"seeds": len(curves)}, one.means)]
    else:
        lines = [(look | {"run": curve.run, "seeds": 1}, seed_means([curve], view.axis)) for curve in curves]
    train = {step: loss for points in one.train.values() for _, step, loss in points} if tell_train else {}
    rows = []
    for same, means in lines:
        for mean in means:
            if mean.x < reach.first:
                continue
            rows.append({"kind": "val", **same, "x": mean.x, "step": mean.step, "loss": reach.inside(mean.loss),
                         "val": mean.loss, "train": train.get(mean.step)})  # fmt: skip
            if view.band and len(curves) > 1:
                edges = {"low": reach.inside(mean.low), "high": reach.inside(mean.high)}
                rows.append({"kind": "band", **same, "x": mean.x, **edges})
    return rows


def _end_rows(drawn: Sequence[Drawn], reach: Reach, *, most_names: int | None) -> list[dict[str, Any]]:
    """A dot at the end of each curve, its name, and what the lecture states; only the best of too many has a name."""
    ended = [(one.means[-1], one.variant) for one in drawn if one.means and one.means[-1].x >= reach.first]
    ended.sort(key=lambda end: end[0].loss)
    few = most_names is None or len(ended) <= most_names
    names = [
        ends.Name(end.x, reach.inside(end.loss), f"{variant.look['label']} {final_words(end.loss)}",
                  ends.KEY if variant.key else 0)
        for end, variant in (ended if few else ended[:1])
    ]  # fmt: skip
    begun = min((mean.x for one in drawn for mean in one.means if mean.x > 0), default=reach.last)
    said = [{"label": name.words, "key": name.key, **place} for name, place in _name_places(names, reach, begun)]
    said += [{"label": ""}] * (len(ended) - len(said))
    rows = []
    for (end, variant), words in zip(ended, said, strict=True):
        rows.append({"kind": "end", **variant.look, "x": end.x, "loss": reach.inside(end.loss), **words})
        if (target := variant.curves[0].target) is not None:
            rows.append({"kind": "target", **variant.look, "x": reach.last, "loss": reach.inside(target)})
    return rows


def _name_places(names: Sequence[ends.Name], reach: Reach, begun: float) -> list[tuple[ends.Name, dict[str, float]]]:
    """Each name with its height: on a wide page, on a wide page with an axis of powers, on a narrow one."""
    begun = max(begun, reach.first)
    decades = math.log(reach.last / begun) or 1.0
    linear = [name._replace(x=(name.x - reach.first) / (reach.last - reach.first) * WIDE) for name in names]
    powers = [name._replace(x=math.log(max(name.x, begun) / begun) / decades * WIDE) for name in names]
    gap, top = NAME_GAP * reach.height, reach.inside(math.inf) - EDGE * reach.height
    wide, log = (ends.names_apart(placed, gap, top, WIDE) for placed in (linear, powers))
    narrow = ends.moved_apart([name.y for name in names], gap, top=top)
    return [
        (name, {"label_y": a, "log_y": b, "narrow_y": c})
        for name, a, b, c in zip(names, wide, log, narrow, strict=True)
    ]
