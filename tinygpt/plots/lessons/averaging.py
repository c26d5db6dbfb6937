"""The figures of the mathematical trick: points and their means, matrices that average, times, equal bits.

Shapes in this file:
    B   sequences in the batch      C   channels, here 2
    T   positions
"""

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from torch import Tensor

from tinygpt.plots.drawing import GAP, Tile, dot, line, outline, rect, shade, svg, tiles, words
from tinygpt.plots.lessons.attention import unmasked
from tinygpt.plots.lessons.attention_stages import finite
from tinygpt.plots.look import LABEL, PALETTE, TICK, Mode, annotate, color, dress, shares
from tinygpt.plots.losses.ends import moved_apart
from tinygpt.spelling import number

PLANE, REACH = 420, 2.5  # px; the plane shows -REACH to REACH of both channels
CELL = 44  # px
SQUARE = 460  # px, the matrix of averages, whatever its T
FEW = 12  # positions: so many tiles have room for their numbers


def plane(x: Tensor, xbow: Tensor, t: int, mode: Mode) -> str:
    """Points x[0] to x[T-1], those up to `t` solid, and their mean, with a trail of earlier means. Both (T, 2)."""
    p, mean = PALETTE[mode], color("heads", mode)
    spots, means = (
        [(PLANE / 2 * (1 + a / REACH), PLANE / 2 * (1 - b / REACH)) for a, b in points.tolist()] for points in (x, xbow)
    )
    parts = [line(20, PLANE / 2, PLANE - 20, PLANE / 2, p.rule), line(PLANE / 2, 20, PLANE / 2, PLANE - 20, p.rule)]
    parts += [words(PLANE - 20, PLANE / 2 + 16, "channel 0", p.muted, size=14, anchor="end")]
    parts += [words(PLANE / 2 + 8, 24, "channel 1", p.muted, size=14)]
    parts += [line(*spots[i], *means[t], p.gray, thick=1) for i in range(t + 1)]
    parts += [dot(*spot, 3, fill=mean) for spot in means[:t]]
    for i, (left, top) in enumerate(spots):
        seen = i <= t
        fill, stroke = (color("bigram", mode), "") if seen else (p.paper, p.gray)
        parts.append(dot(left, top, 7, fill=fill, stroke=stroke))
        parts.append(words(left + 12, top - 10, str(i), p.ink if seen else p.muted, size=15, bold=i == t))
    left, top = means[t]
    parts.append(rect(left - 8, top - 8, 16, 16, fill=mean, stroke=p.ink))
    return svg(PLANE, PLANE, *parts)


def means_table(x: Tensor, xbow: Tensor, t: int, mode: Mode) -> str:
    """x beside xbow as numbers; what row `t` averages is outlined at the left, its mean at the right. Both (T, 2)."""
    p, T = PALETTE[mode], len(x)
    limit, top, gap = float(x.abs().max()), 30, 60
    right = 30 + 2 * 76 + gap
    parts = [words(30, 12, "x", p.ink, bold=True), words(right, 12, "xbow", p.ink, bold=True)]
    for i in range(T):
        parts.append(words(14, top + (i + 0.5) * 38, str(i), p.ink if i <= t else p.muted, size=TICK, anchor="middle"))
        for left, values in ((30, x[i]), (right, xbow[i])):
            for c, value in enumerate(values.tolist()):
                x0, y0 = left + c * 76, top + i * 38
                if i <= t:
                    fill, _ = shade(value, mode, signed=True, limit=2 * limit)
                    parts.append(rect(x0 + GAP / 2, y0 + GAP / 2, 76 - GAP, 38 - GAP, fill=fill))
                ink = p.ink if i <= t else p.muted
                parts.append(words(x0 + 38, y0 + 19, number(value), ink, size=TICK, anchor="middle"))
    parts.append(rect(30, top, 2 * 76, (t + 1) * 38, stroke=p.ink, thick=2.5))
    parts.append(rect(right, top + t * 38, 2 * 76, 38, stroke=p.ink, thick=2.5))
    return svg(right + 2 * 76 + 4, top + T * 38 + 4, *parts)


def product(a: Tensor, b: Tensor, i: int, j: int, mode: Mode) -> str:
    """a @ b = c with row `i` of a and column `j` of b outlined, which make c[i, j]. (3, 3), (3, 2)"""
    p, c = PALETTE[mode], a @ b
    parts, left = [], 4.0
    row, column, cell = (0, i, a.shape[1], 1), (j, 0, 1, len(b)), (j, i, 1, 1)  # across, down, width, height
    for name, matrix, sign, box in (("a", a, "@", row), ("b", b, "=", column), ("c", c, "", cell)):
        limit = float(matrix.abs().max()) * 1.6
        parts.append(words(left + 2, 12, name, p.ink, bold=True))
        whole = bool((matrix == matrix.round()).all())
        parts.append(tiles(matrix.tolist(), mode, x=left, y=30, cell=52, limit=limit, digits=0 if whole else 2))
        across, down, width, height = (52 * n for n in box)
        parts.append(rect(left + across, 30 + down, width, height, stroke=p.ink, thick=2.5))
        left += matrix.shape[1] * 52 + 14
        parts.append(words(left, 30 + 78, sign, p.ink, anchor="middle"))
        left += 18
    return svg(left, 30 + 3 * 52 + 6, *parts)


def softmax_stage(values: Sequence[Sequence[Tile]], mode: Mode, *, digits: int = 2, sums: Sequence[float] = ()) -> str:
    """A square of numbers at one stage of the softmax; `sums` stand at the right of its rows."""
    p, T = PALETTE[mode], len(values)
    parts = [tiles(values, mode, x=28, y=2, cell=CELL, digits=digits)]
    for i in range(T):
        parts.append(words(14, 2 + (i + 0.5) * CELL, str(i), p.muted, size=TICK, anchor="middle"))
        parts.append(words(28 + (i + 0.5) * CELL, T * CELL + 16, str(i), p.muted, size=TICK, anchor="middle"))
    parts += [
        words(28 + T * CELL + 12, 2 + (i + 0.5) * CELL, f"sum {number(total, 3)}", p.muted, size=15)
        for i, total in enumerate(sums)
    ]
    return svg(28 + T * CELL + 100, T * CELL + 30, *parts)


def shares_matrix(wei: Tensor, mode: Mode) -> str:
    """How much each position takes from each, the last row outlined, with the sums at the sides. `wei` is (T, T)."""
    T, p = len(wei), PALETTE[mode]
    cell = min(46.0, SQUARE / T)
    small = min(15.0, 0.42 * cell)
    left, end = 28.0, 28 + T * cell
    parts = [tiles(unmasked(wei), mode, x=left, y=2, cell=cell, digits=3 if T <= FEW else None)]
    for i in range(T):
        middle = (i + 0.5) * cell
        parts.append(words(14, 2 + middle, str(i), p.muted, size=small + 1, anchor="middle"))
        parts.append(words(left + middle, T * cell + 15, str(i), p.muted, size=small + 1, anchor="middle"))
        parts.append(words(end + 10, 2 + middle, number(float(wei[i].sum())), p.muted, size=small))
        column = number(float(wei[:, i].sum()), 3 if T <= FEW else 2)
        parts.append(words(left + middle, T * cell + 38, column, p.muted, size=small, anchor="middle"))
    parts.append(words(end + 10, T * cell + 38, "sums", p.muted, size=14))
    parts.append(outline(T - 1, T, mode, x=left, y=2, cell=cell))
    return svg(28 + SQUARE + 70, SQUARE + 52, *parts)


def three_matrices(matrices: Sequence[tuple[str, Tensor]], mode: Mode) -> go.Figure:
    """Matrices side by side, each with its name; -inf has no tile. Each is (T, T)."""
    figure = make_subplots(1, len(matrices), horizontal_spacing=0.05)
    for n, (name, matrix) in enumerate(matrices, 1):
        figure.add_trace(go.Heatmap(z=finite(matrix), zmin=0, zmax=1, colorscale=shares(mode), xgap=2, ygap=2,
                                    hovertemplate="row %{y}, column %{x}: %{z:.3f}<extra></extra>"), 1, n)  # fmt: skip
        T, side = len(matrix), {"showticklabels": False, "constrain": "domain"}
        figure.update_xaxes(side, range=[-0.6, T - 0.4], constraintoward="left", row=1, col=n)
        figure.update_yaxes(side, range=[T - 0.4, -1.8], scaleanchor=f"x{n if n > 1 else ''}", showgrid=False,
                            constraintoward="top", row=1, col=n)  # fmt: skip
        annotate(figure, -0.5, -1.2, f"<b>{n}</b>  {name}", PALETTE[mode].ink, xanchor="left", row=1, col=n)
    return dress(figure, mode)


STYLES = {"loop": ("bigram", "solid"), "product": ("head", "dash"), "softmax": ("heads", "dot")}  # hue, dash
NAME_GAP = 0.28  # powers of ten from the name of one line to the next


def times_chart(sizes: Sequence[int], times: Mapping[str, Sequence[float]], mode: Mode) -> go.Figure:
    """Microseconds against T for each version, both axes logarithmic; a version has its own hue, dash and name."""
    figure = go.Figure()
    lowest_first = sorted(times, key=lambda name: times[name][-1])
    heights = moved_apart([math.log10(times[name][-1]) for name in lowest_first], NAME_GAP)
    for name, values in times.items():
        (role, dash), y = STYLES[name], heights[lowest_first.index(name)]
        figure.add_scatter(
            x=list(sizes), y=list(values), mode="lines+markers", marker={"size": 9},
            line={"color": color(role, mode), "dash": dash, "width": 3},
            hovertemplate=f"{name}, T = %{{x}}: %{{y:,.0f}} \u00b5s<extra></extra>",
        )  # fmt: skip
        ink = color(role, mode, text=True)
        annotate(figure, math.log10(sizes[-1]), y, f"<b>{name}</b>", ink, xshift=12, xanchor="left")
    ticks = {10: "10 \u00b5s", 100: "100 \u00b5s", 1_000: "1 ms", 10_000: "10 ms", 100_000: "100 ms"}
    figure.update_yaxes(type="log", tickvals=list(ticks), ticktext=list(ticks.values()))
    named = {"tickvals": list(sizes[1::2]), "ticktext": list(map(str, sizes[1::2]))}
    figure.update_xaxes(named, type="log", title="T", tickangle=0)
    return dress(figure, mode).update_layout(height=320, margin_r=90)


def equal_cells(a: Tensor, b: Tensor, mode: Mode) -> go.Figure:
    """Where two (B, T, C) have the same bits: a plain tile; where not, a dark one with a cross. A panel a sequence."""
    B, T, C = a.shape
    figure = make_subplots(1, B, horizontal_spacing=0.06)
    for s in range(B):
        differ = a[s] != b[s]
        digits = [[f"{a[s, t, c]:.10f}<br>{b[s, t, c]:.10f}" for c in range(C)] for t in range(T)]
        panel = go.Heatmap(
            z=differ.int().tolist(), zmin=0, zmax=2.2, colorscale=shares(mode), xgap=2, ygap=2,
            text=[["\u2715" if d else "" for d in row] for row in differ.tolist()], texttemplate="%{text}",
            customdata=digits, hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
        figure.add_trace(panel, 1, s + 1)
        figure.update_xaxes(tickvals=list(range(C)), row=1, col=s + 1)
        figure.update_yaxes(tickvals=list(range(T)), range=[T - 0.5, -1.5], showgrid=False, row=1, col=s + 1)
        annotate(figure, -0.5, -1, f"<b>b = {s}</b>", PALETTE[mode].ink, xanchor="left", row=1, col=s + 1)
    return dress(figure, mode).update_layout(height=340)


def changes_bars(changes: Tensor, mode: Mode) -> go.Figure:
    """How far each row of xbow moves. `changes` is (T,)"""
    values = changes.tolist()
    figure = go.Figure(go.Bar(x=list(range(len(values))), y=values, marker_color=color("heads", mode), width=0.55,
                              text=[number(v) if v > 1e-6 else "0" for v in values], textposition="outside",
                              cliponaxis=False, hovertemplate="row %{x} moves by %{y:.4f}<extra></extra>"))  # fmt: skip
    figure.update_xaxes(tickvals=list(range(len(values))), title="row of xbow")
    figure.update_yaxes(range=[0, 1.15 * max(max(values), 1e-3)], title="largest change")
    return dress(figure, mode).update_layout(height=300, margin_t=24, font_size=LABEL)
