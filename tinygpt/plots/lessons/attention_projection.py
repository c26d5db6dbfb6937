"""x times three matrices: where query, key and value of one character come from. SVGs in a row that wraps.

Shapes in this file:
    C   channels (n_embd)       hs  head_size
"""

from collections.abc import Sequence

from torch import Tensor

from tinygpt.plots.drawing import rect, scale_bar, shade, svg, words
from tinygpt.plots.look import PALETTE, TICK, Mode, color
from tinygpt.spelling import number

SIDE, LEFT, TOP = 160, 30, 28  # px: the highest matrix, and what stands left of it and above
NAMES = (("q", "query"), ("k", "key"), ("v", "value"))
LEVELS = 24  # colors on each side of zero: cells of one color are one path


def projection(x: Tensor, matrices: Tensor, made: Sequence[Tensor], mode: Mode) -> str:
    """For each of three `matrices`, (3, C, hs): x (C,) at its left, below it what it `made` of x, three times (hs,).

    The first column of each matrix and the number that it makes are outlined.
    """
    _, C, hs = matrices.shape
    cell = min(SIDE / C, 190 / hs)
    limits = tuple(max(1e-6, float(each.abs().max())) for each in (x, matrices, made[0], made[1], made[2]))
    most_x, most, most_made = limits[0], limits[1], max(limits[2:])
    parts = []
    for n, (role, name) in enumerate(NAMES):
        parts.append(_product(x, matrices[n], made[n], role, name, cell, (most_x, most, most_made), mode))
    bars = ((most_x, "x"), (most, "matrices"), (most_made, "products"))
    parts += [svg(164, 34, scale_bar(2, 2, mode, signed=True, limit=limit, name=name)) for limit, name in bars]
    return "".join(parts)


def _product(
    x: Tensor, matrix: Tensor, made: Tensor, role: str, name: str, cell: float, limits: tuple[float, float, float],
    mode: Mode,
) -> str:  # fmt: skip
    """x (C,) times one matrix (C, hs), and what comes of it (hs,)."""
    p, (C, hs) = PALETTE[mode], matrix.shape
    high, tone = C * cell, color(role, mode, text=True)
    below = TOP + high + 10
    return svg(
        max(LEFT + hs * cell + 4, 200), below + 44,
        words(8, 12, "x", p.ink, bold=True, anchor="middle", size=TICK),
        words(LEFT, 12, f"times W of the {name}", tone, size=TICK, bold=True),
        mosaic(x[:, None], 0, TOP, cell, mode, limits[0], wide=16),
        mosaic(matrix, LEFT, TOP, cell, mode, limits[1]),
        rect(LEFT - 1, TOP - 1, cell + 2, high + 2, stroke=p.ink, thick=1.5),
        mosaic(made[None], LEFT, below, cell, mode, limits[2], high=16),
        rect(LEFT - 1, below - 1, cell + 2, 18, stroke=p.ink, thick=1.5),
        words(LEFT, below + 32, f"{name}: {role}[0] = {number(float(made[0]))}", tone, size=TICK, bold=True),
    )  # fmt: skip


def mosaic(
    values: Tensor, x: float, y: float, cell: float, mode: Mode, limit: float, *, high: float = 0, wide: float = 0
) -> str:
    """A large matrix in few paths, one for each color: cells without gaps. `values` is (rows, columns)."""
    ways: dict[int, list[str]] = {}
    tall, broad = high or cell, wide or cell
    for i, row in enumerate(values.tolist()):
        for j, value in enumerate(row):
            level = round(max(-1.0, min(1.0, value / limit)) * LEVELS)
            corner = f"M{x + j * broad:.1f} {y + i * tall:.1f}"
            ways.setdefault(level, []).append(f"{corner}h{broad:.1f}v{tall:.1f}h-{broad:.1f}z")
    return "".join(
        f'<path fill="{shade(level / LEVELS, mode, signed=True)[0]}" d="{"".join(way)}"/>'
        for level, way in sorted(ways.items())
    )
