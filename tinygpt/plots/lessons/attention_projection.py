"""x times three matrices: where query, key and value of one character come from. An SVG.

Shapes in this file:
    C   channels (n_embd)       hs  head_size
"""

from collections.abc import Sequence

from torch import Tensor

from tinygpt.plots.drawing import rect, scale_bar, shade, svg, words
from tinygpt.plots.look import PALETTE, TICK, Mode, color
from tinygpt.spelling import number

SIDE, LEFT, TOP, GAP = 160, 44, 52, 40  # px: the highest matrix, what stands left of them and above, between two
NAMES = (("q", "query"), ("k", "key"), ("v", "value"))
LEVELS = 24  # colors on each side of zero: cells of one color are one path


def projection(x: Tensor, matrices: Tensor, made: Sequence[Tensor], letter: str, mode: Mode) -> str:
    """x (C,) at the left; beside it three `matrices`, (3, C, hs); below each what it makes of x, three times (hs,).

    The first column of each matrix and the number that it makes are outlined.
    """
    p, (_, C, hs) = PALETTE[mode], matrices.shape
    cell = min(SIDE / C, 190 / hs)
    high, wide = C * cell, max(hs * cell, 84)
    most, most_x = float(matrices.abs().max()), max(1e-6, float(x.abs().max()))
    most_made = max(1e-6, *(float(values.abs().max()) for values in made))
    parts = [
        words(0, 12, f"x of {letter}, {C} numbers, times three learned matrices of {C} rows and {hs} columns", p.muted,
              size=TICK),
        words(LEFT - 26, TOP - 14, "x", p.ink, bold=True, anchor="middle"),
        column(x, LEFT - 36, TOP, cell, mode, most_x),
    ]  # fmt: skip
    for n, (role, name) in enumerate(NAMES):
        left, tone = LEFT + n * (wide + GAP), color(role, mode, text=True)
        parts.append(words(left, TOP - 14, f"W of the {name}", tone, size=TICK, bold=True))
        parts.append(mosaic(matrices[n], left, TOP, cell, mode, most))
        parts.append(rect(left - 1, TOP - 1, cell + 2, high + 2, stroke=p.ink, thick=1.5))
        below = TOP + high + 14
        parts.append(mosaic(made[n][None], left, below, cell, mode, most_made, high=16))
        parts.append(rect(left - 1, below - 1, cell + 2, 18, stroke=p.ink, thick=1.5))
        said = f"{role}[0] = {number(float(made[n][0]))}"
        parts.append(words(left, below + 32, f"{name}: {said}", tone, size=TICK, bold=True))
    across = LEFT + 3 * wide + 2 * GAP
    bars = ((LEFT, most_x, "x"), (LEFT + 190, most, "matrices"), (LEFT + 380, most_made, "products"))
    foot = TOP + high + 70
    for left, limit, name in bars:
        parts.append(scale_bar(left, foot, mode, signed=True, limit=limit, name=name, width=160))
    return svg(max(across, LEFT + 540) + 4, foot + 34, *parts)


def column(values: Tensor, x: float, y: float, cell: float, mode: Mode, limit: float) -> str:
    """Numbers under each other, (C,): tiles 20 px wide."""
    return "".join(
        f'<rect x="{x:.1f}" y="{y + i * cell:.1f}" width="20" height="{cell:.2f}" '
        f'fill="{shade(value, mode, signed=True, limit=limit)[0]}"/>'
        for i, value in enumerate(values.tolist())
    )


def mosaic(
    values: Tensor, x: float, y: float, cell: float, mode: Mode, limit: float, *, high: float | None = None
) -> str:
    """A large matrix in few paths, one for each color: cells without gaps. `values` is (rows, columns)."""
    ways: dict[int, list[str]] = {}
    tall = high or cell
    for i, row in enumerate(values.tolist()):
        for j, value in enumerate(row):
            level = round(max(-1.0, min(1.0, value / limit)) * LEVELS)
            corner = f"M{x + j * cell:.1f} {y + i * tall:.1f}"
            ways.setdefault(level, []).append(f"{corner}h{cell:.1f}v{tall:.1f}h-{cell:.1f}z")
    return "".join(
        f'<path fill="{shade(level / LEVELS, mode, signed=True)[0]}" d="{"".join(way)}"/>'
        for level, way in sorted(ways.items())
    )
