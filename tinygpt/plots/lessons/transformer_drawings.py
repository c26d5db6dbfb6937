"""The drawings of the transformer lesson: the machine box by box, and its learned numbers as bars with patterns.

SVG and HTML strings out of numbers; all text is escaped here. A part that is off is dashed, hollow, and says "off".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tinygpt.plots.drawing import dot, line, rect, svg, words
from tinygpt.plots.look import LABEL, PALETTE, SANS, TICK, Mode, Palette
from tinygpt.spelling import thousands

WIDTH, BOX, LEFT, HIGH, STEP = 450, 300, 78, 34, 46  # px: the drawing, a box, and from one box to the next
RAIL, SKIP = 44, 40  # px: where the way around a part runs, and the height of its plus
MIDDLE = LEFT + BOX / 2

# Ochre the raw, blue attention, teal the heads joined, plum what comes out; a pattern says the same without color.
HUES = {
    "token embedding": "ochre", "positions": "ochre", "query, key, value": "blue", "projection": "teal",
    "feed-forward": "plum", "LayerNorm": "gray", "output layer": "ink",
}  # fmt: skip
PATTERNS = {
    "positions": "repeating-linear-gradient(90deg,{a} 0 3px,{b} 3px 6px)",
    "query, key, value": "repeating-linear-gradient(45deg,{a} 0 7px,{b} 7px 9px)",
    "projection": "repeating-linear-gradient(0deg,{a} 0 6px,{b} 6px 8px)",
    "LayerNorm": "repeating-linear-gradient(90deg,{a} 0 2px,{b} 2px 4px)",
    "output layer": "repeating-linear-gradient(135deg,{a} 0 4px,{b} 4px 6px)",
}
READABLE = 0.13  # of a bar: a piece this long has room for its count


@dataclass(frozen=True)
class Box:
    """A part as the diagram shows it: `count` learned numbers, in one block where there are several."""

    name: str
    count: int
    on: bool
    note: str = ""  # what else there is to say: "4 heads of 8"


@dataclass(frozen=True)
class MachinePicture:
    """A whole model from the bottom of its code to the top, in the order in which the characters meet its parts."""

    before: tuple[Box, ...]
    halves: tuple[tuple[Box, ...], tuple[Box, ...]]  # of a block: the one that looks around, the one that thinks
    skips: tuple[bool, bool]  # whether there is a way around each half
    after: tuple[Box, ...]
    n_layer: int  # 0: there is no block

    def boxes(self) -> list[Box]:
        """All parts in their order."""
        return [*self.before, *self.halves[0], *self.halves[1], *self.after]


def machine_words(machine: MachinePicture) -> str:
    """The diagram as a list for whoever cannot see it."""
    parts = [f"{box.name}: {thousands(box.count) if box.on else 'off'}" for box in machine.boxes()]
    times = f"block, {machine.n_layer} times" if machine.n_layer else "block: off"
    return "; ".join([*parts, f"skip: {'on' if any(machine.skips) else 'off'}", times])


def machine_drawing(machine: MachinePicture, mode: Mode) -> str:
    """The block diagram: characters enter at the top, chances of the next character leave below."""
    p, y = PALETTE[mode], 40.0
    parts = [words(MIDDLE, 12, "ids of the characters", p.muted, size=TICK, anchor="middle")]

    def stack(boxes: Sequence[Box]) -> None:
        nonlocal y
        for box in boxes:
            parts.append(_box(box, y, p))
            y += STEP

    stack(machine.before)
    top = y - 6
    y += 12
    for half, skip in zip(machine.halves, machine.skips, strict=True):
        begin = y - 12
        stack(half)
        parts.append(_skip(begin, y + 8, p, on=skip))
        y += SKIP
    right, height = LEFT + BOX + 14, y - 4 - top  # a hairline round what is repeated, and how often
    parts.append(rect(RAIL - 18, top, right - RAIL + 18, height, stroke=p.rule, thick=1.5))
    times = f"\u00d7 {machine.n_layer}" if machine.n_layer else "off"
    parts.append(words(right + 8, top + height / 2, times, p.ink, bold=True))
    y += 14
    stack(machine.after)
    parts.append(words(MIDDLE, y + 8, "softmax: chances of the next one", p.muted, size=TICK, anchor="middle"))
    return svg(WIDTH, y + 22, *parts)


def _box(box: Box, y: float, p: Palette) -> str:
    """A part with its count; an arrow leads into it."""
    tone, middle = p.ink if box.on else p.muted, y + HIGH / 2
    count = thousands(box.count) if box.on else "off"
    parts = [_down(y - STEP + HIGH, y - 2, p)]
    if box.on:
        parts += [rect(LEFT, y, BOX, HIGH, fill=p.tile), rect(LEFT, y, 8, HIGH, fill=getattr(p, HUES[box.name]))]
    else:
        parts.append(rect(LEFT, y, BOX, HIGH, stroke=p.muted, dashed=True, thick=1.5))
    parts.append(words(LEFT + 20, middle, box.name, tone))
    if box.note and box.on:
        parts.append(words(LEFT + 18 + 7.6 * len(box.name), middle, box.note, p.muted, size=TICK))
    parts.append(words(LEFT + BOX - 12, middle, count, tone, anchor="end", bold=box.on))
    return "".join(parts)


def _down(start: float, end: float, p: Palette) -> str:
    """A short line down that ends in an arrowhead."""
    sides = (line(MIDDLE, end, MIDDLE + side, end - 5, p.muted) for side in (-4, 4))
    return line(MIDDLE, start, MIDDLE, end, p.muted) + "".join(sides)


def _skip(begin: float, y: float, p: Palette, *, on: bool) -> str:
    """The way around a part, from `begin` down to the plus at `y`."""
    tone, thick = (p.ink, 2.5) if on else (p.muted, 1.5)
    way = [(MIDDLE, begin, RAIL, begin), (RAIL, begin, RAIL, y), (RAIL, y, MIDDLE - 14, y)]
    parts = [line(*ends, tone, thick=thick, dashed=not on) for ends in way]
    parts += [
        _down(y - 22, y - 14, p),
        dot(MIDDLE, y, 13, fill=p.tile if on else p.paper, stroke=tone),
        words(MIDDLE, y, "+", tone, anchor="middle", bold=on),
        words(MIDDLE + 24, y, "skip", tone),
        words(LEFT + BOX - 12, y, "0" if on else "off", tone, anchor="end", bold=on),
    ]
    return "".join(parts)


def sums(rows: Mapping[str, tuple[str, int]], mode: Mode) -> str:
    """How the learned numbers of each part come about, a line each: its name, its products, its count; then all."""
    p, cell = PALETTE[mode], "padding:.3em 1em .3em 0"
    last, end = f"{cell};text-align:right;padding-right:0", f"border-top:1.5px solid {p.muted};font-weight:700"
    lines = "".join(
        f'<span style="{cell}">{escape(part)}</span><span style="{cell};color:{p.muted}">{escape(products)}</span>'
        f'<span style="{last}">{thousands(count)}</span>'
        for part, (products, count) in rows.items()
    )
    total = thousands(sum(count for _, count in rows.values()))
    lines += (
        f'<span style="{cell};{end};grid-column:1/3">learned numbers</span><span style="{last};{end}">{total}</span>'
    )
    return _sheet(f'<div style="display:grid;grid-template-columns:auto 1fr auto">{lines}</div>', p)


# --- who owns the numbers --------------------------------------------------------------------------------------------


def owners(counts: Mapping[str, int], mode: Mode) -> str:
    """One bar of all learned numbers, a piece for each part, and a line for each piece."""
    p, total = PALETTE[mode], sum(counts.values())
    swatch = "flex:none;width:1.1em;height:1.1em;align-self:center;border-radius:2px"

    def share(count: int) -> str:  # of a part that is there never 0
        return "&lt;1%" if count / total < 0.005 else f"{count / total:.0%}"

    lines = "".join(
        '<div style="display:flex;align-items:baseline;gap:.6em">'
        f'<span style="{swatch};background:{_pattern(part, p)}"></span>'
        f'<span style="flex:1">{escape(part)}</span><b>{thousands(count)}</b>'
        f'<span style="width:3.2em;text-align:right;color:{p.muted}">{share(count)}</span></div>'
        for part, count in counts.items()
        if count
    )
    grid = "display:grid;grid-template-columns:repeat(auto-fit,minmax(17em,1fr));gap:.35em 3em;margin-top:1em"
    return _sheet(_bar(counts, total, 52, p, counted=True) + f'<div style="{grid}">{lines}</div>', p)


def ladder_bars(rungs: Mapping[str, Mapping[str, int]], mode: Mode) -> str:
    """The same bar for each rung of the ladder, all to one scale: its length is the number of learned numbers."""
    p, most = PALETTE[mode], max(sum(counts.values()) for counts in rungs.values())
    rows = "".join(
        f'<span>{escape(rung)}</span><span style="text-align:right">{thousands(sum(counts.values()))}</span>'
        + _bar(counts, most, 22, p)
        for rung, counts in rungs.items()
    )
    grid = "display:grid;grid-template-columns:auto auto minmax(0,1fr);gap:.5em .9em;align-items:center"
    return _sheet(f'<div style="{grid}">{rows}</div>', p)


def _bar(counts: Mapping[str, int], total: int, height: int, p: Palette, *, counted: bool = False) -> str:
    """Pieces side by side; `total` is as long as the whole bar may be."""
    plate = f"background:{p.paper};color:{p.ink};padding:0 .4em;border-radius:3px;font-weight:600"
    pieces = []
    for part, n in counts.items():
        if n:
            label = f'<span style="{plate}">{thousands(n)}</span>' if counted and n / total > READABLE else ""
            pieces.append(
                f'<div title="{escape(part)}: {thousands(n)}" style="width:{n / total:.4%};min-width:2px;'
                f'background:{_pattern(part, p)};display:flex;align-items:center;justify-content:center">{label}</div>'
            )
    return f'<div style="display:flex;gap:2px;height:{height}px;width:100%">{"".join(pieces)}</div>'


def _pattern(part: str, p: Palette) -> str:
    """Two tones of a part's hue; a plain one for the token embedding and for feed-forward."""
    return PATTERNS.get(part, "{a}").format(a=getattr(p, HUES[part]), b=p.tile)


def _sheet(body: str, p: Palette) -> str:
    face = escape(SANS, quote=True)
    return f'<div style="width:100%;font:{LABEL}px {face};line-height:1.5;color:{p.ink}">{body}</div>'
