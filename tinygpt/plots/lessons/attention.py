"""Who looks at whom: weights as tiles.

Shapes in this file:
    T   characters in the text
"""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go
from torch import Tensor

from tinygpt.plots.look import LABEL, PALETTE, Mode, annotate, dress, glyph_ticks, outlined, shares
from tinygpt.spelling import number, spoken
from tinygpt.words.attention import softmax_step, who_looks

Tiles = list[list[float | None]]
SENTENCES = "%{customdata[0]}<br>%{customdata[1]}<extra></extra>"  # what a tile says: two lines of words


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
