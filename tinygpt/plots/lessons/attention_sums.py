"""What rows and columns of the weights sum to, and bars with one value for each character.

Shapes in this file:
    T   characters in the text
"""

from collections.abc import Sequence

import plotly.graph_objects as go
from torch import Tensor

from tinygpt.plots.lessons.attention import attention_heatmap, ticks
from tinygpt.plots.look import LABEL, MONO, PALETTE, TICK, Mode, color, dress, glyph
from tinygpt.spelling import number, spoken

LONGEST = 3.0  # tiles: the longest bar beside the map; a bar of 1 is as long as a tile is wide


def sums_figure(weights: Tensor, characters: Sequence[str], mode: Mode = "light") -> go.Figure:
    """The weights with a bar for the sum of each row at the right, and of each column below. `weights` is (T, T)."""
    T, p = len(characters), PALETTE[mode]
    figure = attention_heatmap(weights, characters, mode)
    rows, columns = weights.sum(1).tolist(), weights.sum(0).tolist()
    unit = min(1.0, LONGEST / max(rows + columns))
    for i, (across, down) in enumerate(zip(rows, columns, strict=True)):
        _bar(figure, mode, "weights", x0=T, x1=T + unit * across, y0=i - 0.3, y1=i + 0.3)
        _bar(figure, mode, "count", x0=i - 0.3, x1=i + 0.3, y0=T + 0.6, y1=T + 0.6 + unit * down)
        figure.add_annotation(x=T + unit * across, y=i, text=number(across), xanchor="left", xshift=4, **_words(mode))
        if T <= 12:  # more would run into each other
            low_end = {"x": i, "y": T + 0.6 + unit * down, "yanchor": "top", "yshift": -2}
            figure.add_annotation(text=number(down, 1), **low_end, **_words(mode, size=14))
    far = T + unit * max(rows) + 1.6
    low = T + 0.6 + unit * max(columns) + 1.0
    figure.add_annotation(x=T, y=-0.62, text="sum of the row", xanchor="left", yanchor="bottom", **_words(mode))
    figure.add_annotation(x=-0.5, y=low, text="sum of the column", xanchor="left", yanchor="top", **_words(mode))
    figure.update_xaxes(range=[-0.58, max(far, 1.4 * T + 0.5)], side="top", tickfont={"size": LABEL, "color": p.muted})
    figure.update_yaxes(range=[low + 0.8, -1.2])
    return figure.update_layout(height=max(460, 18 * T + 200))


def _bar(figure: go.Figure, mode: Mode, role: str, **corners: float) -> None:
    figure.add_shape(type="rect", fillcolor=color(role, mode), line={"width": 0}, **corners)


def _words(mode: Mode, size: int = TICK) -> dict:
    return {"showarrow": False, "font": {"size": size, "color": PALETTE[mode].muted}}


def bars_figure(
    values: Tensor, characters: Sequence[str], mode: Mode = "light", *, name: str, role: str = "weights",
    ceiling: float = 1.0,
) -> go.Figure:  # fmt: skip
    """One bar for each character, from 0 to `ceiling`, with its number on top. `values` is (T,); `name` says what."""
    p, numbers = PALETTE[mode], values.tolist()
    places = enumerate(zip(characters, numbers, strict=True))
    says = [f"{name} at {i}, {spoken(c)}: {number(v, 3)}" for i, (c, v) in places]
    figure = go.Figure(
        go.Bar(
            x=list(range(len(numbers))), y=numbers, marker_color=color(role, mode), width=0.7, cliponaxis=False,
            text=[number(v) for v in numbers], textposition="outside", textfont={"size": TICK, "color": p.ink},
            textangle=0, constraintext="none", hovertemplate="%{customdata}<extra></extra>",
            customdata=says,
        )
    )  # fmt: skip
    dress(figure, mode)
    figure.update_xaxes(**ticks([glyph(c, mode) for c in characters]), tickfont={"family": MONO, "size": LABEL})
    figure.update_yaxes(range=[0, ceiling * 1.16], showticklabels=False, showgrid=False)
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=8, text=f"<b>{name}</b>",
        showarrow=False, font={"size": LABEL, "color": p.ink},
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": p.rule, "width": 1})
    return figure.update_layout(height=260, margin={"l": 4, "r": 4, "t": 40, "b": 4})
