"""Who looks at whom: weights as tiles, the sums of their rows and columns, and bars with a value for each character.

Shapes in this file:
    T   characters in the text
"""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go
from torch import Tensor

from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode, annotate, color, dress, glyph_ticks, outlined, shares
from tinygpt.spelling import number, spoken
from tinygpt.words.attention import softmax_step, who_looks

Tiles = list[list[float | None]]
SENTENCES = "%{customdata[0]}<br>%{customdata[1]}<extra></extra>"  # what a tile says: two lines of words
LONGEST = 3.0  # tiles: the longest bar beside the map; a bar of 1 is as long as a tile is wide


def attention_heatmap(
    weights: Tensor, characters: Sequence[str], mode: Mode = "light", *, scaled: Tensor | None = None,
    row: int | None = None, note: str = "", looked_at: Sequence[str] | None = None,
) -> go.Figure:  # fmt: skip
    """Who looks at whom: a row per query, a column per key, no tile where nobody may look. `weights` is (T, T).

    `scaled`, (T, T), are the numbers before the softmax: pointing at a tile then shows its arithmetic. `row` is
    outlined and read aloud; `note` is written where there are no tiles. `looked_at` are the columns' characters, if a
    text of its own is looked at. Raises ValueError for another shape.
    """
    T, columns, p = len(characters), characters if looked_at is None else looked_at, PALETTE[mode]
    if weights.shape != (T, len(columns)):
        given = " x ".join(map(str, weights.shape))
        raise ValueError(f"{T} characters need a {T} x {len(columns)} matrix of weights, got {given}")
    tiles, gap = unmasked(weights), tile_gap(T)

    def says(i: int, j: int) -> str:
        return (
            f"{number(float(weights[i, j]), 3)} of its attention"
            if scaled is None
            else softmax_step(scaled[i], tiles[i], j)
        )

    heatmap = go.Heatmap(
        z=tiles, zmin=0, zmax=1, colorscale=shares(mode), customdata=tile_words(tiles, characters, says, columns),
        hovertemplate=SENTENCES, xgap=gap, ygap=gap,
    )  # fmt: skip
    figure = dress(go.Figure(heatmap), mode)
    side, size = {"showgrid": False, "constrain": "domain"}, LABEL if T <= 24 else 13
    figure.update_xaxes(side | glyph_ticks(columns, mode, size=size), range=[-0.58, len(columns) - 0.42], tickangle=0,
                        constraintoward="left")  # fmt: skip
    figure.update_yaxes(side | glyph_ticks(characters, mode, size=size, row=row), range=[T - 0.42, -0.58],
                        scaleanchor="x", constraintoward="top")  # fmt: skip
    if row is not None:
        shown = [w for w in tiles[row] if w is not None]
        end, most = len(shown) - 0.5, shown.index(max(shown))
        outlined(figure, row, end, mode)
        if end < 0.55 * T:  # there is room at the right of its tiles
            at = "itself" if most == row else spoken(characters[most])
            aloud = f"{spoken(characters[row])} looks most at {at}"
            annotate(figure, end, row, aloud, p.ink, xanchor="left", xshift=8)
    if note:
        annotate(figure, 0.82 * T, 0.14 * T, note, p.muted)
    return figure


def unmasked(weights: Tensor) -> Tiles:
    """The weights as rows of numbers, None where the future is masked: above the diagonal, if all of it is 0. (T, T)"""
    causal = not bool(weights.triu(1).any())
    return [
        [None if causal and j > i else float(w) for j, w in enumerate(row)] for i, row in enumerate(weights.tolist())
    ]


def tile_words(
    tiles: Tiles, characters: Sequence[str], says: Callable[[int, int], str], columns: Sequence[str]
) -> list[list[list[str]]]:
    """What each tile says when somebody points at it: who looks at whom, and what `says` makes of it. (T, T, 2)"""
    return [
        [
            ["", ""] if w is None else [who_looks(i, characters[i], j, columns[j]), says(i, j)]
            for j, w in enumerate(row)
        ]
        for i, row in enumerate(tiles)
    ]  # fmt: skip


def tile_gap(T: int) -> int:
    """Pixels between two tiles: less when tiles are small."""
    return 2 if T <= 32 else 1


def sums_figure(weights: Tensor, characters: Sequence[str], mode: Mode = "light") -> go.Figure:
    """The weights with a bar for the sum of each row at the right, and of each column below. `weights` is (T, T)."""
    T, muted = len(characters), PALETTE[mode].muted
    figure = attention_heatmap(weights, characters, mode)
    rows, columns = weights.sum(1).tolist(), weights.sum(0).tolist()
    unit = min(1.0, LONGEST / max(rows + columns))
    for i, (across, down) in enumerate(zip(rows, columns, strict=True)):
        right, low = T + unit * across, T + 0.6 + unit * down
        bars = [("weights", T, right, i - 0.3, i + 0.3), ("count", i - 0.3, i + 0.3, T + 0.6, low)]
        for role, x0, x1, y0, y1 in bars:
            place = {"x0": x0, "x1": x1, "y0": y0, "y1": y1, "line_width": 0}
            figure.add_shape(type="rect", fillcolor=color(role, mode), **place)
        annotate(figure, right, i, number(across), muted, size=TICK, xanchor="left", xshift=4)
        if T <= 12:  # more would run into each other
            annotate(figure, i, low, number(down, 1), muted, size=14, yanchor="top", yshift=-2)
    far = T + unit * max(rows) + 1.6
    low = T + 0.6 + unit * max(columns) + 1.0
    annotate(figure, T, -0.62, "row sum", muted, size=TICK, xanchor="left", yanchor="bottom")
    annotate(figure, -0.5, low, "column sum", muted, size=TICK, xanchor="left", yanchor="top")
    figure.update_xaxes(range=[-0.58, max(far, 1.4 * T + 0.5)], side="top", tickfont={"size": LABEL, "color": muted})
    figure.update_yaxes(range=[low + 0.8, -1.2])
    return figure.update_layout(height=max(460, 18 * T + 200))


def bars_figure(
    values: Tensor, characters: Sequence[str], mode: Mode = "light", *, name: str, role: str = "weights",
    ceiling: float = 1.0,
) -> go.Figure:  # fmt: skip
    """One bar for each character, from 0 to `ceiling`, with its number on top. `values` is (T,); `name` says what."""
    p, numbers = PALETTE[mode], values.tolist()
    says = [
        f"{name} at {i}, {spoken(c)}: {number(v, 3)}" for i, (c, v) in enumerate(zip(characters, numbers, strict=True))
    ]
    bars = go.Bar(
        x=list(range(len(numbers))), y=numbers, marker_color=color(role, mode), width=0.7, cliponaxis=False,
        text=[number(v) for v in numbers], textposition="outside", textfont={"size": TICK, "color": p.ink},
        textangle=0, constraintext="none", hovertemplate="%{customdata}<extra></extra>", customdata=says,
    )  # fmt: skip
    figure = dress(go.Figure(bars), mode)
    figure.update_xaxes(glyph_ticks(characters, mode))
    figure.update_yaxes(range=[0, ceiling * 1.16], showticklabels=False, showgrid=False)
    corner = {"xref": "paper", "xanchor": "left", "yref": "paper", "yanchor": "bottom", "yshift": 8}
    annotate(figure, 0, 1, f"<b>{name}</b>", p.ink, size=LABEL, **corner)
    figure.add_hline(y=0, line={"color": p.rule, "width": 1})
    return figure.update_layout(height=260, margin={"l": 4, "r": 4, "t": 40, "b": 4})
