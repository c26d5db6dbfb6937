"""The ends of the curves of a comparison: a dot, a name that finds room beside it, and what the lecture states."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinygpt.experiments.curves import Course, Mean
from tinygpt.plots.losses import marks
from tinygpt.plots.losses.loss import EDGE, apart
from tinygpt.plots.losses.tones import Tone
from tinygpt.spelling import brief

NAMED = 8  # so many names find room at the ends of their curves
GAP = 0.075  # of the height: from one name to the next
WIDE = 620  # px of the plot on a wide page; on a narrow one any two names may lie on each other


@dataclass(frozen=True)
class Reach:
    """What the axes show."""

    first: float
    last: float
    low: float
    high: float

    def inside(self, loss: float) -> float:
        """Where a loss is drawn: one that is too large, or no number, a little below the upper edge."""
        top = self.high - EDGE * (self.high - self.low)
        return loss if loss < top else top


def drawn_as(label: str, tone: Tone) -> dict[str, Any]:
    """What all rows of a variant have in common."""
    return {"label": label, "tone": tone.line, "ink": tone.ink, "dash": str(tone.dash)}


def ends_of(
    groups: Mapping[str, Sequence[Course]], curves: Mapping[str, Sequence[Mean]], styles: Mapping[str, Tone],
    reach: Reach,
) -> list[dict[str, Any]]:  # fmt: skip
    """A dot at the end of each curve, the name of the best few, and what the lecture states."""
    ends = sorted(((curve[-1], label) for label, curve in curves.items() if curve), key=lambda end: end[0].loss)
    ends = [(end, label) for end, label in ends if end.x >= reach.first]
    named = ends[: NAMED if len(ends) <= NAMED else 1]  # the best one alone, where there is no room for all
    roles = Counter(group[0].role for group in groups.values())
    names = [
        marks.Name(end.x, reach.inside(end.loss), f"{label} {_amount(end.loss)}",
                   marks.KEY if roles[groups[label][0].role] > 1 else 0)
        for end, label in named
    ]  # fmt: skip
    begun = min((mean.x for curve in curves.values() for mean in curve if mean.x > 0), default=reach.last)
    said = [{"label": name.words, "key": name.key, **place} for name, place in _places(names, reach, begun)]
    said += [{"label": ""}] * (len(ends) - len(said))
    rows = []
    for (end, label), words in zip(ends, said, strict=True):
        at = drawn_as(label, styles[label]) | {"run": label, "x": end.x}
        rows.append({"kind": "end", **at, "loss": reach.inside(end.loss), **words})
        if (target := groups[label][0].target) is not None:
            rows.append({"kind": "target", **at, "x": reach.last, "loss": reach.inside(target)})
    return rows


def _places(names: Sequence[marks.Name], reach: Reach, begun: float) -> list[tuple[marks.Name, dict[str, float]]]:
    """Each name with its height: on a wide page, on a wide page with an axis of powers, on a narrow one."""
    begun = max(begun, reach.first)
    decades = math.log(reach.last / begun) or 1.0
    linear = [name._replace(x=(name.x - reach.first) / (reach.last - reach.first) * WIDE) for name in names]
    powers = [name._replace(x=math.log(max(name.x, begun) / begun) / decades * WIDE) for name in names]
    gap, top = GAP * (reach.high - reach.low), reach.inside(math.inf)
    places = marks.spread(linear, gap, top, WIDE), marks.spread(powers, gap, top, WIDE)
    narrow = apart([name.y for name in names], gap, top=top)
    return [
        (name, {"label_y": wide, "log_y": power, "narrow_y": one})
        for name, wide, power, one in zip(names, *places, narrow, strict=True)
    ]


def _amount(loss: float) -> str:
    return brief(loss) if math.isfinite(loss) else "diverged"
