"""Who looks at whom: attention weights as tiles, and the sentences that go with them.

Shapes in this file:
    T   characters in the text
"""

from collections.abc import Sequence

import plotly.graph_objects as go
from torch import Tensor

from tinygpt.plots.look import LABEL, MONO, PALETTE, Mode, dress, glyph, shares
from tinygpt.spelling import number, spoken
from tinygpt.words.attention import softmax_step, who_looks

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
    T, columns = len(characters), characters if looked_at is None else looked_at
    if weights.shape != (T, len(columns)):
        given = " x ".join(map(str, weights.shape))
        raise ValueError(f"{T} characters need a {T} x {len(columns)} matrix of weights, got {given}")
    tiles = unmasked(weights)
    figure = go.Figure(
        go.Heatmap(
            z=tiles, zmin=0, zmax=1, colorscale=shares(mode), customdata=arithmetic(tiles, characters, scaled, columns),
            hovertemplate=SENTENCES, xgap=gap(T), ygap=gap(T),
        )
    )  # fmt: skip
    name_the_sides(dress(figure, mode), characters, mode, row, columns=columns)
    if row is not None:
        read_aloud(figure, row, tiles[row], characters, mode)
    if note:
        place = {"x": 0.82 * T, "y": 0.14 * T}
        figure.add_annotation(place, text=note, showarrow=False, font={"color": PALETTE[mode].muted})
    return figure


def name_the_sides(
    figure: go.Figure, characters: Sequence[str], mode: Mode, row: int | None, *, columns: Sequence[str] | None = None
) -> None:
    """Characters along both sides of a square; the selected row's in bold."""
    columns = characters if columns is None else columns
    T, size = len(characters), LABEL if len(characters) <= 24 else 13
    side = {"tickfont": {"family": MONO, "size": size}, "showgrid": False, "constrain": "domain"}
    figure.update_xaxes(
        side, **ticks([glyph(c, mode) for c in columns]), range=[-0.58, len(columns) - 0.42], tickangle=0,
        constraintoward="left",
    )  # fmt: skip
    figure.update_yaxes(
        side, **ticks([glyph(c, mode, selected=i == row) for i, c in enumerate(characters)]), range=[T - 0.42, -0.58],
        scaleanchor="x", constraintoward="top",
    )  # fmt: skip


def ticks(labels: list[str]) -> dict[str, list]:
    """A label at each place. Places, not characters: equal characters would fall into one row."""
    return {"tickvals": list(range(len(labels))), "ticktext": labels}


def read_aloud(figure: go.Figure, row: int, tiles: list[float | None], characters: Sequence[str], mode: Mode) -> None:
    """A line of ink round one row of tiles and, where there is room at its right, what that row looks at most."""
    p, T = PALETTE[mode], len(characters)
    shown = [w for w in tiles if w is not None]
    end, most = len(shown) - 0.5, shown.index(max(shown))
    box = {"x0": -0.5, "x1": end, "y0": row - 0.5, "y1": row + 0.5}
    figure.add_shape(type="rect", **box, line={"color": p.ink, "width": 2.5})
    if end < 0.55 * T:
        at = "itself" if most == row else spoken(characters[most])
        figure.add_annotation(
            x=end, y=row, text=f"{spoken(characters[row])} looks most at {at}", showarrow=False, xanchor="left",
            xshift=8, font={"color": p.ink},
        )  # fmt: skip


def unmasked(weights: Tensor) -> list[list[float | None]]:
    """The weights as rows of numbers, None where the future is masked: above the diagonal, if all of it is 0. (T, T)"""
    causal = not bool(weights.triu(1).any())
    return [
        [None if causal and j > i else float(w) for j, w in enumerate(row)] for i, row in enumerate(weights.tolist())
    ]


def arithmetic(
    tiles: list[list[float | None]], characters: Sequence[str], scaled: Tensor | None,
    columns: Sequence[str] | None = None,
) -> list[list[list[str]]]:  # fmt: skip
    """What each tile says when somebody points at it: who looks at whom, and how the number came about. (T, T, 2)"""
    columns = characters if columns is None else columns
    return [
        [
            ["", ""] if w is None
            else [
                who_looks(i, characters[i], j, columns[j]),
                f"{number(w, 3)} of its attention" if scaled is None else softmax_step(scaled[i], row, j),
            ]
            for j, w in enumerate(row)
        ]
        for i, row in enumerate(tiles)
    ]  # fmt: skip


def gap(T: int) -> int:
    """Pixels between two tiles: less when tiles are small."""
    return 2 if T <= 32 else 1
