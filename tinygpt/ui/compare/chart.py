"""The charts of this page: how they are shown and saved, and the one of all losses with its controls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from tinygpt.experiments.curves import ACROSS, LossCurve
from tinygpt.models import kind
from tinygpt.plots.losses.loss import loss_rows
from tinygpt.plots.losses.loss_chart import loss_spec
from tinygpt.plots.losses.reach import LINES, Variant, View
from tinygpt.plots.losses.tones import Tone, tones
from tinygpt.plots.picture import NoPicture, chart_png, chart_svg
from tinygpt.training.presets import stated
from tinygpt.training.work import step_operations
from tinygpt.ui import floors, frame, texts
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.compare.standing import variant_loss
from tinygpt.ui.train.loss import curve_of
from tinygpt.words import literal
from tinygpt.words.loss import end_words

SMOOTHINGS = {"none": 0.0, "a little": 0.03, "much": 0.1}  # share of a run that is averaged to both sides
AXES = (
    "What runs along the lower side of the chart. Steps: how often the weights were changed. Tokens: characters that "
    "it trained on. Seconds: time of training. FLOPs: additions and multiplications, the fair measure of work for "
    "models of different sizes."
)
ALT = "Losses of the runs that are compared; the table below has the numbers."
Curves = Mapping[str, Sequence[LossCurve]]  # by the label of their variant


def figure(
    rows: pd.DataFrame, spec: dict[str, Any], *, key: str, alt: str, title: str, aside: str = "", zoom: bool = False
) -> None:
    """A Vega-Lite chart of `rows` under its title, with a menu that saves it. `zoom` keeps what one has zoomed into."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{title}**{aside}", width="content")
        box = st.popover("Save", type="tertiary", key=f"save_{key}", on_change="rerun", width="content")
    if box.open:
        with box:
            for ending, draw, mime in (("png", chart_png, "image/png"), ("svg", chart_svg, "image/svg+xml")):
                st.download_button(
                    ending.upper(), partial(_drawn, partial(draw, spec, rows, mode=frame.mode(), title=title)),
                    f"tinygpt-{key}.{ending}", mime, key=f"{ending}_{key}", on_click="ignore",
                )  # fmt: skip
    zooming: dict[str, Any] = {"on_select": frame.zoomed, "selection_mode": ["grid"]} if zoom else {}
    st.vega_lite_chart(rows, spec, width="stretch", key=key, alt=alt, **zooming)


def _drawn(draw: Callable[[], bytes | str]) -> bytes | str:
    """Drawn when the button is pressed; where that fails, a file that says so is better than none."""
    try:
        return draw()
    except NoPicture as error:
        return str(error)


def controls() -> View:
    """Across which axis, which losses, how smooth."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="chart_controls"):
        axis = st.segmented_control(
            "Across", ACROSS, default="steps", required=True, key="axis", bind="query-params", help=AXES
        )
        part = st.segmented_control(
            "Part",
            ["all", "the end"],
            default="all",
            required=True,
            key="part",
            bind="query-params",
            help="All of the runs, or their last two thirds alone, drawn larger.",
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


def curves_of(shown: Shown) -> Curves:
    """The curves of each variant, by its label; runs that another tab has deleted are left out."""
    curves: dict[str, list[LossCurve]] = {}
    for run in shown.runs:
        label, per_step = shown.labels[run.id], step_operations(run.spec)
        if curve := curve_of(run, label, per_step=per_step, target=stated(run.spec)):
            curves.setdefault(label, []).append(curve)
    return curves


def compared_losses(shown: Shown, curves: Curves, styles: dict[str, Tone], view: View) -> str:
    """All curves, against the floors of the text; what is to be said of their ends."""
    every, groups = [curve for group in curves.values() for curve in group], shown.variants()
    variants = [Variant(group, styles[label], variant_loss(groups[label])) for label, group in curves.items()]
    levels = floors.lines(shown.corpus, shown.runs[0].spec.model.block_size, texts.folder())
    stroke = " \u2002:gray[stroke at the right: what the lecture states]" if any(c.target for c in every) else ""
    figure(
        loss_rows(variants, levels, view), loss_spec(frame.mode(), view.axis, log=view.log),
        key="overlay", alt=ALT, title=f"Loss, nats per character, by {view.axis}", aside=stroke, zoom=True,
    )  # fmt: skip
    return end_words(replace(curve, label=literal.markdown(curve.label)) for curve in every)


def styles(shown: Shown) -> dict[str, Tone]:
    """How each variant is drawn, in every chart of the page; a single run as on the training page where it can be."""
    groups = shown.variants()
    wanted = [(kind(first.spec.model), None if first.experiment else first.slot) for first, *_ in groups.values()]
    return dict(zip(groups, tones(wanted, frame.mode()), strict=True))
