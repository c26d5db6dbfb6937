"""The loss place by place: what each position of a window costs a model. Each family has its hue, dash and mark."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from tinygpt.plots.look import PALETTE, Mode, color, dress
from tinygpt.spelling import number

DASH = {"bigram": "solid", "head": "dash", "heads": "dashdot", "gpt": "solid", "count": "dot"}
MARK = {"bigram": "circle", "head": "square", "heads": "pentagon", "gpt": "triangle-up", "count": "diamond"}


@dataclass(frozen=True)
class Curve:
    """Val loss at each position of a window."""

    name: str
    losses: tuple[float, ...]
    role: str


def by_position(
    curves: Sequence[Curve], mode: Mode, *, level: tuple[str, float] | None = None, low: float, high: float
) -> go.Figure:
    """Val loss against the position in the window, `low` and `high` the ends of the axis; `level` is a floor."""
    p, figure, last = PALETTE[mode], go.Figure(), len(curves[0].losses) - 1
    if level:
        figure.add_hline(y=level[1], line={"color": p.gray, "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            x=last, y=level[1], xanchor="right", yanchor="bottom", showarrow=False, font={"color": p.muted},
            text=f"{level[0]} {number(level[1])}",
        )  # fmt: skip
    for curve in curves:
        figure.add_scatter(
            x=list(range(last + 1)), y=list(curve.losses), mode="lines+markers", cliponaxis=False,
            line={"color": color(curve.role, mode), "dash": DASH[curve.role], "width": 3},
            marker={"symbol": MARK[curve.role], "size": 10 if last < 10 else 6},
            hovertemplate=f"{curve.name}, position %{{x}}: %{{y:.3f}}<extra></extra>",
        )  # fmt: skip
    _name_ends(figure, curves, last, mode)
    figure.update_xaxes(title="position in the window", range=[-0.03 * last, 1.02 * last], tickvals=_ticks(last))
    figure.update_yaxes(title="val loss", range=[low, high], tickformat=".1f", nticks=7)
    return dress(figure, mode).update_layout(height=380, margin={"t": 12, "r": 8})


def _name_ends(figure: go.Figure, curves: Sequence[Curve], last: int, mode: Mode) -> None:
    """The name of each curve and its last loss: over the end of the highest one, under that of the others."""
    highest = max(curves, key=lambda curve: curve.losses[-1])
    for curve in curves:
        end = curve.losses[-max(1, last // 4) :]  # a name keeps clear of it
        figure.add_annotation(
            x=last, y=max(end) if curve is highest else min(end), yshift=20 if curve is highest else -20,
            xanchor="right", showarrow=False, text=f"<b>{curve.name}</b> {number(curve.losses[-1])}",
            font={"color": color(curve.role, mode, text=True)},
        )  # fmt: skip


def _ticks(last: int) -> list[int]:
    return list(range(last + 1)) if last < 10 else [*range(0, last, 8), last]
