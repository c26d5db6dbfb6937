"""Small pictures for the cards of the home page, drawn from real numbers. Each is an SVG of WIDTH x HEIGHT px."""

from collections.abc import Sequence

from tinygpt.plots.look import Mode, color

WIDTH, HEIGHT = 320, 150
EDGE = 7  # px kept free for the thickness of a line and its dot


def svg(body: str) -> str:
    """A whole picture of some SVG elements."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{body}</svg>"
    )


def curves(losses: dict[str, Sequence[tuple[int, float]]], mode: Mode) -> str:
    """Loss curves, one for each role ("bigram", "gpt"): points (step, loss), a dot where a curve ends.

    Time is each curve's own: the first point stands at the left, the last at the right. Losses share one scale.
    Empty without a curve.
    """
    if not losses:
        return ""
    every = [loss for points in losses.values() for _, loss in points]
    low, high = min(every), max(every)

    def place(points: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
        last = max(points[-1][0], 1)
        return [
            (
                EDGE + step / last * (WIDTH - 2 * EDGE),
                HEIGHT - EDGE - (loss - low) / ((high - low) or 1) * (HEIGHT - 2 * EDGE),
            )
            for step, loss in points
        ]

    return svg("".join(line(place(points), color(role, mode)) for role, points in losses.items()))


def line(places: Sequence[tuple[float, float]], tone: str) -> str:
    """A line through `places`, each (x, y) in px, with a dot at its end. SVG elements."""
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    x, y = places[-1]
    return (
        f'<polyline fill="none" stroke="{tone}" stroke-width="3" stroke-linejoin="round" points="{corners}"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{tone}"/>'
    )
