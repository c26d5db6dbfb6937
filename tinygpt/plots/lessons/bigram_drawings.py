"""Drawings of a bigram table in training, of what it writes, and of a row at a temperature: SVG and HTML strings.

Shapes in this file:
    V   characters of the text      M   characters that are shown
"""

import base64
import math
from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import NamedTuple

import torch
from PIL import Image
from torch import Tensor

from tinygpt.plots.drawing import character, dot, line, path, rect, svg, words
from tinygpt.plots.look import LABEL, MONO, PALETTE, TICK, Mode, between, color
from tinygpt.spelling import in_a_row, number, thousands

SIDE = 340  # px of a table: two of them stand side by side
WIDE, HIGH, LEFT, TOP, LOW = 338, 320, 56, 56, 46  # px: a curve, and the room round it
SHADES = 255  # colors of a table; number 0 is none at all
BESIDE = 300  # px that what is written needs, to stand beside a drawing


def table_image(P: Tensor, mode: Mode, *, empty: Tensor | None = None) -> str:
    """A table of probabilities as a picture with a pixel a pair, as the address of a PNG. Both (M, M)

    Where `empty`, there is nothing.
    """
    p = PALETTE[mode]
    at = (1 + (SHADES - 1) * P.clamp(0, 1).sqrt()).round().to(torch.uint8)  # square-root spacing, as everywhere
    if empty is not None:
        at = at.masked_fill(empty, 0)
    ramp = (between(p.sequential, i / (SHADES - 1)) for i in range(SHADES))
    image = Image.fromarray(at.numpy(), "P")
    image.putpalette(bytes(3) + b"".join(bytes.fromhex(tone[1:]) for tone in ramp))
    file = BytesIO()
    image.save(file, "PNG", transparency=0)  # color 0 is none
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def table_tiles(P: Tensor, name: str, mode: Mode, *, empty: Tensor | None = None) -> str:
    """A table of probabilities as colored pixels under its name; where `empty`, there is nothing. Both (M, M)"""
    p = PALETTE[mode]
    picture = (
        f'<image href="{table_image(P, mode, empty=empty)}" x="0" y="30" width="{SIDE}" height="{SIDE}" '
        'preserveAspectRatio="none" style="image-rendering: pixelated"/>'
    )
    frame = rect(0.5, 30.5, SIDE - 1, SIDE - 1, stroke=p.rule, thick=1)
    return svg(SIDE, SIDE + 32, words(0, 12, name, p.ink, bold=True), picture, frame)


def color_scale(mode: Mode) -> str:
    """Which color is how likely: a bar from 0 to 1, spaced like the square root, with its numbers."""
    p, wide, high, top = PALETTE[mode], 290, 12, 20
    steps = [rect(10 + i * wide / 60, top, wide / 60 + 2, high, fill=between(p.sequential, i / 59)) for i in range(60)]
    marks = [
        words(10 + wide * share**0.5, top + high + 12, f"{share:g}", p.muted, size=14, anchor="middle")
        for share in (0, 0.01, 0.1, 0.25, 0.5, 1)
    ]
    return svg(wide + 22, top + high + 24, words(10, 8, "probability", p.muted, size=14), *steps, *marks)


class TableHistory(NamedTuple):
    """A table on its way: at each of `steps`, its exact `losses` on the training text, `kl` above the counts'."""

    steps: Sequence[int]
    losses: Sequence[float]
    kl: Sequence[float]


class Floors(NamedTuple):
    """What the losses are measured against: the counts on the training text and on the hidden one, even guessing."""

    train: float
    val: float  # inf without smoothing
    even: float


class _Axis(NamedTuple):
    """Where the steps of a run and the values of a curve lie, in px. Steps are spread like their logarithms."""

    max_steps: int
    low: float
    high: float
    log: bool = False

    @property
    def first(self) -> float:
        return max(0.5, self.max_steps / 512)

    def x(self, step: float) -> float:
        share = math.log(max(step, self.first) / self.first) / math.log(max(self.max_steps, 2) / self.first)
        return LEFT + share * (WIDE - LEFT - 62)  # the last number stands at the right of its place

    def y(self, value: float) -> float:
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        share = math.log(at / low) / math.log(high / low) if self.log else (at - low) / (high - low)
        return HIGH - LOW - share * (HIGH - LOW - TOP)


def kl_curve(progress: TableHistory, max_steps: int, at: int, mode: Mode, *, goal: float) -> str:
    """KL by step, both logarithmic, with a line at `goal`; `at` is the place among the steps that is marked."""
    seen = [goal, 10 * goal, *(value for value in progress.kl if 0 < value < math.inf)]
    axis = _Axis(max_steps, 10 ** math.floor(math.log10(min(seen))), 1.3 * max(seen), log=True)
    p, parts = PALETTE[mode], _around(axis, "KL, nats per character", mode)
    for power in range(round(math.log10(axis.low)), math.floor(math.log10(axis.high)) + 1):
        y = axis.y(10.0**power)
        parts.append(line(LEFT, y, WIDE - 4, y, p.rule, thick=1))
        parts.append(words(LEFT - 8, y, f"{10.0**power:g}", p.muted, size=TICK, anchor="end"))
    parts.append(_floor(axis, goal, number(goal), mode))
    return svg(WIDE, HIGH, *parts, *_curve(axis, progress.steps, progress.kl, at, mode))


def loss_curve(
    progress: TableHistory, max_steps: int, at: int, mode: Mode, *, floors: Floors,
    batches: Sequence[tuple[int, float]] = (),
) -> str:  # fmt: skip
    """The exact training loss by step, falling to the counts' own uncertainty; `batches` is a cloud of (step, loss)."""
    finite = [value for value in (*floors, *progress.losses, *(loss for _, loss in batches)) if math.isfinite(value)]
    room = 0.08 * (max(finite) - min(finite)) + 0.02
    axis = _Axis(max_steps, min(finite) - room, max(finite) + room)
    p, parts = PALETTE[mode], _around(axis, "Training loss, nats per character", mode)
    parts.append(_floor(axis, floors.even, number(floors.even), mode))
    parts.append(words(WIDE - 4, axis.y(floors.even) - 11, "even guessing", p.muted, size=15, anchor="end"))
    if math.isfinite(floors.val):
        parts.append(_floor(axis, floors.val, "", mode, f"hidden: {number(floors.val, 3)}", above=True))
    elif floors.val == math.inf:
        parts.append(words(WIDE - 4, TOP - 4, "counts, hidden text \u2191 \u221e", p.label["ochre"], anchor="end"))
    parts.append(_floor(axis, floors.train, "", mode, f"counts: {number(floors.train, 3)}"))
    parts += [dot(axis.x(step), axis.y(loss), 1.6, fill=p.gray) for step, loss in batches]
    return svg(WIDE, HIGH, *parts, *_curve(axis, progress.steps, progress.losses, at, mode))


def _around(axis: _Axis, title: str, mode: Mode) -> list[str]:
    """The title of a curve, and its axis of steps: 0 at the left end, then powers of ten."""
    p, bottom = PALETTE[mode], HIGH - LOW + 16
    powers = [10**k for k in range(6) if 2.5 * axis.first < 10**k <= axis.max_steps]
    return [
        words(0, 12, title, p.ink, bold=True),
        *(words(axis.x(n), bottom, thousands(n), p.muted, size=TICK, anchor="middle") for n in (0, *powers)),
        words((LEFT + WIDE) / 2, HIGH - 10, "step", p.muted, size=TICK, anchor="middle"),
    ]


def _floor(axis: _Axis, value: float, label: str, mode: Mode, name: str = "", *, above: bool = False) -> str:
    p, y = PALETTE[mode], axis.y(value)
    level = line(LEFT, y, WIDE - 4, y, p.gray, dashed=True)
    level += words(LEFT - 8, y, label, p.muted, size=TICK, anchor="end")
    return level + (words(LEFT + 4, y - 10 if above else y + 12, name, p.muted, size=15) if name else "")


def _curve(axis: _Axis, steps: Sequence[int], values: Sequence[float], at: int, mode: Mode) -> list[str]:
    """A line through what was measured, and the marked place with its number."""
    p, tone = PALETTE[mode], color("bigram", mode)
    finite = [(step, value) for step, value in zip(steps, values, strict=True) if math.isfinite(value)]
    spots = [(axis.x(step), axis.y(value)) for step, value in finite]
    parts = [path(spots, tone), *(dot(*spot, 3.5, fill=tone) for spot in spots)]
    x, ink = axis.x(steps[at]), color("bigram", mode, text=True)
    if not math.isfinite(values[at]):  # no place on any axis
        return [*parts, words(x, TOP - 22, f"\u2191 {number(values[at])}", ink, anchor="middle", bold=True)]
    y = axis.y(values[at])
    return [*parts, dot(x, y, 7, fill=tone, stroke=p.ink), words(x + 13, y - 14, number(values[at], 3), ink, bold=True)]


def written_lines(lines: Sequence[tuple[str, str]], mode: Mode) -> str:
    """Named texts under each other; what agrees with the last of them is bold and underlined. HTML."""
    p, reference = PALETTE[mode], lines[-1][1]
    style = f"font-family:{escape(MONO)};font-size:{TICK}px;line-height:1.5;overflow-wrap:anywhere;color:{p.ink}"
    parts = []
    for n, (name, text) in enumerate(lines, 1):
        letters = [escape(in_a_row(c)) for c in text]
        note = ""
        if n < len(lines):
            agree = [a == b for a, b in zip(text, reference, strict=True)]
            letters = [f"<b><u>{c}</u></b>" if same else c for c, same in zip(letters, agree, strict=True)]
            note = f"{sum(agree)} of {len(text)} agree"
        head = f'<div style="color:{p.muted};font-size:15px">{escape(name)} \u2002{note}</div>'
        parts.append(
            f'<div style="margin:0 0 .6rem">{head}<div dir="auto" style="{style}">{"".join(letters)}</div></div>'
        )
    return "".join(parts)


def row_at_temperature(row: Tensor, shown: Sequence[int], chars: Sequence[str], mode: Mode) -> str:
    """Bars of some characters of a row, always in the same order. `row` is (V,)"""
    p, high, left, full = PALETTE[mode], 30, 40, 380
    parts = []
    for n, i in enumerate(shown):
        y, value = n * high, float(row[i])
        parts.append(character(18, y + high / 2, chars[i], mode))
        parts.append(rect(left, y + 4, max(1.0, full * value), high - 8, fill=color("bigram", mode)))
        parts.append(words(left + full * value + 10, y + high / 2, number(value), p.ink, size=LABEL))
    return svg(left + full + 60, len(shown) * high + 4, *parts)


def sample_line(text: str, mode: Mode) -> str:
    """What was written, in the monospace face under its name, as HTML."""
    style = f"font-family:{escape(MONO)};font-size:{TICK}px;line-height:1.6;overflow-wrap:anywhere;max-width:480px"
    name = f'<div style="font-size:{LABEL}px;font-weight:700;color:{PALETTE[mode].ink}">It writes</div>'
    letters = "".join(escape(in_a_row(c)) for c in text)
    line = f'<div dir="auto" style="{style};color:{PALETTE[mode].ink}">{letters}</div>'
    return f'<div style="flex:1 1 {BESIDE}px">{name}{line}</div>'
