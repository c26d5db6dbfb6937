"""The figures of the bigram table: its rows as bars, random tables, rare rows, two contexts.

Shapes in this file:
    V   characters of the text      M   characters that are shown
    P   a table of probabilities (V, V): row = the character we stand on, column = the one that comes next
"""

import math
from collections import Counter
from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from torch import Tensor

from tinygpt.plots.chart import Chart, even_ticks, pointed_mark
from tinygpt.plots.drawing import words
from tinygpt.plots.look import MONO, PALETTE, TICK, Mode, annotate, color, dress, glyph, glyph_ticks
from tinygpt.spelling import number, spoken, thousands

BARS = 12  # the likeliest next characters of a row
CHARACTER = 19  # px: one that is a mark
SHARE_AXIS = {
    "range": [0, 1], "tickvals": [0, 0.25, 0.5, 0.75, 1], "ticktext": ["0", "0.25", "0.5", "0.75", "1"],
    "showgrid": True, "title": "probability",
}  # fmt: skip
LETTER = (0.035, 0.075)  # of the width and height of a chart: the room of a character
DOT = 0.02  # nats: dots of losses nearer than that stand on top of each other


def next_bars(
    row: Tensor, counts: Tensor, chars: Sequence[str], mode: Mode, *, after: str = "", guessed: float | None = None
) -> go.Figure:
    """The likeliest next characters, the likeliest on top; what somebody guessed of it. `row` and `counts` are (V,)"""
    top = row.topk(min(BARS, len(row))).indices.tolist()
    shares_, seen = [float(row[i]) for i in top], [int(counts[i]) for i in top]
    hover = [
        f"{spoken(chars[i])}: {thousands(n)} times, {number(p, 3)}" for i, n, p in zip(top, seen, shares_, strict=True)
    ]
    bars = go.Bar(
        y=list(range(len(top))), x=shares_, orientation="h", width=0.72, marker_color=color("bigram", mode),
        text=[number(p) for p in shares_], textposition="outside", cliponaxis=False, customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    figure = go.Figure(bars).update_xaxes(SHARE_AXIS)
    figure.update_yaxes(glyph_ticks([chars[i] for i in top], mode), range=[BARS - 0.4, -1.7], showgrid=False)
    if after:
        said = f"<b>after {escape(after, quote=False)}</b>"
        annotate(figure, 0, -1.2, said, PALETTE[mode].ink, xanchor="left", size=TICK)
    if guessed is not None:
        figure.add_shape(
            type="line", x0=guessed, x1=guessed, y0=-0.6, y1=0.6, line={"color": PALETTE[mode].ink, "dash": "dot"}
        )
        annotate(figure, guessed, -1.2, "your guess", PALETTE[mode].ink, xanchor="center", size=TICK)
    return dress(figure, mode).update_layout(height=430, margin_r=50)


def random_tables(losses: Sequence[float], chosen: int, even: float, mode: Mode) -> str:
    """What random tables cost, a dot a table; the one that is looked at as a star, guessing evenly as a line."""
    p, tone, piles, this = PALETTE[mode], color("bigram", mode), Counter[int](), losses[chosen]
    ends, dots = (min(*losses, even), max(*losses, even)), []
    for value in losses:
        pile = round(value / DOT)
        piles[pile] += 1
        dots.append((pile * DOT, piles[pile], f"a random table: {number(value, 3)}"))
    top = max(piles.values(), default=1)
    plane = Chart((ends[0] - 0.05, ends[1] + 0.12), (-0.5, top + 4), 170)
    parts = [plane.at(x, y, pointed_mark("circle", 4, fill=tone, says=says)) for x, y, says in dots]
    parts += [
        plane.stroke((even, plane.y[0]), (even, plane.y[1]), p.gray, thick=2, dash="dot"),
        plane.at(even, plane.y[1], words(0, -12, f"even guessing {number(even, 3)}", p.muted, size=TICK)),
        plane.at(plane.x[1], plane.y[1], words(0, -12, "a dot: one random table", p.muted, size=TICK, anchor="end")),
    ]
    far, said = this > sum(plane.x) / 2, f"this table {number(this, 3)}"
    named = words(-15 if far else 15, 0, said, p.ink, bold=True, anchor="end" if far else "start")
    ticks = even_ticks(*plane.x, most=5)
    parts.append(plane.widths(ticks, mode, title="loss on the training text, nats per character"))
    parts.append(plane.at(this, top + 2, pointed_mark("star", 10, fill=p.ink, says=said), named))
    return plane.drawn(*parts, left=4, right=16, top=26)


def rare_rows(times: Sequence[float], far: Sequence[float], chars: Sequence[str], mode: Mode) -> go.Figure:
    """How far each row is from the counts, against how often its character occurs; the character is the mark.

    Where two of them would overlap, one is a dot, which says its character when it is pointed at.
    """
    hover = [
        f"{spoken(c)}: {thousands(int(n))} times, off by {number(k, 4)}"
        for c, n, k in zip(chars, times, far, strict=True)
    ]
    free = _apart(times, far)
    marks = go.Scatter(
        x=list(times), y=list(far), mode="markers+text", customdata=hover,
        text=[glyph(c, mode) if room else "" for c, room in zip(chars, free, strict=True)],
        marker={"color": color("bigram", mode), "size": [0 if room else 5 for room in free]},
        textfont={"family": MONO, "size": CHARACTER}, cliponaxis=False, hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    figure, often = go.Figure(marks), _round_numbers(min(times), max(times))
    named = {"tickvals": often, "ticktext": list(map(thousands, often))}
    figure.update_xaxes(named, type="log", title="how often the character occurs")
    powers = [10**k for k in range(math.floor(math.log10(min(far))), math.ceil(math.log10(max(far))) + 1)]
    figure.update_yaxes(
        type="log", title="KL of its row, nats", tickvals=powers, ticktext=[f"{power:g}" for power in powers],
        range=[math.log10(powers[0]) - 0.05, math.log10(powers[-1]) + 0.05],
    )  # fmt: skip
    return dress(figure, mode).update_layout(height=420)


def _apart(times: Sequence[float], far: Sequence[float]) -> list[bool]:
    """Which characters can be written at their places without touching one that is written already; rare ones first."""
    spots = [(math.log(n), math.log(k)) for n, k in zip(times, far, strict=True)]
    wide, high = (max(values) - min(values) or 1.0 for values in zip(*spots, strict=True))
    placed: list[tuple[float, float]] = []
    free = [False] * len(spots)
    for i in sorted(range(len(spots)), key=lambda i: (times[i], -far[i])):
        x, y = spots[i][0] / wide, spots[i][1] / high
        free[i] = all(abs(x - a) > LETTER[0] or abs(y - b) > LETTER[1] for a, b in placed)
        if free[i]:
            placed.append((x, y))
    return free


def _round_numbers(least: float, most: float) -> list[int]:
    """Marks for a logarithmic axis: powers of ten; where its range holds less than two of them, equal steps."""
    powers = [10**k for k in range(math.ceil(math.log10(most)) + 1)]
    if sum(least <= power <= most for power in powers) > 1:
        return powers
    step = max(1, next(m * 10**k for k in range(12) for m in (1, 2, 5) if m * 10**k >= (most - least) / 4))
    return list(range(step * math.ceil(least / step), round(most) + 1, step))


def two_contexts(
    contexts: Sequence[str], pairs: Sequence[Tensor], triples: Sequence[Tensor], shown: Sequence[int],
    chars: Sequence[str], mode: Mode,
) -> go.Figure:  # fmt: skip
    """Next characters after two contexts: what the bigram says, and, hatched, what counts of triples say. Rows (V,)"""
    p = PALETTE[mode]
    figure = make_subplots(1, 2, horizontal_spacing=0.12)
    for column, (context, pair, triple) in enumerate(zip(contexts, pairs, triples, strict=True), 1):
        for name, row, style in (
            ("counts of pairs", pair, {"color": color("bigram", mode)}),
            ("counts of triples", triple, {"color": p.tile, "pattern": {"shape": "/", "fgcolor": p.gray, "size": 6}}),
        ):
            values = [float(row[i]) for i in shown]
            hover = [f"{name}: {spoken(chars[i])} {number(v, 3)}" for i, v in zip(shown, values, strict=True)]
            figure.add_bar(
                y=list(range(len(shown))), x=values, orientation="h", marker=style, row=1, col=column,
                customdata=hover, hovertemplate="%{customdata}<extra></extra>", text=[number(v) for v in values],
                textposition="outside", cliponaxis=False, textfont={"size": TICK}, name=name, showlegend=column == 1,
            )  # fmt: skip
        figure.update_xaxes(SHARE_AXIS, row=1, col=column)
        side = glyph_ticks([chars[i] for i in shown], mode)
        figure.update_yaxes(side, showgrid=False, range=[len(shown) - 0.4, -1.1], row=1, col=column)
        marks = "".join(glyph(c, mode) for c in context)
        after = f'<b>after <span style="font-family:{MONO.replace(chr(34), "")}">{marks}</span></b>'
        annotate(figure, 0, -0.85, after, p.ink, xanchor="left", row=1, col=column)
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": TICK}, "itemclick": False}
    dressed = dress(figure, mode).update_layout(height=460, bargap=0.25, bargroupgap=0.06, margin_r=40, margin_t=36)
    return dressed.update_layout(showlegend=True, legend=legend | {"itemdoubleclick": False})
