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
from tinygpt.plots.lessons.attention import SENTENCES, Tiles, tile_gap, tile_words, unmasked
from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode, dress, glyph_ticks, shares, signed
from tinygpt.spelling import INFINITY, MINUS, number, spoken
from tinygpt.words.attention import softmax_step

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
    T, limit, p = len(characters), max(1.0, float(stages.scores.abs().max())), PALETTE[mode]
    heatmaps, boxes, notes = [], [], []
    layout: dict = {"height": 600 if T <= NARROW else 900, "margin": {"l": 4, "r": 4, "t": 34, "b": 64}}
    outlines = [(-0.5, T - 0.5, 2)] + ([] if column is None else [(column - 0.5, column + 0.5, 4)])
    for i, panel in enumerate(panels(stages, step)):
        layout |= _sides(i, characters, mode, row)
        heatmaps.append(_heatmap(panel, i, characters, mode, limit))
        place = {"xref": f"x{axis(i)}", "yref": f"y{axis(i)}"}
        boxes += [
            {"type": "rect", "y0": row - 0.5, "y1": row + 0.5, "x0": x0, "x1": x1,
             "line": {"color": p.ink, "width": width}} | place
            for x0, x1, width in outlines
        ]  # fmt: skip
        notes.append(_title(i, f"{i + 1}\u2002{panel.name}", mode, panel.step))
        if panel.nothing and T > 2 and panel.tiles[0][-1] is None:
            font = {"size": LABEL, "color": p.muted}
            notes.append(
                {"text": panel.nothing, "showarrow": False, "font": font, "x": 0.72 * T, "y": 0.16 * T} | place
            )
    return dress(go.Figure(heatmaps, layout | {"shapes": boxes, "annotations": notes}), mode)


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
    """The tiles of one panel; under one of the three signed ones, and under the weights, how to read the colors."""
    share, gap = panel.name == "Weights", tile_gap(len(characters))
    words = ["0", "0.25", "1"] if share else [number(-limit, 0), "0", f"+{number(limit, 0)}"]
    color_bar = {
        "orientation": "h", "x": 1 if share else 0, "xanchor": "right" if share else "left", "y": -0.08,
        "yanchor": "top", "len": 0.43, "thickness": 10, "outlinewidth": 0, "xpad": 0, "ypad": 0,
        "tickvals": [0, 0.25, 1] if share else [-limit, 0, limit], "ticktext": words,
        "tickfont": {"size": TICK, "color": PALETTE[mode].muted}, "ticklabeloverflow": "allow",
    }  # fmt: skip
    return {
        "type": "heatmap", "xaxis": f"x{axis(i)}", "yaxis": f"y{axis(i)}", "z": panel.tiles, "xgap": gap, "ygap": gap,
        "customdata": tile_words(panel.tiles, characters, panel.says, characters), "hovertemplate": SENTENCES,
        "zmin": 0 if share else -limit, "zmax": 1 if share else limit,
        "colorscale": shares(mode) if share else signed(mode), "showscale": panel.name in ("Masked", "Weights"),
        "colorbar": color_bar,
    }  # fmt: skip


def _sides(i: int, characters: Sequence[str], mode: Mode, row: int) -> dict:
    """Where panel `i` stands, and the characters along both sides of it; the row's in bold."""
    T, (down, across) = len(characters), divmod(i, 2)
    size = LABEL if T <= NARROW else 14
    return {
        f"xaxis{axis(i)}": glyph_ticks(characters, mode, size=size) | {
            "showgrid": False, "constrain": "domain", "anchor": f"y{axis(i)}", "domain": ACROSS[across],
            "range": [-0.58, T - 0.42], "tickangle": 0, "constraintoward": "left",
        },
        f"yaxis{axis(i)}": glyph_ticks(characters, mode, size=size, row=row) | {
            "showgrid": False, "constrain": "domain", "anchor": f"x{axis(i)}", "domain": DOWN[down],
            "range": [T - 0.42, -0.58], "scaleanchor": f"x{axis(i)}",
            "constraintoward": "top" if down else "bottom",  # where it is narrow, the four stay together
        },
    }  # fmt: skip


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
        rows, hs = matrix.tolist(), matrix.shape[1]
        words = [
            [[f"{name} of {i}, {spoken(c)}", f"number {j} of {hs}: {number(value)}"] for j, value in enumerate(row)]
            for i, (c, row) in enumerate(zip(characters, rows, strict=True))
        ]
        tiles = go.Heatmap(z=rows, zmin=-limit, zmax=limit, colorscale=signed(mode), customdata=words,
                           hovertemplate=SENTENCES, xgap=2 if hs <= 64 else 0, ygap=2)  # fmt: skip
        figure.add_trace(tiles, row=n + 1, col=1)
        figure.add_annotation(_title(n, name, mode))
    figure.update_xaxes(visible=False)
    size = LABEL if T <= NARROW else 13
    figure.update_yaxes(glyph_ticks(characters, mode, size=size), autorange="reversed", showgrid=False)
    return dress(figure, mode).update_layout(height=height, margin={"l": 4, "r": 4, "t": 34, "b": 4})
