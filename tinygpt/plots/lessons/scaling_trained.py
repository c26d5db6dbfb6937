"""The drawings of heads that were trained with the division and without: how good they became, where they look.

Ochre is the plain score, teal the divided one. A dash and a name say the same.
"""

from collections.abc import Mapping, Sequence

from tinygpt.plots.chart import Plane, even_ticks, lines, mark
from tinygpt.plots.drawing import words
from tinygpt.plots.lessons.scaling import DASH, NAMES, NAMES_ROOM, TRAINED
from tinygpt.plots.look import PALETTE, TICK, Mode, color
from tinygpt.spelling import number, thousands

AWAY = {"much worse": 3.0, "about the same": 0.0, "better": -0.7}  # rooms above the divided head
HEIGHTS = 0.84, 0.5, 0.16  # shares of the chart, at which the names at its right stand


def trained(
    sizes: Sequence[int], losses: Mapping[str, Sequence[Sequence[float]]], floor: float, mode: Mode, *, chosen: int,
    guess: tuple[int, str] | None = None,
) -> str:  # fmt: skip
    """Val loss after training against head_size, with ("scaled") and without ("scores") the division.

    `losses` holds for every head_size the losses of all seeds: the line goes through the first, rings are the others.
    `floor` is the loss of counting pairs; the `chosen` head_size is marked in ink. `guess` is how somebody expected the
    undivided head of a size to compare: one of AWAY.
    """
    p = PALETTE[mode]
    low, high = (f(loss for rows in losses.values() for seeds in rows for loss in seeds) for f in (min, max))
    room = 0.2 * (high - low)
    plane = Plane((sizes[0] / 1.1, sizes[-1] * 1.1), (low - room, high + room), 150, log_x=True)
    parts = [plane.heights(even_ticks(*plane.y, most=4), mode, title="val loss")]
    parts.append(plane.widths({size: str(size) for size in sizes}, mode, title="head_size"))
    parts.append(plane.stroke((chosen, plane.y[0]), (chosen, plane.y[1]), p.ink))
    parts.append(plane.level(floor, p.gray))
    for stage, per_size in losses.items():
        parts.append(plane.curve(sizes, [seeds[0] for seeds in per_size], color(stage, mode), dash=DASH[stage]))
        parts += [_seeds(plane, size, seeds, stage, mode) for size, seeds in zip(sizes, per_size, strict=True)]
    ends = {stage: (per_size[-1][0], 3) for stage, per_size in losses.items()}
    parts.append(_names(plane, ends, ("counting pairs", floor, 3), mode))
    if guess:
        size, expected = guess
        at = losses["scaled"][sizes.index(size)][0] + AWAY[expected] * room
        parts.append(plane.at(size, at, mark("diamond", 9, fill="none", stroke=p.ink, says="your guess")))
        parts.append(plane.at(plane.x[1], plane.y[0], words(14, 28, "\u25c7 your guess", p.ink)))
    return plane.drawn(*parts, right=NAMES_ROOM, top=30)


def _seeds(plane: Plane, size: int, seeds: Sequence[float], stage: str, mode: Mode) -> str:
    """A dot for the first seed and a ring for each other one."""
    tone, where = color(stage, mode), f"head_size {size}"
    ring = {"fill": "none", "stroke": tone}
    rings = [
        plane.at(size, loss, mark("circle", 5.5, says=f"another seed, {where}: {number(loss, 3)}", **ring))
        for loss in seeds[1:]
    ]
    dot = mark("circle", 4.5, fill=tone, says=f"{NAMES[stage]}, {where}: {number(seeds[0], 3)}")
    return "".join([*rings, plane.at(size, seeds[0], dot)])


def looking(steps: Sequence[int], effective: Mapping[str, Sequence[float]], even: float, mode: Mode) -> str:
    """As if rows looked at so many characters, against the training step, with and without the division; and at how
    many if they were `even`, which is the most there can be."""
    plane = Plane((0, steps[-1]), (0, 1.12 * even), 128)
    parts = [plane.heights(even_ticks(*plane.y, most=3), mode, title="characters")]
    ticks = {step: thousands(round(step)) for step in even_ticks(*plane.x, most=3)}
    parts += [plane.widths(ticks, mode, title="step"), plane.level(even, PALETTE[mode].gray)]
    for stage, values in effective.items():
        parts.append(plane.curve(steps, values, color(stage, mode), dash=DASH[stage]))
        for step, value in zip(steps, values, strict=True):
            says = f"step {thousands(step)}: {number(value)} characters"
            parts.append(plane.at(step, value, mark("circle", 6, fill="transparent", says=says)))
    ends = {stage: (values[-1], 2) for stage, values in effective.items()}
    parts.append(_names(plane, ends, ("even rows", even, 1), mode))
    return plane.drawn(*parts, right=NAMES_ROOM, top=30)


def _names(
    plane: Plane, ends: Mapping[str, tuple[float, int]], level: tuple[str, float, int], mode: Mode
) -> str:  # fmt: skip
    """Right of a chart the last number of each stage, with so many digits, and of a dotted line; the highest on top.

    There no curve crosses them; they stand as far apart as their letters are high.
    """
    named = [(TRAINED[stage], *end, color(stage, mode, text=True)) for stage, end in ends.items()]
    named = sorted([*named, (*level, PALETTE[mode].muted)], key=lambda one: -one[1])
    (low, high), parts = plane.y, []
    for share, (name, value, digits, ink) in zip(HEIGHTS, named, strict=True):
        said = lines(14, 0, f"{name}\n{number(value, digits)}", ink, size=TICK, bold=name != level[0])
        parts.append(plane.at(plane.x[1], low + share * (high - low), said))
    return "".join(parts)
