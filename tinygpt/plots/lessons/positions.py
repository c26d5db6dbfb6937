"""The loss place by place: what each position of a window costs a model. Each family has its hue, dash and mark."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from tinygpt.plots.look import PALETTE, Mode, annotate, color, dress
from tinygpt.spelling import number

DASH = {"bigram": "solid", "head": "dash", "heads": "dashdot", "gpt": "solid", "count": "dot"}
MARK = {"bigram": "circle", "head": "square", "heads": "pentagon", "gpt": "triangle-up", "count": "diamond"}


@dataclass(frozen=True)
class Curve:
    """Val loss at each position of a window."""

    name: str
    losses: tuple[float, ...]
    role: str
    dash: str = ""  # else that of its family


def by_position(
    curves: Sequence[Curve], mode: Mode, *, level: tuple[str, float] | None = None, low: float, high: float
) -> go.Figure:
    """Val loss against the position in the window, `low` and `high` the ends of the axis; `level` is a floor.

    Windows may differ in length: a curve that ends early has its name at its right.
    """
    p, figure, last = PALETTE[mode], go.Figure(), max(len(curve.losses) for curve in curves) - 1
    if level:
        figure.add_hline(y=level[1], line={"color": p.gray, "width": 1.5, "dash": "dot"})
        annotate(figure, last, level[1], f"{level[0]} {number(level[1])}", p.muted, xanchor="right", yanchor="bottom")
    for curve in curves:
        figure.add_scatter(
            x=list(range(len(curve.losses))), y=list(curve.losses), mode="lines+markers", cliponaxis=False,
            line={"color": color(curve.role, mode), "dash": curve.dash or DASH[curve.role], "width": 3},
            marker={"symbol": MARK[curve.role], "size": 10 if last < 10 else 6},
            hovertemplate=f"{curve.name}, position %{{x}}: %{{y:.3f}}<extra></extra>",
        )  # fmt: skip
    to_the_end = [curve for curve in curves if len(curve.losses) == last + 1]
    highest = max(to_the_end, key=lambda curve: curve.losses[-1])
    for curve in curves:  # names, over the end of the highest curve and under that of the others, keep clear of it
        end, said = curve.losses[-max(1, last // 4) :], f"<b>{curve.name}</b> {number(curve.losses[-1])}"
        place = {"xanchor": "right", "yshift": 20 if curve is highest else -20}
        x, y = last, max(end) if curve is highest else min(end)
        if curve not in to_the_end:
            below = curve.losses[-1] < highest.losses[len(curve.losses) - 1] - 0.1
            x, y, place = len(curve.losses) - 1, curve.losses[-1], {"xanchor": "left", "xshift": 10}
            place["yshift"] = -16 if below else 0  # clear of the longer curves
        annotate(figure, x, y, said, color(curve.role, mode, text=True), **place)
    ticks = list(range(last + 1)) if last < 10 else [*range(0, last, 8), last]
    figure.update_xaxes(title="position in the window", range=[-0.03 * last, 1.02 * last], tickvals=ticks)
    figure.update_yaxes(title="val loss", range=[low, high], tickformat=".1f", nticks=7)
    return dress(figure, mode).update_layout(height=380, margin={"t": 12, "r": 8})
