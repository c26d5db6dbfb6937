"""The figures of the mathematical trick: matrices that average, times, equal bits.

Shapes in this file:
    B   sequences in the batch      C   channels, here 2
    T   positions
"""

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from torch import Tensor

from tinygpt.plots.chart import Chart
from tinygpt.plots.drawing import GAP, Tile, rect, shade, svg, tiles, words
from tinygpt.plots.lessons.attention import unmasked
from tinygpt.plots.lessons.attention_stages import finite
from tinygpt.plots.look import PALETTE, TICK, Mode, annotate, color, dress
from tinygpt.plots.losses.ends import moved_apart
from tinygpt.spelling import number

COLUMN, ROW = 60, 38  # px: the cells of a table of numbers
CELL, FACTOR = 34, 42  # px: the tiles of the softmax; those of a @ b


def means_table(x: Tensor, xbow: Tensor, t: int, names: Sequence[str], mode: Mode) -> str:
    """x beside xbow as numbers, a row for each of `names`; what row `t` averages is outlined at the left, its mean at
    the right. Both (T, 2)."""
    p, T = PALETTE[mode], len(x)
    aside = 16.0 + 9 * max(map(len, names))
    limit, top, right = float(x.abs().max()), 30, aside + 2 * COLUMN + 26
    parts = [words(aside, 12, "x", p.ink, bold=True), words(right, 12, "xbow", p.ink, bold=True)]
    for i, name in enumerate(names):
        seen, middle = i <= t, top + (i + 0.5) * ROW
        parts.append(words(2, middle, name, p.ink if seen else p.muted, size=15, mono=True, bold=i == t))
        for left, values in ((aside, x[i]), (right, xbow[i])):
            for c, value in enumerate(values.tolist()):
                x0, y0 = left + c * COLUMN, top + i * ROW
                if seen:
                    fill, _ = shade(value, mode, signed=True, limit=2 * limit)
                    parts.append(rect(x0 + GAP / 2, y0 + GAP / 2, COLUMN - GAP, ROW - GAP, fill=fill))
                ink = p.ink if seen else p.muted
                parts.append(words(x0 + COLUMN / 2, middle, number(value), ink, size=15, anchor="middle"))
    parts.append(rect(aside, top, 2 * COLUMN, (t + 1) * ROW, stroke=p.ink, thick=2.5))
    parts.append(rect(right, top + t * ROW, 2 * COLUMN, ROW, stroke=p.ink, thick=2.5))
    return svg(right + 2 * COLUMN + 4, top + T * ROW + 4, *parts)


def product(a: Tensor, b: Tensor, i: int, j: int, mode: Mode) -> str:
    """a @ b = c with row `i` of a and column `j` of b outlined, which make c[i, j]. (3, 3), (3, 2)"""
    p, c = PALETTE[mode], a @ b
    parts, left = [], 4.0
    row, column, cell = (0, i, a.shape[1], 1), (j, 0, 1, len(b)), (j, i, 1, 1)  # across, down, width, height
    for name, matrix, sign, box in (("a", a, "@", row), ("b", b, "=", column), ("c", c, "", cell)):
        limit = float(matrix.abs().max()) * 1.6
        parts.append(words(left + 2, 12, name, p.ink, bold=True))
        whole = bool((matrix == matrix.round()).all())
        parts.append(tiles(matrix.tolist(), mode, x=left, y=30, cell=FACTOR, limit=limit, digits=0 if whole else 2))
        across, down, width, height = (FACTOR * n for n in box)
        parts.append(rect(left + across, 30 + down, width, height, stroke=p.ink, thick=2.5))
        left += matrix.shape[1] * FACTOR + 14
        parts.append(words(left, 30 + 1.5 * FACTOR, sign, p.ink, anchor="middle"))
        left += 18
    return svg(left, 30 + 3 * FACTOR + 6, *parts)


def softmax_stage(
    values: Sequence[Sequence[Tile]], mode: Mode, *, empty: str = "", digits: int = 2, sums: Sequence[float] = (),
    limit: float = 1.0,
) -> str:  # fmt: skip
    """A square of numbers at one stage of the softmax, a row and a column a position; where there is no number,
    `empty` is written without a tile; `sums` stand at the right of its rows."""
    p, T = PALETTE[mode], len(values)
    texts = [[empty if v is None else _short(v, digits) for v in row] for row in values]
    parts = [written_tiles(values, texts, mode, x=28, y=2, cell=CELL, size=14, limit=limit)]
    for i in range(T):
        parts.append(words(14, 2 + (i + 0.5) * CELL, str(i), p.muted, size=TICK, anchor="middle"))
        parts.append(words(28 + (i + 0.5) * CELL, T * CELL + 14, str(i), p.muted, size=TICK, anchor="middle"))
    parts += [
        words(36 + T * CELL, 2 + (i + 0.5) * CELL, number(total, 3), p.muted, size=15) for i, total in enumerate(sums)
    ]
    if sums:
        parts.append(words(36 + T * CELL, T * CELL + 14, "sums", p.muted, size=15))
    return svg(28 + T * CELL + 48, T * CELL + 28, *parts)


def written_tiles(
    values: Sequence[Sequence[Tile]], texts: Sequence[Sequence[str]], mode: Mode, *, x: float = 0, y: float = 0,
    cell: float, size: float, limit: float = 1.0,
) -> str:  # fmt: skip
    """A matrix of shares as tiles with a text in each; no tile where there is no number, its text alone."""
    parts = [tiles(values, mode, x=x, y=y, cell=cell, limit=limit)]
    for i, (row, said) in enumerate(zip(values, texts, strict=True)):
        for j, (value, text) in enumerate(zip(row, said, strict=True)):
            ink = PALETTE[mode].muted if value is None else shade(value, mode, limit=limit)[1]
            parts.append(words(x + (j + 0.5) * cell, y + (i + 0.5) * cell, text, ink, size=size, anchor="middle"))
    return "".join(parts)


def weighted_rows(wei: Tensor, x: Tensor, t: int, names: Sequence[str], mode: Mode) -> str:
    """wei @ x = xbow, three drawings; row `t` of wei, what it takes of x, and what it makes are outlined. `wei` is
    (T, T) with equal shares, x is (T, 2)."""
    p, T, side, small = PALETTE[mode], len(wei), 34, 35
    texts = [[f"1/{i + 1}" if i else "1"] * (i + 1) + [""] * (T - i - 1) for i in range(T)]
    parts = [words(side, 11, "wei", p.ink, bold=True), _names_beside(names, t, 26, small, mode)]
    parts.append(written_tiles(unmasked(wei), texts, mode, x=side, y=26, cell=small, size=14))
    for j in range(T):
        parts.append(words(side + (j + 0.5) * small, 40 + T * small, str(j), p.muted, size=14, anchor="middle"))
    parts.append(rect(side, 26 + t * small, (t + 1) * small, small, stroke=p.ink, thick=2.5))
    left = svg(side + T * small + 4, T * small + 52, *parts)
    middle = _two_columns("@  x", x, (0, t + 1), names, t, mode)
    return left + middle + _two_columns("=  xbow", wei @ x, (t, t + 1), (), t, mode)


def _two_columns(
    title: str, values: Tensor, outlined: tuple[int, int], names: Sequence[str], t: int, mode: Mode
) -> str:
    """A table of two numbers a row under its title, the rows from one to another outlined. `values` is (T, 2)."""
    p, side, small, wide, limit = PALETTE[mode], 34 if names else 2, 35, 50, 2 * float(values.abs().max())
    parts = [words(side, 11, title, p.ink, bold=True), _names_beside(names, t, 26, small, mode)]
    for i, row in enumerate(values.tolist()):
        for c, value in enumerate(row):
            fill, ink = shade(value, mode, signed=True, limit=limit)
            left, top = side + c * wide, 26 + i * small
            parts.append(rect(left + GAP / 2, top + GAP / 2, wide - GAP, small - GAP, fill=fill))
            parts.append(words(left + wide / 2, top + small / 2, number(value), ink, size=14, anchor="middle"))
    first, end = outlined
    parts.append(rect(side, 26 + first * small, 2 * wide, (end - first) * small, stroke=p.ink, thick=2.5))
    return svg(side + 2 * wide + 3, len(values) * small + 52, *parts)


def _names_beside(names: Sequence[str], t: int, top: float, cell: float, mode: Mode) -> str:
    tones = [PALETTE[mode].ink if i == t else PALETTE[mode].muted for i in range(len(names))]
    return "".join(
        words(0, top + (i + 0.5) * cell, name, tones[i], size=14, mono=True, bold=i == t)
        for i, name in enumerate(names)
    )


def square(matrix: Tensor, title: str, mode: Mode) -> str:
    """A matrix with its numbers in its tiles, equal shares as fractions, -inf without a tile. (T, T)"""
    T, side = len(matrix), 26
    values = finite(matrix)
    texts = [["\u2212\u221e" if v is None else _fraction(v) for v in row] for row in values]
    parts = [words(1, 11, title, PALETTE[mode].ink, size=16, bold=True)]
    parts.append(written_tiles(values, texts, mode, x=0, y=26, cell=side, size=12.5))
    return svg(T * side, T * side + 28, *parts)


def _fraction(share: float) -> str:
    """1/3 for a third, .28 for what is no such fraction."""
    if share == 0:
        return "0"
    whole = round(1 / share)
    return ("1" if whole == 1 else f"1/{whole}") if abs(share * whole - 1) < 1e-6 else _short(share, 2)


def _short(value: float, digits: int) -> str:
    """.28 and -.28 for what lies between -1 and 1, and whole numbers without digits: there is little room on a tile."""
    text = number(value, 0 if value == round(value) else digits)
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


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


def equal_cells(a: Tensor, b: Tensor, mode: Mode) -> str:
    """Where two (B, T, C) have the same bits: a plain tile; where not, one with a cross. A drawing a sequence."""
    return "".join(_equal_cells(s, one, other, mode) for s, (one, other) in enumerate(zip(a, b, strict=True)))


def _equal_cells(s: int, a: Tensor, b: Tensor, mode: Mode) -> str:
    """The tiles of one sequence; both (T, C)."""
    p, (T, C), wide, high = PALETTE[mode], a.shape, 58, 31
    parts = [words(24, 11, f"b = {s}", p.ink, bold=True)]
    for t in range(T):
        parts.append(words(12, 28 + (t + 0.5) * high, str(t), p.muted, size=TICK, anchor="middle"))
        for c in range(C):
            left, top, differs = 24 + c * wide, 28 + t * high, bool(a[t, c] != b[t, c])
            fill, ink = shade(0.45 if differs else 0, mode)
            says = f"<title>{a[t, c]:.10f} and {b[t, c]:.10f}</title>"
            parts.append(f"<g>{says}{rect(left + 1, top + 1, wide - 2, high - 2, fill=fill)}</g>")
            if differs:
                parts.append(words(left + wide / 2, top + high / 2, "\u2715", ink, size=TICK, anchor="middle"))
    parts += [
        words(24 + (c + 0.5) * wide, 44 + T * high, str(c), p.muted, size=TICK, anchor="middle") for c in range(C)
    ]
    return svg(26 + C * wide, 56 + T * high, *parts)


def changes_bars(changes: Tensor, names: Sequence[str], mode: Mode) -> str:
    """How far each row of xbow, with its name, moves. `changes` is (T,)"""
    values, p, tone = changes.tolist(), PALETTE[mode], color("heads", mode)
    plane = Chart((-0.5, len(values) - 0.5), (0, 1.15 * max(*values, 1e-3)), 104)
    parts = [words(0, -22, "largest change", p.muted, size=TICK), plane.level(0, p.rule, thick=1, dash="solid")]
    for t, (name, moved) in enumerate(zip(names, values, strict=True)):
        parts.append(plane.bar(t, moved, 0.55, tone, says=f"row {t} moves by {number(moved, 4)}"))
        said = number(moved) if moved > 1e-6 else "0"
        parts.append(plane.at(t, moved, words(0, -11, said, p.ink, size=TICK, anchor="middle")))
        parts.append(plane.at(t, 0, words(0, 15, name, p.muted, size=15, anchor="middle", mono=True)))
    return plane.drawn(*parts, plane.widths({}, mode, title="row of xbow"), left=4, right=4, top=36)
