"""The name of the house as a picture: six tiles of a causal matrix, and the word."""

from functools import cache
from pathlib import Path

from tinygpt.plots.look import PALETTE, Mode

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
