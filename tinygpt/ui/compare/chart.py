"""The chart of the comparison and the controls that say how it is drawn."""

from typing import NamedTuple

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.experiments.curves import AXES, Axis, Course
from tinygpt.models import kind
from tinygpt.plots.losses.loss import Line
from tinygpt.plots.losses.overlay import LINES, Lines, overlay_rows
from tinygpt.plots.losses.overlay_chart import overlay_spec
from tinygpt.plots.losses.tones import Tone, tones
from tinygpt.training.cost import operations
from tinygpt.training.presets import stated
from tinygpt.ui import floors, frame, session, texts
from tinygpt.ui.compare.figure import figure
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.train.live import is_moving

SMOOTHINGS = {"none": 0.0, "a little": 0.03, "much": 0.1}  # share of a run that is averaged to both sides
ALT = "Losses of the runs that are compared; the table below has the numbers."


class Drawn(NamedTuple):
    """How somebody wants to see the curves."""

    axis: Axis
    lines: Lines
    band: bool
    smoothing: float
    the_end: bool
    log: bool


def controls() -> Drawn:
    """Across which axis, which losses, how smooth."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="chart_controls"):
        axis = st.segmented_control("Across", AXES, default="steps", required=True, key="axis", bind="query-params")
        part = st.segmented_control(
            "Part", ["all", "the end"], default="all", required=True, key="part", bind="query-params"
        )
        with st.popover("More", type="tertiary"):
            lines = st.segmented_control(
                "Loss on", LINES, default="val", required=True, key="lines", bind="query-params",
                format_func={"val": "unseen text (val)", "train": "training text", "both": "both"}.__getitem__,
            )  # fmt: skip
            band = st.toggle("One line and a band for all seeds", True, key="band", bind="query-params")
            smooth = st.select_slider(
                "Smoothing of the training line", list(SMOOTHINGS), "a little", key="smoothing", bind="query-params"
            )
            log = st.toggle("Powers of ten along the axis", False, key="log_axis", bind="query-params")
    return Drawn(axis, lines, band, SMOOTHINGS[smooth], part == "the end", log)


def chart(shown: Shown, drawn: Drawn) -> None:
    """All curves, against the floors of the text."""
    rows = overlay_rows(
        courses(shown), _floors(shown), frame.mode(), axis=drawn.axis, lines=drawn.lines, band=drawn.band,
        smoothing=drawn.smoothing, the_end=drawn.the_end,
    )  # fmt: skip
    spec = overlay_spec(frame.mode(), drawn.axis, log=drawn.log)
    figure(rows, spec, key="overlay", alt=ALT, title=f"Loss, nats per character, by {drawn.axis}", zoom=True)


def styles(shown: Shown) -> dict[str, Tone]:
    """How each variant is drawn, in every chart of the page."""
    groups = shown.variants()
    roles = [kind(runs[0].spec.model) for runs in groups.values()]
    return dict(zip(groups, tones(roles, frame.mode()), strict=True))


def courses(shown: Shown) -> list[Course]:
    """The runs as the chart wants them; one that another tab has deleted is left out."""
    found = (course_of(run, shown.labels[run.id]) for run in shown.runs)
    return [course for course in found if course]


def course_of(run: RunView, label: str) -> Course | None:
    """A run with its points."""
    try:
        points = session.engine().points(run.id)
    except ValueError:
        return None
    per_step = operations(run.spec.model, run.spec.train.batch_size)
    return Course(
        run.id, label, kind(run.spec.model), points, run.max_steps, per_step, stated(run.spec), moving=is_moving(run)
    )


def _floors(shown: Shown) -> list[Line]:
    if not shown.runs:
        return []
    return floors.lines(shown.corpus, shown.runs[0].spec.model.block_size, texts.folder())
