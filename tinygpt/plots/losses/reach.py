"""What the loss chart shows: runs, or all that differ by their seed alone, as one; and where its axes begin and end."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from tinygpt.experiments.curves import Axis, LossCurve, Mean
from tinygpt.plots.losses.marks import APART
from tinygpt.plots.losses.tones import Tone

Lines = Literal["val", "train", "both"]
LINES: tuple[Lines, ...] = ("val", "train", "both")
GRAIN = 0.1  # nats: the axis ends at multiples of this
EDGE = 0.02  # of the height: how far below the upper edge a loss is drawn that is too large for the chart
WORSE = 1.4  # times blind guessing: so much a model may cost before its first step, and still be shown
NOTHING = 1e-3  # the length of the axis where there is no run; its numbers are not written


class Line(NamedTuple):
    """A level to compare with."""

    label: str
    loss: float


class View(NamedTuple):
    """How somebody wants to see the curves."""

    axis: Axis = "steps"
    lines: Lines = "both"
    band: bool = True  # one line and a band for all seeds of a variant, else a line for each
    smoothing: float = 0.03  # the share of a run over which its training line is averaged
    the_end: bool = False  # the last two thirds, closer
    log: bool = False  # powers of ten along the axis


class Live(NamedTuple):
    """What is known before a run begins: the axes of the live chart stay where they are while its curves fall."""

    max_steps: int  # where the axis ends
    guess: float | None = None  # the loss at which somebody expects a curve to end, in nats


class Variant(NamedTuple):
    """Its runs, and how its lines are drawn."""

    curves: Sequence[LossCurve]  # at least one, all of one label
    tone: Tone
    loss: float | None = None  # the number that stands beside its name; None: the mean where its line ends

    @property
    def look(self) -> dict[str, Any]:
        """What all its rows have in common."""
        first = self.curves[0]
        return {
            "run": first.run if len(self.curves) == 1 else first.label, "label": first.label,
            "tone": self.tone.line, "ink": self.tone.ink, "dash": str(APART if first.leak else self.tone.dash),
        }  # fmt: skip


class Drawn(NamedTuple):
    """A variant with what is computed from its runs once."""

    variant: Variant
    means: Sequence[Mean]  # its thick line
    each: Sequence[Sequence[Mean]]  # that of each run alone
    train: Mapping[str, Sequence[tuple[float, int, float]]]  # the thin line of each run: (x, step, loss)


class Reach(NamedTuple):
    """What the axes show."""

    first: float
    last: float
    low: float
    high: float

    @property
    def height(self) -> float:
        return self.high - self.low

    def inside(self, loss: float) -> float:
        """Where a loss is drawn: one that is too large, or no number, a little below the upper edge."""
        top = self.high - EDGE * self.height
        return loss if loss < top else top


def reach_of(drawn: Sequence[Drawn], floors: Sequence[Line], view: View, live: Live | None) -> Reach:
    """Where the axes begin and end. What has become worse than blind guessing does not stretch the chart."""
    curves = [curve for one in drawn for curve in one.variant.curves]
    last = live.max_steps if live else max([curve.length(view.axis) for curve in curves], default=0.0) or NOTHING
    first = 0.0
    if view.the_end:
        first = last // 3
        if not live:  # at a third of all, or earlier, so that each curve keeps at least its own last third
            begun = [curve for curve in curves if curve.points]
            ends = [c.length(view.axis) if c.moving else c.x(c.points[-1], view.axis) for c in begun]
            first = min([last / 3, *(2 / 3 * end for end in ends)])
    blind = max((line.loss for line in floors), default=4.2)
    means = [mean for one in drawn for alone in one.each for mean in alone]  # also where one goes on alone
    vals = [loss for mean in means if mean.x >= first for loss in (mean.low, mean.high)]
    train = [loss for one in drawn for points in one.train.values() for x, _, loss in points if x >= first]
    targets = [curve.target for curve in curves if curve.target is not None]
    low = min([loss for loss in (*vals, *train) if loss <= WORSE * blind] + targets, default=blind / 2)
    if live or not view.the_end:
        best = min(vals + targets, default=low)
        low = min(low, max((line.loss for line in floors if line.loss < best), default=low))  # the next floor
    if live:
        low = min(low, blind / 2, blind if live.guess is None else live.guess)
    if view.the_end:
        high = max((loss for loss in (*vals, *train) if loss <= blind), default=blind)
    else:
        high = max([blind, *(mean.high for mean in means if mean.step == 0 and mean.high <= WORSE * blind)])
    high = max(high, low + GRAIN)
    low, high = GRAIN * math.floor(low / GRAIN), GRAIN * math.ceil(high / GRAIN)  # else every tick would move the axis
    air = 0.05 * (high - low)
    return Reach(first, last, low - air, high + air)
