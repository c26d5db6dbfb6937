"""Small pictures for the cards of the home page, drawn from real numbers. Each is an SVG of WIDTH x HEIGHT px."""

from collections.abc import Sequence
from itertools import pairwise

from tinygpt.plots.look import PALETTE, Mode, color

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
        f'<rect x="{i * width + 4:.1f}" y="{top:.1f}" width="{width - 8:.1f}" height="{BAR}" rx="2"'
        f' fill="{color(role, mode)}"/>'
        for i, ((role, _), top) in enumerate(zip(rungs, tops, strict=True))
    )
    return svg(drops + bars)


def svg(body: str) -> str:
    """A whole picture of some SVG elements."""
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>'
