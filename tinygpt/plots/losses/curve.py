"""One run's losses as a picture, from its points: what an exported notebook draws. Its name and arguments stay."""

from collections.abc import Sequence

from tinygpt.experiments.curves import LossCurve
from tinygpt.models import kind
from tinygpt.plots.losses.loss import loss_rows
from tinygpt.plots.losses.loss_chart import loss_spec
from tinygpt.plots.picture import svg
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Point


def curve_svg(points: Sequence[Point], spec: RunSpec) -> str:
    """The losses of the run `spec` by step as an SVG image; val loss thick, training loss thin, in nats."""
    losses = [(point.step, point.loss, point.val) for point in points]
    curve = LossCurve("run", "val loss", kind(spec.model), 0, losses, spec.train.max_steps)
    return svg(loss_spec("light"), loss_rows([curve], [], max_steps=spec.train.max_steps))
