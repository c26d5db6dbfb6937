"""The drawings of the transformer lesson: the machine box by box, and its learned numbers as bars with patterns.

SVG and HTML strings out of numbers; all text is escaped here. A part that is off is dashed, hollow, and says "off".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from tinygpt.plots.drawing import dot, line, rect, svg, words
from tinygpt.plots.look import LABEL, PALETTE, SANS, TICK, Mode, Palette
from tinygpt.spelling import thousands

WIDTH, BOX, LEFT, HIGH, STEP = 450, 300, 78, 40, 54  # px: the drawing, a box, and from one box to the next
RAIL, SKIP = 44, 46  # px: where the way around a part runs, and the height of its plus
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
    p, parts, y = PALETTE[mode], [], 0.0
    parts.append(words(MIDDLE, y + 12, "ids of the characters", p.muted, size=TICK, anchor="middle"))
    y += 40
    for box in machine.before:
        parts.append(_box(box, y, p))
        y += STEP
    top = y - 6
    y += 12
    for half, skip in zip(machine.halves, machine.skips, strict=True):
        begin = y - 12
        for box in half:
            parts.append(_box(box, y, p))
            y += STEP
        parts.append(_skip(begin, y + 8, p, on=skip))
        y += SKIP
    parts.append(_frame(top, y - 4, machine.n_layer, p))
    y += 14
    for box in machine.after:
        parts.append(_box(box, y, p))
        y += STEP
    parts.append(words(MIDDLE, y + 8, "softmax: chances of the next one", p.muted, size=TICK, anchor="middle"))
    return svg(WIDTH, y + 22, *parts)


def _box(box: Box, y: float, p: Palette) -> str:
    """A part with its count; an arrow leads into it."""
    tone, hue = (p.ink, getattr(p, HUES[box.name])) if box.on else (p.muted, p.muted)
    name, count = box.name, thousands(box.count) if box.on else "off"
    middle = y + HIGH / 2
    shape = (
        rect(LEFT, y, BOX, HIGH, fill=p.tile) + rect(LEFT, y, 8, HIGH, fill=hue)
        if box.on
        else rect(LEFT, y, BOX, HIGH, stroke=p.muted, dashed=True, thick=1.5)
    )
    note = words(LEFT + 20 + 7.6 * len(name), middle, box.note, p.muted, size=14) if box.note and box.on else ""
    return (
        _arrow(y, p)
        + shape
        + words(LEFT + 20, middle, name, tone)
        + note
        + words(LEFT + BOX - 12, middle, count, tone, anchor="end", bold=box.on)
    )


def _arrow(y: float, p: Palette) -> str:
    return line(MIDDLE, y - STEP + HIGH, MIDDLE, y - 2, p.muted)


def _skip(begin: float, y: float, p: Palette, *, on: bool) -> str:
    """The way around a part, from `begin` down to the plus at `y`."""
    tone, thick = (p.ink, 2.5) if on else (p.muted, 1.5)
    way = [(MIDDLE, begin, RAIL, begin), (RAIL, begin, RAIL, y), (RAIL, y, MIDDLE - 14, y)]
    lines = "".join(line(*ends, tone, thick=thick, dashed=not on) for ends in way)
    arrow = line(MIDDLE, y - 22, MIDDLE, y - 14, p.muted)
    plus = dot(MIDDLE, y, 13, fill=p.tile if on else p.paper, stroke=tone)
    sign = words(MIDDLE, y, "+", tone, anchor="middle", bold=on)
    said = words(MIDDLE + 24, y, "skip", tone) + words(
        LEFT + BOX - 12, y, "0" if on else "off", tone, anchor="end", bold=on
    )
    return lines + arrow + plus + sign + said


def _frame(top: float, bottom: float, n_layer: int, p: Palette) -> str:
    """A hairline round what is repeated, and how often."""
    x = LEFT + BOX + 14
    edge = rect(RAIL - 18, top, x - RAIL + 18, bottom - top, stroke=p.rule, thick=1.5)
    times = f"\u00d7 {n_layer}" if n_layer else "off"
    return edge + words(x + 8, (top + bottom) / 2, times, p.ink, bold=True)


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
    lines = "".join(
        f'<div style="display:flex;align-items:baseline;gap:.6em">{_swatch(part, p)}'
        f'<span style="flex:1">{escape(part)}</span><b>{thousands(count)}</b>'
        f'<span style="width:3.2em;text-align:right;color:{p.muted}">{_share(count / total)}</span></div>'
        for part, count in counts.items()
        if count
    )
    grid = "display:grid;grid-template-columns:repeat(auto-fit,minmax(17em,1fr));gap:.35em 3em;margin-top:1em"
    return _sheet(_bar(counts, total, 52, p, counted=True) + f'<div style="{grid}">{lines}</div>', p)


def _share(share: float) -> str:
    """In percent; of a part that is there never 0."""
    return "&lt;1%" if share < 0.005 else f"{share:.0%}"


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
    pieces = "".join(_piece(part, n, n / total, p, counted=counted) for part, n in counts.items() if n)
    return f'<div style="display:flex;gap:2px;height:{height}px;width:100%">{pieces}</div>'


def _piece(part: str, count: int, share: float, p: Palette, *, counted: bool) -> str:
    label = thousands(count) if counted and share > READABLE else ""
    said = f"{part}: {thousands(count)}"
    plate = f"background:{p.paper};color:{p.ink};padding:0 .4em;border-radius:3px;font-weight:600"
    inside = f'<span style="{plate}">{label}</span>' if label else ""
    return (
        f'<div title="{escape(said)}" style="width:{share:.4%};min-width:2px;background:{_pattern(part, p)};'
        f'display:flex;align-items:center;justify-content:center">{inside}</div>'
    )


def _swatch(part: str, p: Palette) -> str:
    return (
        f'<span style="flex:none;width:1.1em;height:1.1em;align-self:center;border-radius:2px;'
        f'background:{_pattern(part, p)}"></span>'
    )


def _pattern(part: str, p: Palette) -> str:
    """Two tones of a part's hue; a plain one for the token embedding and for feed-forward."""
    return PATTERNS.get(part, "{a}").format(a=getattr(p, HUES[part]), b=p.tile)


def _sheet(body: str, p: Palette) -> str:
    face = escape(SANS, quote=True)
    return f'<div style="width:100%;font:{LABEL}px {face};line-height:1.5;color:{p.ink}">{body}</div>'
