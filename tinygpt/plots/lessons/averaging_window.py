"""A window of hidden text: what one of its positions reads, what it has to guess, and what each position pays.

Shapes in this file:
    T   positions in the window
"""

from collections.abc import Mapping, Sequence

from tinygpt.plots.drawing import character, dot, line, rect, svg, words
from tinygpt.plots.look import PALETTE, TICK, Mode, between, color
from tinygpt.spelling import number

TILE, WIDE = 37.5, 342  # px: the pitch of the characters; the width of a drawing, which a phone has
PLOT, MOST = 150, 3.2  # px and nats: the height of the bars, and what it stands for
ROLES = ("head", "scores")  # the hues of the losses, in their order


def window(characters: Sequence[str], t: int, mode: Mode, *, future: bool) -> str:
    """The characters of a window and the one after it, T + 1; what position `t` reads is filled, what it has to guess
    framed. With `future` it reads the whole window."""
    p = PALETTE[mode]
    frame, read = color("scores", mode), between(p.sequential, 0.14)
    parts = [words(2, 10, "position", p.muted, size=14)]
    for i, symbol in enumerate(characters):
        left = 2 + i * TILE
        seen = i < len(characters) - 1 if future else i <= t
        look = {"fill": read} if seen else {"stroke": p.rule, "dashed": True}
        parts.append(
            words(left + 18, 32, str(i), p.ink if i == t else p.muted, size=TICK, anchor="middle", bold=i == t)
        )
        parts.append(rect(left + 1, 46, TILE - 4, 44, **look))
        if i == t + 1:
            parts.append(rect(left + 1, 46, TILE - 4, 44, stroke=frame, thick=4))
        parts.append(character(left + 18, 68, symbol, mode, bold=i in (t, t + 1), size=19))
    parts.append(rect(2, 112, 20, 16, fill=read))
    parts.append(words(30, 120, "it reads this", p.ink, size=15))
    parts.append(rect(147, 112, 18, 16, stroke=frame, thick=3))
    parts.append(words(174, 120, "it has to guess this", p.ink, size=15))
    return svg(WIDE, 136, *parts)


def losses_bars(losses: Mapping[str, Sequence[float]], t: int, mode: Mode) -> str:
    """What each of T positions pays, a bar for each of one or two models; the numbers stand over position `t`."""
    p, names = PALETTE[mode], list(losses)
    thick, foot = 30 / len(names), 44 + PLOT
    parts = [rect(2 + t * TILE - 2, 24, TILE, PLOT + 44, stroke=p.ink, thick=1.5)]
    parts.append(line(0, foot, 8 * TILE, foot, p.rule))
    for n, name in enumerate(names):
        tone = color(ROLES[n], mode)
        for i, loss in enumerate(losses[name]):
            height = max(1.0, PLOT * loss / MOST)
            parts.append(rect(3 + i * TILE + n * thick, foot - height, thick - 1, height, fill=tone))
        top, said = foot + 46 + 22 * n, f"{name}: {number(losses[name][t])} at position {t}"
        parts += [
            dot(10, top, 6, fill=tone),
            words(24, top, said, color(ROLES[n], mode, text=True), size=16, bold=True),
        ]
    parts.append(words(2, 10, "val loss at each position", p.muted, size=15))
    for i in range(len(losses[names[0]])):
        parts.append(words(18 + i * TILE, foot + 13, str(i), p.ink if i == t else p.muted, size=15, anchor="middle"))
    return svg(WIDE, foot + 34 + 24 * len(ROLES), *parts)  # one model leaves the place of the other free
