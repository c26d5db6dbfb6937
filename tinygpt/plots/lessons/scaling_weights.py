"""Charts right under a slider of ui/drag.py, as SVG: what softmax makes of scores, for every factor they are times.

What is drawn at a position stands below the grip of the slider. A picture is a row of drawings that wraps: on a phone
they stand below one another.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tinygpt.plots.drawing import character, dot, line, path, rect, svg, words
from tinygpt.plots.look import PALETTE, PANEL, TICK, Mode, color
from tinygpt.spelling import number, powered, ten_to

TOP = 44  # px above a plane: room for its name
TRACK = (9, 531)  # px: from end to end of the way of the slider's grip (ui/drag.py)
WIDTH = 592  # px of a drawing: the way of the grip, and the numbers of the vertical axis beside it
GUESS_DASH = 'stroke-dasharray="3 3"'
PHONE = "@media (max-width: 640px) { .under-slider text { font-size: 24px; } }"


class Plane(NamedTuple):
    """Where numbers lie in a drawing: across along the slider, up from `low` to `high` within `height` px."""

    height: float
    first: float
    last: float
    low: float
    high: float
    top: float = TOP

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def x(self, value: float) -> float:
        return TRACK[0] + (value - self.first) / (self.last - self.first) * (TRACK[1] - TRACK[0])

    def y(self, value: float) -> float:
        return self.top + (self.high - value) / (self.high - self.low) * self.height

    def grid(self, value: float, name: str, mode: Mode) -> str:
        """A hairline at a value, and its name at the right end."""
        p, y = PALETTE[mode], self.y(value)
        return line(TRACK[0], y, TRACK[1], y, p.rule, thick=1) + words(TRACK[1] + 12, y, name, p.muted, size=TICK)

    def cursor(self, value: float, upto: float, mode: Mode) -> str:
        """A line from below the grip of the slider down to a place on a curve."""
        return line(self.x(value), 32, self.x(value), self.y(upto), PALETTE[mode].ink)

    def drawing(self, *parts: str) -> str:
        """The whole drawing; on a phone, where it shrinks, its letters do not."""
        return f'<div class="under-slider">{svg(WIDTH, self.bottom + 62, *parts)}</div>'


def smaller_screens() -> str:
    """How letters keep their size where a drawing shrinks."""
    return f"<style>{PHONE}</style>"


def side_by_side(*drawings: str, gap: str = "2.5rem") -> str:
    """Drawings in a row, where there is room for one."""
    row = f'<div style="display:flex;flex-wrap:wrap;gap:0 {gap}">{"".join(drawings)}</div>'
    return smaller_screens() + row


class Multiplied(NamedTuple):
    """What is drawn at every factor, a number for each: curves, and what is a list of weights."""

    factors: Sequence[float]
    weights: Sequence[Sequence[float]]
    effective: Sequence[float]  # as if looking at so many characters
    winner: Sequence[float]  # how far the largest weight moves per unit of its score
    computed: Sequence[float]  # the same in 32 bits


class FactorGuess(NamedTuple):
    """What somebody guessed, at which factor: a weight, and how far the largest weight moves."""

    at: int
    weight: float | None = None
    moves: float | None = None


def multiplied(
    found: Multiplied,
    scores: Sequence[float],
    mode: Mode,
    *,
    at: int,
    moving: bool,
    guesses: Sequence[FactorGuess] = (),
) -> str:
    """How many characters a row looks at for every factor, and how far its largest weight moves, if `moving`; a cursor
    at factor number `at`; and below the weights there, each with its number."""
    p, last = PALETTE[mode], len(found.factors) - 1
    plane = Plane(88, 0, last, 0, len(scores))
    lower = Plane(88, 0, last, -10, 0.4, plane.bottom + 44) if moving else plane
    mine = [guess for guess in guesses if guess.at == at]
    curves = [_looking(plane, found, mode, at=at)]
    if moving:
        curves.append(_moving(lower, found, mode, at=at))
        curves += [_guessed(lower, guess, mode) for guess in mine if guess.moves is not None]
    for i, factor in enumerate(found.factors):
        place = lower.x(i), lower.bottom + 18
        curves.append(words(*place, f"{factor:g}", p.muted, size=TICK, anchor="middle"))
    curves.append(words(TRACK[0], lower.bottom + 42, "factor (not to scale)", p.muted))
    weight = next((guess.weight for guess in mine if guess.weight is not None), None)
    title = f"softmax of {found.factors[at]:g} \u00d7 score"
    bars = _lying_bars(found.weights[at], scores, title, mode, top=lower.bottom + 78, guess=weight)
    height = lower.bottom + 78 + 26 * (len(scores) + 1)
    return f'{smaller_screens()}<div class="under-slider">{svg(WIDTH, height, *curves, bars)}</div>'


def _looking(plane: Plane, found: Multiplied, mode: Mode, *, at: int) -> str:
    p, points = PALETTE[mode], [(plane.x(i), plane.y(value)) for i, value in enumerate(found.effective)]
    x, y = points[at]
    place = x + (-12 if at else 12), y + 22  # below the curve, where it never comes back
    if at > len(points) // 2:
        place = x + 12 if at < len(points) - 1 else x - 14, y - 18  # above it, where it is low
    anchor = "end" if 0 < at <= len(points) // 2 or at == len(points) - 1 else "start"
    levels = {value: str(value) for value in (1, len(found.weights[0]))}
    return "".join([
        _title(plane, "as if this row looked at \u2026 characters", levels, mode),
        path(points, p.blue, thick=3),
        *(dot(*point, 4, fill=p.blue) for point in points),
        plane.cursor(at, found.effective[at], mode),
        dot(x, y, 8, fill=p.blue, stroke=p.ink),
        words(*place, number(found.effective[at]), p.label["blue"], size=PANEL, anchor=anchor, bold=True),
    ])  # fmt: skip


def _moving(plane: Plane, found: Multiplied, mode: Mode, *, at: int) -> str:
    """How far the winner moves, on a log scale, where 0 has no place: where it is 0 in 32 bits a ring stands below."""
    p, points = PALETTE[mode], [(plane.x(i), plane.y(math.log10(value))) for i, value in enumerate(found.winner)]
    lost = [plane.x(i) for i, value in enumerate(found.computed) if value == 0]
    levels = {power: ten_to(power) if power else "1" for power in (-10, -5, 0)}
    parts = [
        _title(plane, "how far the winner moves", levels, mode),
        path(points, p.blue, thick=3),
        *(dot(x, plane.bottom, 6, fill=p.paper, stroke=p.blue) for x in lost),
        line(plane.x(at), plane.top, *points[at], p.ink),
        dot(*points[at], 8, fill=p.blue, stroke=p.ink),
    ]
    if lost:
        place = lost[0] - 26, plane.bottom - 11
        parts.append(words(*place, "0 in 32 bits", p.label["blue"], size=TICK, anchor="end"))
    return "".join(parts)


def _guessed(plane: Plane, guess: FactorGuess, mode: Mode) -> str:
    """A dashed ring where somebody guessed, at the bottom for 0."""
    p, moves = PALETTE[mode], guess.moves or 0.0
    x, y = plane.x(guess.at), plane.y(max(plane.low, math.log10(moves)) if moves else plane.low)
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="none" stroke="{p.ink}" stroke-width="2" {GUESS_DASH}/>'
    said = f"your guess: {number(moves) if moves else 0}"
    return ring + words(TRACK[1], plane.top - 26, said, p.ink, size=TICK, anchor="end")


def _title(plane: Plane, title: str, levels: Mapping[int, str], mode: Mode) -> str:
    """What stands round a curve: its title, and the names of its levels."""
    parts = [words(TRACK[0], plane.top - 26, title, PALETTE[mode].label["blue"], bold=True)]
    return "".join(parts + [plane.grid(value, name, mode) for value, name in levels.items()])


def _lying_bars(
    weights: Sequence[float], scores: Sequence[float], title: str, mode: Mode, *, top: float, guess: float | None
) -> str:
    """A bar for every weight from 0 to 1 with its number as a study notebook prints it; a dashed mark at a guess."""
    p, ink, left, room, winner = PALETTE[mode], color("weights", mode, text=True), 60, 380, weights.index(max(weights))
    parts = [words(TRACK[0], top, title, ink, bold=True)]
    for i, (score, weight) in enumerate(zip(scores, weights, strict=True)):
        y = top + 26 * (i + 1)
        parts.append(words(left - 12, y, number(score, 1), p.muted, size=TICK, anchor="end"))
        parts.append(line(left, y + 9, left + room, y + 9, p.rule, thick=1))
        if weight * room >= 0.25:  # thinner than a hair: nothing to see
            parts.append(rect(left, y - 9, weight * room, 18, fill=color("weights", mode)))
        parts.append(words(WIDTH, y, as_the_notebook_prints(weight), ink, size=TICK, anchor="end", bold=i == winner))
        if guess is not None and i == winner:
            x = left + room * min(guess, 1.03)
            parts.append(line(x, y - 13, x, y + 13, p.ink, thick=3, dashed=True))
            said = f"your guess {number(guess)}" + (" \u2192" if guess > 1 else "")
            parts.append(words(WIDTH, top, said, p.ink, size=TICK, anchor="end"))
    return "".join(parts)


def weight_bars(
    weights: Sequence[float], characters: str, role: str, title: str, mode: Mode, *, labels: Sequence[str] = (),
    height: float = 132, width: float = 286,
) -> str:  # fmt: skip
    """A row of weights as bars from 0 to 1, the largest with its number; under them `characters`, or `labels`."""
    p, left, bottom = PALETTE[mode], 36, TOP + 14 + height
    step, top = (width - left) / len(weights), max(range(len(weights)), key=weights.__getitem__)
    parts = [words(0, 18, title, color(role, mode, text=True), bold=True)]
    for share in (0, 0.5, 1):
        y = bottom - share * height
        parts.append(line(left - 6, y, width, y, p.rule, thick=1))
        parts.append(words(left - 12, y, f"{share:g}", p.muted, size=TICK, anchor="end"))
    for i, weight in enumerate(weights):
        x, tall = left + (i + 0.5) * step, weight * height
        if tall >= 0.25:  # thinner than a hair: nothing to see
            parts.append(rect(x - 0.4 * step, bottom - tall, 0.8 * step, tall, fill=color(role, mode)))
        if i == top:
            tone = color(role, mode, text=True)
            parts.append(
                words(
                    max(x, left + 14), bottom - tall - 13, number(weight), tone, size=PANEL, anchor="middle", bold=True
                )
            )
        if labels:
            parts.append(words(x, bottom + 18, labels[i], p.muted, size=TICK, anchor="middle"))
        else:
            parts.append(character(x, bottom + 18, characters[i], mode))
    return svg(width, bottom + 36, *parts)


def as_the_notebook_prints(weight: float) -> str:
    """A weight with the digits of the study notebook, which printed 0.2872 and 4.2484e-18."""
    return number(weight, 4) if weight >= 1e-3 else powered(weight, 4)
