"""Why the spread of a sum grows with the root: scores as walks, product by product, for every stop of a slider.

Across lie the products that were added, as many as fill the picture; up lies their sum, on one axis for all stops.
"""

import math

from torch import Tensor

from tinygpt.plots.drawing import dot, line, path, rect, svg, words
from tinygpt.plots.lessons.scaling_weights import WIDTH, smaller_screens
from tinygpt.plots.look import PALETTE, PANEL, TICK, Mode, color
from tinygpt.spelling import number, thousands

TOP, HEIGHT, LEFT, RIGHT = 44, 350, 50, 420  # px: where walks lie
LIMIT = 40  # of the sums that are drawn: two and a half spreads of 256 products
LIMITS = (2, 6, 10, 20, LIMIT)  # of the sums of a single score
BARS = 64  # products that have room as bars, at most
SHOWN = 64  # steps of a walk that are drawn, at most
BIN = 1.25  # of the sums at the right


def one_walk(walk: Tensor, mode: Mode) -> str:
    """The n products of one score as bars, where there is room for them, and their sum so far from 0 on. (n + 1,)

    The axis goes as far as this score needs.
    """
    end, p, n = float(walk[-1]), PALETTE[mode], len(walk) - 1
    limit = next(limit for limit in LIMITS if limit >= float(walk.abs().max()) or limit == LIMIT)
    parts = _axes(n, "products (bars), their sum (line)" if n <= BARS else "sum of the products", mode, limit)
    wide, foot = 0.7 * (RIGHT - LEFT) / n, _y(0, limit)
    for i, product in enumerate(walk.diff().tolist() if n <= BARS else ()):
        top, low = sorted((_y(product, limit), foot))
        parts.append(rect(_x(i + 0.5, n) - wide / 2, top, wide, low - top, fill=color("scores", mode)))
    parts += [_way(walk, p.ink, limit, thick=2.5), dot(RIGHT, _y(end, limit), 6, fill=p.ink)]
    return _drawing(*parts, words(RIGHT + 14, _y(end, limit), number(end), p.ink, size=PANEL, bold=True))


def fan(walks: Tensor, ends: Tensor, mode: Mode, *, guess: float | None = None) -> str:
    """Some walks of n products from 0 on, (N, n + 1), the first of them in ink; the root as dashed lines; and at the
    right how many of all `ends` lie where, (M,), with their spread, and beside it the spread that somebody guessed."""
    p, n, spread = PALETTE[mode], walks.shape[1] - 1, float(ends.std())
    tone, ink, bottom = color("scores", mode), color("scores", mode, text=True), TOP + HEIGHT
    parts = _axes(n, "sums of the products", mode)
    parts += [f'<g opacity="0.4">{"".join(_way(walk, tone, LIMIT, thick=1) for walk in walks[1:])}</g>']
    parts += [_way(walks[0], p.ink, LIMIT, thick=2), *(_root(n, sign, mode) for sign in (1, -1)), _pile(ends, mode)]
    parts += _reach(RIGHT + 10, spread, ink)
    parts += [words(WIDTH, 18, f"{thousands(len(ends))} sums", p.muted, anchor="end")]
    parts += [words(WIDTH, bottom + 18, f"spread {number(spread)}", ink, size=PANEL, anchor="end", bold=True)]
    if guess is not None:
        parts += _reach(RIGHT + 20, guess, p.ink, dashed=True)
        parts += [words(WIDTH, bottom + 44, f"your guess {guess:g}", p.ink, anchor="end")]
    return _drawing(*parts)


def _drawing(*parts: str) -> str:
    return f'{smaller_screens()}<div class="under-slider">{svg(WIDTH, TOP + HEIGHT + 62, *parts)}</div>'


def _y(value: float, limit: float = LIMIT) -> float:
    return TOP + HEIGHT / 2 * (1 - max(-1.0, min(1.0, value / limit)))


def _x(n: float, of: int) -> float:
    return LEFT + (RIGHT - LEFT) * n / of


def _axes(n: int, title: str, mode: Mode, limit: float = LIMIT) -> list[str]:
    """What stands round the walks: the title, sums at the left, numbers of products along the bottom."""
    p, bottom = PALETTE[mode], TOP + HEIGHT
    parts = [words(LEFT, 18, title, color("scores", mode, text=True), bold=True)]
    for value in (-limit, -limit / 2, 0, limit / 2, limit):
        y = _y(value, limit)
        parts += [line(LEFT, y, RIGHT, y, p.rule, thick=1)]
        parts += [words(LEFT - 8, y, number(value, 0 if limit > 2 else 1), p.muted, size=TICK, anchor="end")]
    for at in sorted({0, n // 2, n}):
        parts += [words(_x(at, n), bottom + 18, str(at), p.muted, size=TICK, anchor="middle")]
    return [*parts, words(LEFT, bottom + 44, "products added", p.muted)]


def _way(walk: Tensor, tone: str, limit: float, *, thick: float) -> str:
    """A walk as a line through at most SHOWN of its sums."""
    n = len(walk) - 1
    at = range(0, n + 1, max(1, n // SHOWN))
    return path([(_x(i, n), _y(float(walk[i]), limit)) for i in at], tone, thick=thick)


def _root(n: int, sign: int, mode: Mode) -> str:
    points = [(_x(n * i / 32, n), _y(sign * math.sqrt(n * i / 32))) for i in range(33)]
    return path(points, PALETTE[mode].ink, thick=2, dashed=True)


def _pile(ends: Tensor, mode: Mode) -> str:
    """How many sums lie where, as a hill on its side."""
    bins = round(2 * LIMIT / BIN)
    counts = ends.histc(bins, -LIMIT, LIMIT).tolist()
    foot, room = RIGHT + 36, WIDTH - RIGHT - 36
    hill = [f"{foot + room * n / max(counts):.1f},{_y(-LIMIT + (i + 0.5) * BIN):.1f}" for i, n in enumerate(counts)]
    ground = f"{foot},{_y(-LIMIT):.1f} {' '.join(hill)} {foot},{_y(LIMIT):.1f}"
    tone = color("scores", mode)
    return f'<polygon points="{ground}" fill="{tone}" fill-opacity="0.3" stroke="{tone}" stroke-width="1.5"/>'


def _reach(x: float, spread: float, tone: str, *, dashed: bool = False) -> list[str]:
    """A bracket from one spread below 0 to one above."""
    up, down = _y(spread), _y(-spread)
    return [line(x, up, x, down, tone, thick=3, dashed=dashed), *(line(x - 4, y, x + 4, y, tone) for y in (up, down))]
