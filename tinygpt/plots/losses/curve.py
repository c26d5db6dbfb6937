"""One run's losses as a picture, from its points: what an exported notebook draws. Its name and arguments stay."""

from collections.abc import Sequence

from tinygpt.experiments.curves import LossCurve
from tinygpt.models import kind, leak
from tinygpt.plots.losses.loss import loss_rows
from tinygpt.plots.losses.loss_chart import loss_spec
from tinygpt.plots.losses.reach import Live, Variant, View
from tinygpt.plots.losses.tones import tone
from tinygpt.plots.picture import chart_svg
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Point


def curve_svg(points: Sequence[Point], spec: RunSpec) -> str:
    """The losses of the run `spec` by step as an SVG image; val loss thick, training loss thin, in nats."""
    max_steps = spec.train.max_steps
    run = LossCurve("run", "val loss", kind(spec.model), points, max_steps, leak=leak(spec.model))
    rows = loss_rows([Variant([run], tone(run.role, 0, "light"))], [], View(), live=Live(max_steps))
    return chart_svg(loss_spec("light", live=True), rows)
