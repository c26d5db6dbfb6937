"""The figures of the scaling lesson that stay in place; those that follow the finger are in scaling_drawings.py
and scaling_weights.py.

Ochre is the plain score, teal the divided one, on every chart. A second mark (dash, ring, label) says the same.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from tinygpt.plots.look import PALETTE, Mode, annotate, color, dress
from tinygpt.spelling import number
from tinygpt.variance import HOT, Spread

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


def variance_of_scaled(sizes: Sequence[int], scaled: Sequence[Spread], mode: Mode, *, right: bool) -> go.Figure:
    """The variance of divided scores, with what nine draws in ten lie between, and the 1 that the division promises.

    `right` says whether these are the random numbers for which it keeps its promise.
    """
    p, figure, means = PALETTE[mode], go.Figure(), [v.mean for v in scaled]
    reach = {
        "symmetric": False, "array": [v.high - v.mean for v in scaled], "arrayminus": [v.mean - v.low for v in scaled],
        "color": color("scaled", mode), "thickness": 1.5, "width": 5,
    }  # fmt: skip
    _curve(figure, sizes, means, "scaled", mode, "variance %{y:.4f}", error_y=reach)
    figure.add_hline(y=1, line={"color": p.ink, "width": 1.5, "dash": "dot"})
    words = {1.0: "1, what the division promises", means[0]: f"<b>{number(means[0])}</b> at every size"}
    for y, text in words.items() if not right else ():
        tone = p.ink if y == 1 else color("scaled", mode, text=True)
        annotate(figure, math.log10(sizes[0]), y, text, tone, xanchor="left", yshift=16)
    figure.update_yaxes(range=[-0.04, 1.5])
    return _panel(figure, f"variance of {NAMES['scaled']}", sizes, mode)


def mean_score(sizes: Sequence[int], means: Sequence[float], mode: Mode) -> go.Figure:
    """The mean of plain scores, a number per head_size."""
    figure = go.Figure()
    _curve(figure, sizes, means, "scores", mode, "mean %{y:.2f}")
    for size, mean in zip(sizes, means, strict=True):
        annotate(
            figure, math.log10(size), mean, number(mean, 1), color("scores", mode, text=True), yshift=18, xshift=-8
        )
    highest = max(map(abs, means))
    figure.update_yaxes(range=[-1.5, 1.5] if highest < 1 else [-0.06 * highest, 1.2 * highest])
    return _panel(figure, f"mean of {NAMES['scores']}", sizes, mode)


def variance_by_scale(
    sizes: Sequence[int], variances: Mapping[str, Sequence[float]], chosen: str, mode: Mode
) -> go.Figure:
    """The variance of the scores for every way to scale them, a number per head_size; the chosen one in bold."""
    figure = _by_scale(sizes, variances, chosen, mode, log=True)
    figure.add_hline(y=1, line={"color": PALETTE[mode].ink, "width": 1.5, "dash": "dot"})
    ticks = [0.01, 0.1, 1, 10, 100]
    figure.update_yaxes(type="log", tickvals=ticks, ticktext=[f"{t:g}" for t in ticks], range=[-2, 2])
    return _panel(figure, "variance of the scores", sizes, mode)


def largest_by_scale(
    sizes: Sequence[int], largest: Mapping[str, Sequence[float]], chosen: str, mode: Mode
) -> go.Figure:
    """The mean largest of 8 weights for every way to scale scores, a number per head_size; the chosen one in bold."""
    figure = _by_scale(sizes, largest, chosen, mode, log=False).update_yaxes(range=[0, 1])
    return _panel(figure, "largest of 8 weights, on average", sizes, mode)


def _by_scale(
    sizes: Sequence[int], every: Mapping[str, Sequence[float]], chosen: str, mode: Mode, *, log: bool
) -> go.Figure:
    """A line for every way to scale, with its name at the end of its line that has room."""
    p, figure = PALETTE[mode], go.Figure()
    for scale, values in every.items():
        name, bold = SHORT[scale], scale == chosen
        tone, label = (color("scaled", mode), color("scaled", mode, text=True)) if bold else (p.gray, p.muted)
        figure.add_scatter(
            x=list(sizes), y=list(values), mode="lines+markers", line={"color": tone, "width": 4 if bold else 1.5},
            marker={"size": 10 if bold else 6}, cliponaxis=False,
            hovertemplate=f"{name}, head_size %{{x}}: %{{y:.3g}}<extra></extra>",
        )  # fmt: skip
        falls = scale == "1/head_size"  # its name stands at the right, under a line that goes down
        below = scale == "1/sqrt(n_embd)" or (falls and not log)
        end, upward = (-1 if falls else 0), -18 if below else 16 if scale == "1/sqrt(head_size)" else 22
        x, y = math.log10(sizes[end]), math.log10(values[end]) if log else values[end]
        text = f"<b>{name}</b>" if bold else name
        annotate(figure, x, y, text, label, yshift=upward, xanchor="right" if falls else "left")
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
