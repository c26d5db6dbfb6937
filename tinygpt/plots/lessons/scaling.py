"""The figures of the scaling lesson that stay in place; those that follow the finger are in scaling_drawings.py
and scaling_weights.py.

Ochre is the plain score, teal the divided one, on every chart. A second mark (dash, ring, label) says the same.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from tinygpt.plots.look import PALETTE, Mode, annotate, color, dress
from tinygpt.variance import HOT

NAMES = {"scores": "q\u00b7k", "scaled": "q\u00b7k \u00f7 \u221ahead_size"}
TRAINED = {"scores": "not divided", "scaled": "\u00f7 \u221ahead_size"}  # the two kinds of trained heads
NAMES_ROOM = 150  # px right of a figure, for the names of its lines
DASH = {"scores": "solid", "scaled": "dash"}
SHORT = {
    "none": "not divided", "1/sqrt(head_size)": "\u00f7 \u221ahead_size", "1/sqrt(n_embd)": "\u00f7 \u221an_embd",
    "1/head_size": "\u00f7 head_size",
}  # fmt: skip


def saturated_rows(
    sizes: Sequence[int], shares: Mapping[str, Sequence[float]], mode: Mode, *, guess: tuple[int, float] | None = None
) -> go.Figure:
    """The share of rows with a weight above HOT, for "scores" and for "scaled", a number per head_size; and a diamond
    where somebody guessed the share of plain ones at a head_size."""
    places = {"scores": (-3, {"xanchor": "right", "yshift": 16}), "scaled": (-1, {"xanchor": "right", "yshift": 34})}
    figure = _both_stages(sizes, shares, places, mode, "%{y:.0%} of the rows")
    figure.update_yaxes(range=[-0.03, 1.06], tickformat=".0%")
    if guess:
        _diamond(figure, *guess, mode, xref="x domain", yref="y domain", x=0, y=0.853, xshift=8, yanchor="middle")
    return _panel(figure, f"rows with a weight above {HOT:g}", sizes, mode)


def passed_on(sizes: Sequence[int], gradients: Mapping[str, Sequence[float]], mode: Mode) -> go.Figure:
    """How much of a nudge the median row passes on, for "scores" and for "scaled", a number per head_size."""
    plain = (len(sizes) // 2, {"xanchor": "left", "xshift": 12})
    places = {"scores": plain, "scaled": (-1, {"xanchor": "right", "yshift": 18})}
    figure = _both_stages(sizes, gradients, places, mode, "moves by %{y:.4f}")
    figure.update_yaxes(range=[-0.012, 0.46])
    return _panel(figure, "how far the median row moves", sizes, mode)


def _both_stages(
    sizes: Sequence[int], values: Mapping[str, Sequence[float]], places: Mapping[str, tuple[int, dict]], mode: Mode,
    says: str,
) -> go.Figure:  # fmt: skip
    """The curves of both stages; `places` says at which of the `sizes` the name of a curve stands, and how."""
    figure = go.Figure()
    for stage, (at, place) in places.items():
        _curve(figure, sizes, values[stage], stage, mode, says)
        x, y = math.log10(sizes[at]), values[stage][at]
        name = NAMES[stage] if stage == "scores" else TRAINED[stage]  # short: it must fit beside a curve on a phone
        annotate(figure, x, y, f"<b>{name}</b>", color(stage, mode, text=True), **place)
    return figure


# --- what they share -----------------------------------------------------------------------------------------------


def _curve(
    figure: go.Figure, xs: Sequence[float], ys: Sequence[float], stage: str, mode: Mode, says: str, **more: object
) -> None:
    at = "" if "%{x}" in says else f"{NAMES[stage]}, head_size %{{x}}: "
    options = {"marker": {"size": 8}, **more}
    figure.add_scatter(
        x=list(xs), y=list(ys), mode="lines+markers", cliponaxis=False, hovertemplate=f"{at}{says}<extra></extra>",
        line={"color": color(stage, mode), "width": 3, "dash": DASH[stage]}, **options,
    )  # fmt: skip


def _diamond(figure: go.Figure, size: int, value: float, mode: Mode, **place: Any) -> None:
    """A diamond in ink where somebody guessed; what it is stands at a `place` that is free on any screen."""
    ink = PALETTE[mode].ink
    mark = {"symbol": "diamond-open", "size": 17, "color": ink, "line": {"width": 2}}
    figure.add_scatter(x=[size], y=[value], mode="markers", marker=mark, hovertemplate="your guess<extra></extra>")
    annotate(figure, place.pop("x"), place.pop("y"), "\u25c7 your guess", ink, xanchor="left", **place)


def _panel(figure: go.Figure, name: str, sizes: Sequence[int], mode: Mode) -> go.Figure:
    """A figure against head_size under a short bold name."""
    corner = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    annotate(figure, 0, 1.04, f"<b>{name}</b>", PALETTE[mode].ink, **corner)
    _sizes_axis(figure, sizes)
    return dress(figure, mode).update_layout(height=340, margin={"t": 40, "r": 24})


def _sizes_axis(figure: go.Figure, sizes: Sequence[int]) -> None:
    """head_size, each value twice as far right as half of it; every second one is named where there are many."""
    named = sizes if len(sizes) <= 6 else sizes[::2]
    figure.update_xaxes(
        type="log", tickvals=list(named), ticktext=[str(size) for size in named], title="head_size", tickangle=0,
        range=[math.log10(sizes[0]) - 0.04, math.log10(sizes[-1]) + 0.04],
    )  # fmt: skip
