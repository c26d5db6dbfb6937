"""What the tests of the loss chart and of its words share: curves that can be read off, and floors."""

from collections.abc import Iterable

from tinygpt.experiments.curves import LossCurve
from tinygpt.plots.losses.reach import Line
from tinygpt.training.state import Point

FLOORS = [Line("ln 65\n4.17", 4.17), Line("2-gram\n2.48", 2.48), Line("3-gram\n2.05", 2.05)]


def points(losses: Iterable[tuple[int, float, float | None]]) -> list[Point]:
    """Points from (step, batch loss, val loss or None); 256 characters and a tenth of a second a step."""
    return [Point(step, loss, val, 1e-3, step / 10, 256 * step) for step, loss, val in losses]


def curve(*vals: float, run: str = "a", label: str = "GPT", role: str = "gpt", every: int = 10) -> LossCurve:
    """A curve whose batch losses are those of the val loss; a val loss every `every` steps."""
    return LossCurve(run, label, role, points((i * every, val, val) for i, val in enumerate(vals)))
