"""Four pictures of one formula: scores, scaled, masked, weights, the chosen row outlined through all of them.

Shapes in this file:
    T   characters in the text      hs  head_size
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from torch import Tensor

from tinygpt.attention import Stages
from tinygpt.plots.lessons.attention import SENTENCES, gap, ticks, unmasked
from tinygpt.plots.look import LABEL, MONO, PALETTE, TICK, Mode, dress, glyph, shares, signed
from tinygpt.spelling import INFINITY, MINUS, number, spoken
from tinygpt.words.attention import softmax_step, who_looks

Tiles = list[list[float | None]]
NARROW = 12  # characters; more need the whole width of a page
ACROSS, DOWN = ((0, 0.435), (0.565, 1)), ((0.57, 1), (0, 0.43))  # where the four stand


class Panel(NamedTuple):
    """One of the four: its name, what was done, its tiles, what a tile says, what the empty triangle says."""

    name: str
    step: str
    tiles: Tiles
    says: Callable[[int, int], str]
    nothing: str = ""


def stages_figure(
    stages: Stages, characters: Sequence[str], mode: Mode = "light", *, step: str, row: int, column: int | None = None
) -> go.Figure:
    """The four stages of one head, each (T, T), two by two. `step` names the second one, such as "÷ √16".

    `row` is outlined through all four, and the tile at `column` once more. No tile stands where the future is masked:
    the empty triangle says −∞ in the scores and 0 in the weights.
    """
    T, limit = len(characters), max(1.0, float(stages.scores.abs().max()))
    four = panels(stages, step)
    layout: dict = {"height": 600 if T <= NARROW else 900, "margin": {"l": 4, "r": 4, "t": 34, "b": 64}}
    for i in range(len(four)):
        layout |= _sides(i, characters, mode, row)
    figure = go.Figure(
        data=[_heatmap(panel, i, characters, mode, limit) for i, panel in enumerate(four)],
        layout=layout | {
            "shapes": [box for i in range(len(four)) for box in _outlines(i, T, mode, row, column)],
            "annotations": [note for i, panel in enumerate(four) for note in _words(i, panel, T, mode)],
        },
    )  # fmt: skip
    return dress(figure, mode)


def panels(stages: Stages, step: str) -> tuple[Panel, Panel, Panel, Panel]:
    """The four stages with their words. Each stage is (T, T)."""
    scores, scaled = stages.scores.tolist(), stages.scaled.tolist()
    weights = unmasked(stages.weights)
    return (
        Panel("Scores", "q\u00b7k", scores, lambda i, j: f"q[{i}] \u00b7 k[{j}] = {number(scores[i][j])}"),
        Panel("Scaled", step, scaled, lambda i, j: f"{number(scores[i][j])} {step} = {number(scaled[i][j])}"),
        Panel(
            "Masked", f"future {MINUS}{INFINITY}", finite(stages.masked),
            lambda i, j: f"not the future: stays {number(scaled[i][j])}", MINUS + INFINITY,
        ),
        Panel("Weights", "softmax", weights, lambda i, j: softmax_step(stages.scaled[i], weights[i], j), "0"),
    )  # fmt: skip


def axis(panel: int) -> str:
    """How Plotly counts the axes of the panels 0, 1, 2 ...: "", "2", "3" ..."""
    return str(panel + 1) if panel else ""


def finite(values: Tensor) -> Tiles:
    """The numbers of a (T, T) matrix, None where it is −∞: there is no tile."""
    return [[None if w == float("-inf") else w for w in row] for row in values.tolist()]


def _heatmap(panel: Panel, i: int, characters: Sequence[str], mode: Mode, limit: float) -> dict:
    """The tiles of one panel, with what they say and, under two of the panels, how to read the colors."""
    share, T = panel.name == "Weights", len(characters)
    words = [
        [
            ["", ""] if value is None else [who_looks(i, characters[i], j, characters[j]), panel.says(i, j)]
            for j, value in enumerate(row)
        ]
        for i, row in enumerate(panel.tiles)
    ]
    return {
        "type": "heatmap", "xaxis": f"x{axis(i)}", "yaxis": f"y{axis(i)}", "z": panel.tiles, "customdata": words,
        "zmin": 0 if share else -limit, "zmax": 1 if share else limit, "xgap": gap(T), "ygap": gap(T),
        "colorscale": shares(mode) if share else signed(mode), "hovertemplate": SENTENCES,
        "showscale": panel.name in ("Masked", "Weights"), "colorbar": _color_bar(share, limit, mode),
    }  # fmt: skip


def _color_bar(share: bool, limit: float, mode: Mode) -> dict:
    """How to read the colors: one strip for the three signed panels, one for the weights."""
    ends = [0, 0.25, 1] if share else [-limit, 0, limit]
    words = ["0", "0.25", "1"] if share else [number(-limit, 0), "0", f"+{number(limit, 0)}"]
    return {
        "orientation": "h", "x": 1 if share else 0, "xanchor": "right" if share else "left", "y": -0.08,
        "yanchor": "top", "len": 0.43, "thickness": 10, "outlinewidth": 0, "xpad": 0, "ypad": 0,
        "tickvals": ends, "ticktext": words, "tickfont": {"size": TICK, "color": PALETTE[mode].muted},
        "ticklabeloverflow": "allow",
    }  # fmt: skip


def _outlines(i: int, T: int, mode: Mode, row: int, column: int | None) -> list[dict]:
    """A line of ink round the row that looks, and a thicker one round the chosen tile."""
    place = {"type": "rect", "xref": f"x{axis(i)}", "yref": f"y{axis(i)}", "y0": row - 0.5, "y1": row + 0.5}
    boxes = [(-0.5, T - 0.5, 2)] + ([] if column is None else [(column - 0.5, column + 0.5, 4)])
    ink = PALETTE[mode].ink
    return [place | {"x0": x0, "x1": x1, "line": {"color": ink, "width": width}} for x0, x1, width in boxes]


def _sides(i: int, characters: Sequence[str], mode: Mode, row: int) -> dict:
    """Where panel `i` stands, and the characters along both sides of it; the row's in bold."""
    T, (down, across) = len(characters), divmod(i, 2)
    font = {"family": MONO, "size": LABEL if T <= NARROW else 14}
    side = {"tickfont": font, "showgrid": False, "constrain": "domain"}
    labels = [glyph(c, mode, selected=t == row) for t, c in enumerate(characters)]
    return {
        f"xaxis{axis(i)}": side | ticks([glyph(c, mode) for c in characters]) | {
            "anchor": f"y{axis(i)}", "domain": ACROSS[across], "range": [-0.58, T - 0.42], "tickangle": 0,
            "constraintoward": "left",
        },
        f"yaxis{axis(i)}": side | ticks(labels) | {
            "anchor": f"x{axis(i)}", "domain": DOWN[down], "range": [T - 0.42, -0.58],
            "constraintoward": "top" if down else "bottom",  # where it is narrow, the four stay together
            "scaleanchor": f"x{axis(i)}",
        },
    }  # fmt: skip


def _words(i: int, panel: Panel, T: int, mode: Mode) -> list[dict]:
    """The name of a panel, and what its empty triangle stands for."""
    notes = [_title(i, f"{i + 1}\u2002{panel.name}", mode, panel.step)]
    if panel.nothing and T > 2 and panel.tiles[0][-1] is None:
        place = {"x": 0.72 * T, "y": 0.16 * T, "xref": f"x{axis(i)}", "yref": f"y{axis(i)}"}
        font = {"size": LABEL, "color": PALETTE[mode].muted}
        notes.append({"text": panel.nothing, "showarrow": False, "font": font} | place)
    return notes


def _title(i: int, words: str, mode: Mode, step: str = "") -> dict:
    """A short bold name over a panel, and what was done in gray."""
    return {
        "text": f'<b>{words}</b>\u2002<span style="color:{PALETTE[mode].muted}">{step}</span>', "showarrow": False,
        "x": 0, "xref": f"x{axis(i)} domain", "xanchor": "left", "y": 1, "yref": f"y{axis(i)} domain",
        "yanchor": "bottom", "yshift": 4, "font": {"size": LABEL, "color": PALETTE[mode].ink},
    }  # fmt: skip


def vectors_figure(vectors: dict[str, Tensor], characters: Sequence[str], mode: Mode = "light") -> go.Figure:
    """Several matrices of one text under each other, a row per character: {name: (T, hs)}."""
    T, count = len(characters), len(vectors)
    height = count * ((22 if T <= NARROW else 15) * max(T, 4) + 44)
    figure = make_subplots(count, 1, vertical_spacing=44 / height)
    limit = max(1e-6, *(float(matrix.abs().max()) for matrix in vectors.values()))
    for n, (name, matrix) in enumerate(vectors.items()):
        figure.add_trace(_vectors(name, matrix, characters, mode, limit), row=n + 1, col=1)
        figure.add_annotation(_title(n, name, mode))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(
        **ticks([glyph(c, mode) for c in characters]), autorange="reversed", showgrid=False,
        tickfont={"family": MONO, "size": LABEL if T <= NARROW else 13},
    )  # fmt: skip
    return dress(figure, mode).update_layout(height=height, margin={"l": 4, "r": 4, "t": 34, "b": 4})


def _vectors(name: str, matrix: Tensor, characters: Sequence[str], mode: Mode, limit: float) -> go.Heatmap:
    """A row of tiles for each character. `matrix` is (T, hs)."""
    rows, hs = matrix.tolist(), matrix.shape[1]
    words = [
        [[f"{name} of {i}, {spoken(c)}", f"number {j} of {hs}: {number(value)}"] for j, value in enumerate(row)]
        for i, (c, row) in enumerate(zip(characters, rows, strict=True))
    ]
    return go.Heatmap(
        z=rows, zmin=-limit, zmax=limit, colorscale=signed(mode), customdata=words, hovertemplate=SENTENCES,
        xgap=2 if hs <= 64 else 0, ygap=2,
    )  # fmt: skip
