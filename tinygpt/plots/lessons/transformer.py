"""The charts of the transformer lesson: what a part buys, measured. The machine itself is in transformer_drawings.py.

Plum is a whole GPT, blue a single head, ochre the bigram, gray what we compare with; dashes and marks say the same.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from tinygpt.plots.lessons.positions import MARK
from tinygpt.plots.look import PALETTE, TICK, Mode, annotate, color, dress
from tinygpt.spelling import number, thousands


def habit_bars(habits: Mapping[str, tuple[float, float]], mode: Mode) -> go.Figure:
    """Average weight on itself and one back, a bar each for every model by name: the first pale, the second full."""
    p, figure = PALETTE[mode], go.Figure()
    for i, (name, shares) in enumerate(habits.items()):
        figure.add_bar(
            x=["on itself", "one back"], y=list(shares), marker={"color": p.sequential[2] if i == 0 else p.blue},
            text=[f"<b>{number(share)}</b>" for share in shares], textposition="outside", cliponaxis=False,
            textangle=0, constraintext="none", textfont={"size": TICK, "color": p.ink},
            hovertemplate=f"{name}, %{{x}}: %{{y:.3f}}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(range=[0, 1.16], tickvals=[0, 0.5, 1])
    return dress(figure, mode).update_layout(height=300, barmode="group", bargap=0.22, bargroupgap=0.12)


@dataclass(frozen=True)
class Trained:
    """A model as a place on the chart: how many numbers it learned, and its val loss with every seed."""

    name: str
    numbers: int
    losses: tuple[float, ...]
    role: str


def fair_test(points: Sequence[Trained], arrows: Sequence[tuple[int, int, str]], mode: Mode) -> go.Figure:
    """Val loss against learned numbers; an arrow (from, to, words) says what was changed between two of `points`.

    The first seed is a full mark, the others are hollow.
    """
    figure = go.Figure()
    for start, end, text in arrows:
        _arrow(figure, points[start], points[end], text, mode)
    falls = any(_falls(points[start], points[end]) for start, end, _ in arrows)
    sizes = sorted({point.numbers for point in points})
    for point in points:
        for i, loss in enumerate(point.losses):
            symbol = MARK[point.role] + ("-open" if i else "")
            figure.add_scatter(
                x=[point.numbers], y=[loss], mode="markers", cliponaxis=False,
                marker={"symbol": symbol, "size": 14, "color": color(point.role, mode), "line": {"width": 2}},
                hovertemplate=f"{point.name}{', another seed' if i else ''}: %{{y:.3f}}<extra></extra>",
            )  # fmt: skip
        y, place = point.losses[0], {"xanchor": "left", "xshift": 16}  # its name stands beside the largest
        if point.numbers != sizes[-1]:  # and over or under the others
            y, place = (y, {"yshift": 36}) if falls else (min(point.losses), {"yshift": -36})
        name, ink = f"<b>{point.name}</b><br>{number(point.losses[0])}", color(point.role, mode, text=True)
        annotate(figure, math.log10(point.numbers), y, name, ink, align="left", **place)
    losses = [loss for point in points for loss in point.losses]
    room = 0.35 * (max(losses) - min(losses))
    figure.update_xaxes(
        type="log", tickvals=sizes, ticktext=[thousands(size) for size in sizes], title="learned numbers",
        range=[math.log10(sizes[0] / 2.4), math.log10(sizes[-1] * 4.6)],
    )  # fmt: skip
    figure.update_yaxes(range=[min(losses) - room, max(losses) + room], title="val loss", tickformat=".2f", nticks=6)
    corner = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom"}
    annotate(figure, 1, 0, "hollow: another seed", PALETTE[mode].muted, **corner)
    return dress(figure, mode).update_layout(height=400, margin={"t": 16, "r": 8})


def _arrow(figure: go.Figure, start: Trained, end: Trained, text: str, mode: Mode) -> None:
    """An arrow between two first seeds; its words stand over it, or at the left of an upright one."""
    p, upright = PALETTE[mode], start.numbers == end.numbers
    x0, x1, y0, y1 = math.log10(start.numbers), math.log10(end.numbers), start.losses[0], end.losses[0]
    figure.add_annotation(
        x=x1, y=y1, ax=x0, ay=y0, axref="x", ayref="y", arrowhead=3, arrowwidth=2, arrowcolor=p.ink, standoff=11,
        startstandoff=11, text="",
    )  # fmt: skip
    place = {"x": (x0 + x1) / 2, "y": (y0 + y1) / 2, "xanchor": "center", "yshift": 34}
    if upright:
        place = {"x": x1, "y": y0 + 0.65 * (y1 - y0), "xanchor": "right", "xshift": -12}
    elif _falls(start, end):  # there is room over the lower end
        place |= {"xanchor": "left", "xshift": 4, "yshift": 26}
    figure.add_annotation(place, text=text, showarrow=False, align="center")


def _falls(start: Trained, end: Trained) -> bool:
    """Whether an arrow between two sizes leads down."""
    return start.numbers != end.numbers and end.losses[0] < start.losses[0]
