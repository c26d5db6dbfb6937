"""The chart of the comparison and the controls that say how it is drawn."""

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.experiments.curves import ACROSS, LossCurve
from tinygpt.models import kind
from tinygpt.plots.losses.loss import loss_rows
from tinygpt.plots.losses.loss_chart import loss_spec
from tinygpt.plots.losses.reach import LINES, View
from tinygpt.plots.losses.tones import Tone, tones
from tinygpt.plots.losses.variants import variants_of
from tinygpt.training.cost import operations
from tinygpt.training.presets import stated
from tinygpt.ui import floors, frame, texts
from tinygpt.ui.compare.figure import figure
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.train.loss import curve_of

SMOOTHINGS = {"none": 0.0, "a little": 0.03, "much": 0.1}  # share of a run that is averaged to both sides
ALT = "Losses of the runs that are compared; the table below has the numbers."


def controls() -> View:
    """Across which axis, which losses, how smooth."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="chart_controls"):
        axis = st.segmented_control("Across", ACROSS, default="steps", required=True, key="axis", bind="query-params")
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
    return View(axis, lines, band, SMOOTHINGS[smooth], part == "the end", log)


def compared_losses(shown: Shown, styles: dict[str, Tone], view: View) -> None:
    """All curves, against the floors of the text; runs that another tab has deleted are left out."""
    found = {label: [_curve(run, label) for run in runs] for label, runs in shown.variants().items()}
    curves = {label: there for label, each in found.items() if (there := [curve for curve in each if curve])}
    levels = floors.lines(shown.corpus, shown.runs[0].spec.model.block_size, texts.folder()) if shown.runs else []
    spec = loss_spec(frame.mode(), view.axis, log=view.log)
    figure(
        loss_rows(variants_of(curves, styles), levels, view), spec, key="overlay", alt=ALT,
        title=f"Loss, nats per character, by {view.axis}", zoom=True,
    )  # fmt: skip


def _curve(run: RunView, label: str) -> LossCurve | None:
    per_step = operations(run.spec.model, run.spec.train.batch_size)
    return curve_of(run, label, per_step=per_step, target=stated(run.spec))


def styles(shown: Shown) -> dict[str, Tone]:
    """How each variant is drawn, in every chart of the page."""
    groups = shown.variants()
    roles = [kind(runs[0].spec.model) for runs in groups.values()]
    return dict(zip(groups, tones(roles, frame.mode()), strict=True))
