"""The charts of the transformer lesson: what a part buys, measured. The machine itself is in transformer_drawings.py.

Plum is a whole GPT, blue a single head, ochre the bigram, gray what we compare with; dashes and marks say the same.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from tinygpt.plots.chart import Plane, even_ticks, lines, mark
from tinygpt.plots.drawing import words
from tinygpt.plots.lessons.positions import MARK
from tinygpt.plots.look import PALETTE, TICK, Mode, color, dress
from tinygpt.spelling import number, thousands


def habit_bars(habits: Mapping[str, tuple[float, float]], mode: Mode) -> go.Figure:
    """Average weight on itself and one back, a bar each for every model by name: the first pale, the second full."""
    p, figure = PALETTE[mode], go.Figure()
    for i, (name, shares) in enumerate(habits.items()):
        figure.add_bar(
            x=["on itself", "one back"], y=list(shares), marker={"color": p.sequential[2] if i == 0 else p.blue},
            text=[f"<b>{number(share)}</b>" for share in shares], textposition="outside", cliponaxis=False,
            textangle=0, constraintext="none", textfont={"size": TICK, "color": p.ink},
            hovertemplate=f"{name}, %{{x}}: %{{y:.3f}}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(range=[0, 1.16], tickvals=[0, 0.5, 1])
    return dress(figure, mode).update_layout(height=300, barmode="group", bargap=0.22, bargroupgap=0.12)


@dataclass(frozen=True)
class Trained:
    """A model as a place on the chart: how many numbers it learned, and its val loss with every seed."""

    name: str
    numbers: int
    losses: tuple[float, ...]
    role: str


def fair_test(points: Sequence[Trained], arrows: Sequence[tuple[int, int, str]], mode: Mode) -> str:
    """Val loss against learned numbers; an arrow (from, to, words) says what was changed between two of `points`.

    A point that no arrow touches is left out, but its place stays. The first seed is a full mark, the others are
    hollow.
    """
    p, losses = PALETTE[mode], [loss for point in points for loss in point.losses]
    sizes, room = sorted({point.numbers for point in points}), 0.35 * (max(losses) - min(losses))
    ends = min(losses) - room, max(losses) + room
    plane = Plane((sizes[0] / 2.4, sizes[-1] * 4.6), ends, 330, log_x=True)
    drawn = [plane.heights(even_ticks(*ends), mode, title="val loss"), _head(p.ink)]
    drawn.append(plane.widths({size: thousands(size) for size in sizes}, mode, title="learned numbers"))
    drawn += [_arrow(plane, points[start], points[end], text, mode) for start, end, text in arrows]
    falls = any(_falls(points[start], points[end]) for start, end, _ in arrows)
    for i in sorted({i for start, end, _ in arrows for i in (start, end)}):
        drawn.append(_model(plane, points[i], mode, largest=points[i].numbers == sizes[-1], above=falls))
    corner = plane.at(plane.x[1], plane.y[0], words(0, -12, "hollow: another seed", p.muted, size=TICK, anchor="end"))
    return plane.drawn(*drawn, corner, top=30)


def _model(plane: Plane, point: Trained, mode: Mode, *, largest: bool, above: bool) -> str:
    """The marks of a model; its name stands beside the largest, and over or under the others."""
    tone, symbol, paper = color(point.role, mode), MARK[point.role], PALETTE[mode].paper
    parts = [plane.at(point.numbers, loss, mark(symbol, 13, fill=paper)) for loss in point.losses]  # arrows end there
    for i, loss in reversed(list(enumerate(point.losses))):
        says = f"{_one_line(point.name)}{', another seed' if i else ''}: {number(loss, 3)}"
        look = {"fill": paper, "stroke": tone} if i else {"fill": tone}
        parts.append(plane.at(point.numbers, loss, mark(symbol, 8, says=says, **look)))
    said, ink = f"{point.name}\n{number(point.losses[0])}", color(point.role, mode, text=True)
    if largest:
        return "".join([*parts, plane.at(point.numbers, point.losses[0], lines(16, 0, said, ink, bold=True))])
    y, shift = (point.losses[0], -46) if above else (min(point.losses), 46)
    return "".join([*parts, plane.at(point.numbers, y, lines(0, shift, said, ink, bold=True, anchor="middle"))])


def _head(tone: str) -> str:
    """The head of every arrow, which ends some px before the place that it points to."""
    box = 'viewBox="0 0 10 10" refX="20" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse"'
    return f'<defs><marker id="head" {box} orient="auto"><path d="M0 0L10 5L0 10z" fill="{tone}"/></marker></defs>'


def _arrow(plane: Plane, start: Trained, end: Trained, text: str, mode: Mode) -> str:
    """An arrow between two first seeds; its words stand over it, or at the left of an upright one."""
    ink, upright = PALETTE[mode].ink, start.numbers == end.numbers
    (x0, y0), (x1, y1) = (start.numbers, start.losses[0]), (end.numbers, end.losses[0])
    way = plane.stroke((x0, y0), (x1, y1), ink, thick=2, more='marker-end="url(#head)"')
    middle = math.sqrt(x0 * x1), (y0 + y1) / 2
    if upright:
        return way + plane.at(x1, y0 + 0.8 * (y1 - y0), lines(-12, 0, text, ink, anchor="end"))
    if _falls(start, end):  # there is room over the lower end
        return way + plane.at(*middle, lines(4, -30, text, ink))
    return way + plane.at(*middle, lines(0, -34, text, ink, anchor="middle"))


def _falls(start: Trained, end: Trained) -> bool:
    """Whether an arrow between two sizes leads down."""
    return start.numbers != end.numbers and end.losses[0] < start.losses[0]


def _one_line(name: str) -> str:
    return name.replace("\n", " ")
