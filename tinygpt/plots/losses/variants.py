"""What the loss chart draws as one: a run, or all runs that differ by their seed alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tinygpt.experiments.curves import LossCurve, Mean
from tinygpt.plots.losses.tones import Tone


class Variant(NamedTuple):
    """Its runs, and how its lines are drawn."""

    curves: Sequence[LossCurve]  # at least one, all of one label
    tone: Tone
    key: bool = False  # a sample of its line stands beside its name: a hue alone does not tell whose name it is

    @property
    def look(self) -> dict[str, Any]:
        """What all its rows have in common."""
        first = self.curves[0]
        return {
            "run": first.run if len(self.curves) == 1 else first.label, "label": first.label,
            "tone": self.tone.line, "ink": self.tone.ink, "dash": str(self.tone.dash),
        }  # fmt: skip


def variants_of(curves: Mapping[str, Sequence[LossCurve]], tones: Mapping[str, Tone]) -> list[Variant]:
    """The variants of a comparison, from curves and tones by label; those of one family get a sample of their line."""
    roles = Counter(group[0].role for group in curves.values())
    return [Variant(group, tones[label], key=roles[group[0].role] > 1) for label, group in curves.items()]


class Drawn(NamedTuple):
    """A variant with what is computed from its runs once."""

    variant: Variant
    means: Sequence[Mean]  # its thick line
    train: Mapping[str, Sequence[tuple[float, int, float]]]  # the thin line of each run: (x, step, loss)
