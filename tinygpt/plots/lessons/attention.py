"""Who looks at whom: attention weights as tiles, and the sentences that go with them.

Shapes in this file:
    T   characters in the text
"""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go
import torch
from torch import Tensor

from tinygpt.plots.look import LABEL, MONO, PALETTE, Mode, dress, glyph, number, shares, spoken, thousands

SENTENCES = "%{customdata[0]}<br>%{customdata[1]}<extra></extra>"  # what a tile says: two lines of words
RAISED = str.maketrans("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


class Look(NamedTuple):
    """One character looks at another: `row` is the place that looks, `column` the place looked at."""

    row: int
    column: int
    weight: float


def strongest_look(weights: Tensor, *, rows: range | None = None) -> Look:
    """The largest weight below the first row, where it is always 1; or among `rows`. `weights` is (T, T)."""
    rows = rows or range(min(1, len(weights) - 1), len(weights))
    part = weights[rows.start : rows.stop]  # (rows, T)
    row, column = divmod(int(part.argmax()), part.shape[1])
    return Look(rows.start + row, column, float(part[row, column]))


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
    tiles = visible(weights)
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


def visible(weights: Tensor) -> list[list[float | None]]:
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


def who_looks(row: int, looking: str, column: int, looked_at: str) -> str:
    """ "1, a space, looks at 0, 'a'"."""
    return f"{row}, {spoken(looking)}, looks at {column}, {spoken(looked_at)}"


def softmax_step(scaled: Tensor, row: list[float | None], j: int) -> str:
    """One weight as the softmax makes it, e^score over the sum of its row: "e^(1.0986) ÷ 4.00 = 0.750"."""
    seen = torch.tensor([w is not None for w in row])
    total = float(scaled[seen].double().exp().sum())
    return f"e^({number(float(scaled[j]), 4)}) \u00f7 {amount(total)} = {number(row[j] or 0.0, 3)}"


def amount(value: float) -> str:
    """A positive number of any size in a few characters: 4.00, 115 870, and what e to a large score gives: 4.4·10²⁸."""
    if not 10_000 <= value < float("inf"):
        return number(value)
    if value < 1e6:
        return thousands(round(value))
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}\u00b710{str(int(exponent)).translate(RAISED)}"


def gap(T: int) -> int:
    """Pixels between two tiles: less when tiles are small."""
    return 2 if T <= 32 else 1


def look_for(weights: Tensor, characters: Sequence[str]) -> str:
    """The strongest tile below the first row, and the most even row, as sentences. `weights` is (T, T)."""
    if len(characters) == 1:
        return "the only tile: a single character can look at nothing but itself."
    i, j, w = strongest_look(weights)
    words = (
        f"the strongest tile below the first row: position {i}, {spoken(characters[i])}, puts {number(w)} of its "
        f"attention on position {j}, {spoken(characters[j])}."
    )
    if len(characters) < 4:
        return words
    r = min(range(2, len(characters)), key=lambda r: float(weights[r].max()) * (r + 1))
    return words + (
        f" The most even row is {r}, {spoken(characters[r])}: its largest weight is {number(float(weights[r].max()))}, "
        f"where an even share would be {number(1 / (r + 1))}."
    )


def alt(weights: Tensor, characters: Sequence[str]) -> str:
    """The figure in words, for those who do not see it."""
    T, (i, j, w) = len(characters), strongest_look(weights)
    future = "nothing above the diagonal; " if T > 1 and not bool(weights.triu(1).any()) else ""
    return (
        f"Attention weights as a {T} by {T} matrix: rows look, columns are looked at; {future}the strongest below the "
        f"first row is {number(w)}, from {spoken(characters[i])} at {i} to {spoken(characters[j])} at {j}."
    )
