"""Small pictures for the cards of the home page, drawn from real numbers. Each is an SVG of WIDTH x HEIGHT px."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from tinygpt.plots.drawing import character, dot, rect
from tinygpt.plots.look import PALETTE, Mode, between, color

WIDTH, HEIGHT = 320, 150
BAR = 8  # px, the thickness of a rung


def ladder(losses: Sequence[tuple[str, float]], mode: Mode) -> str:
    """Where each of several models ended, the worst at the top left: (role, loss) pairs. Empty without any.

    A role ("bigram", "head", "gpt") gives a rung its color.
    """
    if not losses:
        return ""
    rungs = sorted(losses, key=lambda rung: -rung[1])
    high, low = rungs[0][1], rungs[-1][1]
    width = WIDTH / len(rungs)
    tops = [12 + (high - loss) / ((high - low) or 1) * (HEIGHT - 24 - BAR) for _, loss in rungs]
    drops = "".join(
        f'<line x1="{i * width:.1f}" x2="{i * width:.1f}" y1="{before + BAR:.1f}" y2="{after:.1f}"'
        f' stroke="{PALETTE[mode].rule}" stroke-width="2"/>'
        for i, (before, after) in enumerate(pairwise(tops), 1)
    )
    bars = "".join(
        rect(i * width + 4, top, width - 8, BAR, fill=color(role, mode))
        for i, ((role, _), top) in enumerate(zip(rungs, tops, strict=True))
    )
    return thumbnail(drops + bars)


def matrix(values: Sequence[Sequence[float | None]], mode: Mode, *, raw: bool = False) -> str:
    """Shares as tiles over the whole picture, none where there is nothing; `raw` in ochre, for what is only counted."""
    p, high, wide = PALETTE[mode], HEIGHT / len(values), WIDTH / len(values[0])
    stops = p.diverging[len(p.diverging) // 2 :: -1] if raw else p.sequential
    body = "".join(
        f'<rect x="{j * wide:.1f}" y="{i * high:.1f}" width="{wide - 2:.1f}" height="{high - 2:.1f}" rx="1.5"'
        f' fill="{between(stops, value**0.5)}"/>'
        for i, row in enumerate(values)
        for j, value in enumerate(row)
        if value is not None
    )
    return thumbnail(body)


def maps(heads: Sequence[Sequence[Sequence[float]]], columns: int, mode: Mode) -> str:
    """Lower triangles of shares, a few beside each other and then the next ones below: the heads of a whole model."""
    side = min(WIDTH / columns, HEIGHT / -(-len(heads) // columns))
    left, body = (WIDTH - columns * side) / 2, []
    for n, head in enumerate(heads):
        y, x = (at * side for at in divmod(n, columns))
        tile = (side - 8) / len(head)
        body += [
            f'<rect x="{left + x + 4 + j * tile:.1f}" y="{y + 4 + i * tile:.1f}" width="{tile:.1f}"'
            f' height="{tile:.1f}" fill="{between(PALETTE[mode].sequential, value**0.5)}"/>'
            for i, row in enumerate(head)
            for j, value in enumerate(row[: i + 1])
        ]
    return thumbnail("".join(body))


def two_lines(steep: Sequence[float], flat: Sequence[float], mode: Mode) -> str:
    """Two series over the same places, from the lower left: the raw one, and the refined one."""
    high = max(*steep, *flat)
    parts = []
    for role, series in (("scores", steep), ("scaled", flat)):
        spots = [
            (12 + i * (WIDTH - 24) / (len(series) - 1), HEIGHT - 12 - value / high * (HEIGHT - 24))
            for i, value in enumerate(series)
        ]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{color(role, mode)}" stroke-width="4"/>')
        parts += [dot(*spot, 5, fill=color(role, mode)) for spot in spots]
    return thumbnail("".join(parts))


def bars(values: Sequence[float], mode: Mode) -> str:
    """Amounts as lying bars in the hue of a whole GPT, one below the other."""
    high, most = HEIGHT / len(values), max(values)
    body = "".join(
        rect(0, i * high + 2, max(3.0, WIDTH * value / most), high - 4, fill=color("gpt", mode))
        for i, value in enumerate(values)
    )
    return thumbnail(body)


def next_letters(chances: Sequence[tuple[str, float]], mode: Mode) -> str:
    """A few characters that may come next, each with its chance as a lying bar: (character, share) pairs."""
    high, most = HEIGHT / max(1, len(chances)), max((share for _, share in chances), default=1.0)
    body = "".join(
        character(18, (i + 0.5) * high, symbol, mode)
        + rect(40, i * high + 3, max(3.0, (WIDTH - 40) * share / most), high - 6, fill=color("gpt", mode))
        for i, (symbol, share) in enumerate(chances)
    )
    return thumbnail(body)


def strip(losses: Sequence[tuple[str, Sequence[float]]], mode: Mode) -> str:
    """A row for each of several models, a dot for each of its seeds, the lower loss farther left: (role, losses)."""
    high, every = HEIGHT / len(losses), [loss for _, seeds in losses for loss in seeds]
    low, wide = min(every), max(every) - min(every) or 1.0
    body = "".join(
        f'<circle cx="{14 + (loss - low) / wide * (WIDTH - 28):.1f}" cy="{(i + 0.5) * high:.1f}" r="7"'
        f' fill="{color(role, mode)}" opacity="0.8"/>'
        for i, (role, seeds) in enumerate(losses)
        for loss in seeds
    )
    return thumbnail(body)


def thumbnail(body: str) -> str:
    """A whole picture of some SVG elements."""
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>'


WORD = Path(__file__).with_name("wordmark.svg")  # "tinygpt" in Source Serif (SIL Open Font License), as outlines
SHADES: dict[Mode, tuple[int, ...]] = {"light": (8, 4, 6, 2, 5, 7), "dark": (8, 4, 6, 3, 5, 7)}  # row by row
CELLS = [(row, column) for row in range(3) for column in range(row + 1)]


def mark(mode: Mode, *, tile: float, pitch: float, x: float, y: float) -> str:
    """The six tiles, `tile` px wide and `pitch` px apart, from (x, y) on. SVG elements."""
    colors = [PALETTE[mode].sequential[shade] for shade in SHADES[mode]]
    return "".join(
        f'<rect x="{x + column * pitch:g}" y="{y + row * pitch:g}" width="{tile:g}" height="{tile:g}"'
        f' rx="{tile / 6:.1f}" fill="{color}"/>'
        for (row, column), color in zip(CELLS, colors, strict=True)
    )


@cache
def logo(mode: Mode) -> str:
    """Mark and word side by side, 36 px high. An SVG."""
    word = WORD.read_text(encoding="utf-8").replace("<svg ", f'<svg x="36" fill="{PALETTE[mode].ink}" ', 1)
    body = mark(mode, tile=7.6, pitch=9, x=1, y=5) + word.strip()
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="36" viewBox="0 0 120 36">{body}</svg>'


@cache
def favicon() -> str:
    """The mark alone, for the browser's tab. An SVG."""
    body = mark("light", tile=16, pitch=20, x=4, y=4)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">{body}</svg>'
