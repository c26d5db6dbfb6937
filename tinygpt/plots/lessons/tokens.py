"""The figures of the first lesson: characters and ids as tiles, the vocabulary as bars. Every character is escaped.

Strips of tiles are HTML, so that they wrap on a phone.
"""

import math
from collections.abc import Sequence
from html import escape

from tinygpt.plots.chart import Chart, block, even_ticks
from tinygpt.plots.drawing import character, dot, line, rect, svg, words
from tinygpt.plots.look import MONO, PALETTE, TICK, Mode, between, color
from tinygpt.spelling import in_a_row, named, shown, spoken, thousands

BARS = 65  # characters of the lecture's text: a browser draws so many bars with their names at once, not thousands
PER_ROW = 13  # bars: so many have room for their characters and ids below them, also on a phone
NAMED, APART = 5, 4  # of the bars of the vocabulary: so many carry their character, at least so many ids apart
WIDE = 46  # px, a tile with a character and its id
SHIFT = 42  # px, from one column of a window to the next


def id_tiles(
    symbols: Sequence[str], ids: Sequence[int | None], mode: Mode, *, context: int = 0, target: int = -1
) -> str:
    """A row of tiles that wraps: the character, below it its id, a cross where there is none.

    The first `context` tiles are outlined as seen, tile `target` as asked for; tiles without an id are dashed.
    """
    p, parts = PALETTE[mode], []
    asked = f'<div style="font-size:14px;color:{color("bigram", mode, text=True)}">target</div>'
    for n, (symbol, id_) in enumerate(zip(symbols, ids, strict=True)):
        tone = color("bigram", mode) if n == target else color("head", mode) if n < context else "transparent"
        line = f"2px dashed {p.muted}" if id_ is None else f"2.5px solid {tone}"
        box = f"width:{WIDE}px;border:{line};border-radius:4px;background:{p.tile if id_ is not None else p.paper}"
        below, size = "\u2715" if id_ is None else str(id_), 19 if len(shown(symbol)) < 4 else 13  # px
        parts.append(
            f'<div style="text-align:center"><div style="{box}"><div style=\'font-family:{MONO};font-size:{size}px;'
            f"color:{p.ink};white-space:pre'>{escape(shown(symbol))}</div><div style=\"font-size:15px;"
            f'color:{p.muted}">{below}</div></div>{asked if n == target else ""}</div>'
        )
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px 3px;align-items:flex-start">{"".join(parts)}</div>'


def questions(lines: Sequence[str], current: int, mode: Mode) -> str:
    """All questions of a window, a line each; the current one bold."""
    p = PALETTE[mode]
    rows = [
        f'<div style="color:{p.ink if n == current else p.muted};font-weight:{700 if n == current else 400}">'
        f"{escape(line)}</div>"
        for n, line in enumerate(lines)
    ]
    return f'<div style="font-size:16px;line-height:1.7;width:100%">{"".join(rows)}</div>'


def vocabulary_bars(counts: Sequence[int], chars: str, mode: Mode, *, logarithmic: bool = False) -> str:
    """The share of each character in the text, in percent, in the order of the ids, which stand below the characters;
    of more than BARS the commonest. Bars begin at 0; where 0 has no place, `logarithmic`, shares are dots."""
    total, ids = sum(counts), commonest_ids(counts)
    shares = [100 * counts[i] / total for i in ids]
    low, high = min(share for share in shares if share), max(shares)
    ends = (low / 4, high * 25) if logarithmic else (0.0, 1.4 * high)
    places = [range(first, min(first + PER_ROW, len(ids))) for first in range(0, len(ids), PER_ROW)]
    wide, tall = (PER_ROW, 52) if len(places) > 1 else (len(ids), 190)
    plane = Chart((-0.7, wide - 0.3), ends, tall, log_y=logarithmic)
    ticks = _powers(*ends) if logarithmic else {tick: f"{said}%" for tick, said in even_ticks(*ends, most=2).items()}
    named = [] if logarithmic else _highest(shares)  # dots are all over the place: no room for names
    rows = []
    for row in places:
        parts = [plane.heights(ticks, mode)]
        for column, k in enumerate(row):
            i, times = ids[k], counts[ids[k]]
            says = f"id {i}: {spoken(chars[i])}, {thousands(times)} times, {shares[k]:.3g}%"
            parts += [_share(plane, column, shares[k], mode), _below(plane, column, chars[i], i, mode)]
            if k in named:
                parts.append(_over(plane, column, shares[k], chars[i], mode))
            parts.append(plane.hint(column, 1, says))
        rows.append(block(plane.drawn(*parts, left=72, top=14, below=40), mode))
    return "".join(rows)


def _powers(low: float, high: float) -> dict[float, str]:
    """Every third power of ten between two shares, written out."""
    powers = [10.0**n for n in range(math.ceil(math.log10(low)), 3)][::3]
    return {power: f"{power:.10f}".rstrip("0").rstrip(".") + " %" for power in powers if power < high}


def _share(plane: Chart, column: int, share: float, mode: Mode) -> str:
    """A bar, or a dot where bars have nowhere to begin; a 0 for what never occurs."""
    tone, p = color("count", mode), PALETTE[mode]
    if not share:
        return plane.at(column, plane.y[0], words(0, -9, "0", p.muted, size=TICK, anchor="middle"))
    return plane.at(column, share, dot(0, 0, 4.5, fill=tone)) if plane.log_y else plane.bar(column, share, 0.75, tone)


def _below(plane: Chart, column: int, symbol: str, i: int, mode: Mode) -> str:
    """A character and its id."""
    id_ = words(0, 29, str(i), PALETTE[mode].muted, size=12, anchor="middle", mono=True)
    return plane.at(column, plane.y[0], character(0, 13, symbol, mode, size=14), id_)


def _over(plane: Chart, column: int, share: float, symbol: str, mode: Mode) -> str:
    """The name of a high bar with its share, inside the chart also at its ends."""
    said, side, x = f"{_name(symbol)} {share:.1f}%", "middle", 0
    if not 3 <= column < PER_ROW - 2:
        side, x = ("start", -8) if column < 3 else ("end", 12)
    return plane.at(column, share, words(x, -11, said, PALETTE[mode].ink, size=TICK, anchor=side, bold=True))


def _name(symbol: str) -> str:
    """A character over its bar: itself, or what an invisible one is called."""
    return named(symbol).removeprefix("a ")


def commonest_ids(counts: Sequence[int]) -> list[int]:
    """The ids of the BARS commonest characters, in order; of fewer all."""
    return sorted(sorted(range(len(counts)), key=lambda i: -counts[i])[:BARS])


def _highest(heights: Sequence[float]) -> list[int]:
    """The places of the highest bars that stand far enough apart to carry their character, also on a phone."""
    found: list[int] = []
    for i in sorted(range(len(heights)), key=lambda i: -heights[i]):
        if len(found) < NAMED and all(abs(i - other) >= APART for other in found):
            found.append(i)
    return found


def split_bar(train: int, val: int, mode: Mode, *, before: str = "", after: str = "") -> str:
    """One bar in two parts, what is trained on and what is hidden; under the cut the text that it cuts: the last
    characters `before` it, and the first ones `after` it."""
    p, share = PALETTE[mode], 100 * train / (train + val)
    part = "padding:10px 12px;font-size:17px;white-space:nowrap;overflow:hidden;box-sizing:border-box"
    quote = f"font:15px {MONO};white-space:pre-wrap;overflow-wrap:anywhere;padding:8px 5px 2px;box-sizing:border-box"
    hidden, least = f"repeating-linear-gradient(45deg,{p.tile} 0 6px,{p.paper} 6px 12px)", "flex:1;min-width:96px"
    left, right = (escape("".join(_running(c) for c in text)) for text in (before, after))
    return (
        f'<div style="color:{p.ink}"><div style="display:flex;gap:2px">'
        f'<div style="{part};width:{share:.2f}%;background:{p.tile}"><b>train</b> {thousands(train)}</div>'
        f'<div style="{part};{least};background:{hidden}"><b>val</b> {thousands(val)}</div></div>'
        f"<div style='display:flex'><div style='{quote};width:{share:.2f}%;text-align:right'>\u2026{left}</div>"
        f"<div style='{quote};{least};border-left:3px solid {p.ink}'>{right}\u2026</div></div></div>"
    )


def _running(symbol: str) -> str:
    """A character of a text that runs on: a space stays a space, and after the mark of a newline there is one."""
    return symbol if symbol == " " else in_a_row(symbol) + ("\n" if symbol == "\n" else "")


def shifted(symbols: Sequence[str], ids: Sequence[int], t: int, mode: Mode) -> str:
    """A window of T + 1 characters twice: x, its first T, and below it y, its last T, each y[i] under the x[i + 1] that
    it equals. Arrows lead from x[i] to y[i]; x[0] to x[t] are outlined as seen, y[t] as asked for."""
    p, T, left, low = PALETTE[mode], len(ids) - 1, 26, 96
    parts = [words(10, 44, "x", p.ink, bold=True, anchor="middle"), words(10, low + 24, "y", p.ink, bold=True,
             anchor="middle")]  # fmt: skip
    for i in range(T):
        x0, ink = left + i * SHIFT, p.ink if i == t else p.gray
        parts.append(words(x0 + SHIFT / 2, 10, str(i), p.ink if i == t else p.muted, size=13, anchor="middle"))
        start, end = (x0 + SHIFT / 2 + 6, 68.0), (x0 + 1.5 * SHIFT - 8, low - 5.0)
        parts.append(line(*start, *end, ink, thick=3 if i == t else 1.5))
        parts.append(line(end[0] - 9, end[1] - 1, *end, ink, thick=3 if i == t else 1.5))
        parts.append(line(end[0], end[1] - 9, *end, ink, thick=3 if i == t else 1.5))
        parts.append(_tile(x0, 22, symbols[i], ids[i], mode, "head" if i <= t else ""))
        parts.append(_tile(x0 + SHIFT, low, symbols[i + 1], ids[i + 1], mode, "bigram" if i == t else ""))
    tone = color("bigram", mode, text=True)
    parts.append(words(left + (t + 1.5) * SHIFT, low + 60, "target", tone, size=14, anchor="middle"))
    width = left + (T + 1) * SHIFT + 14
    wide = f'<div style="overflow-x:auto;max-width:100%"><div style="width:{width}px">'
    return f"{wide}{svg(width, low + 72, *parts)}</div></div>"


def _tile(left: float, top: float, symbol: str, id_: int, mode: Mode, role: str) -> str:
    """A character and its id on a tile, outlined in the hue of a role."""
    middle, p = left + SHIFT / 2, PALETTE[mode]
    edge = color(role, mode) if role else ""
    return (
        rect(left + 2, top, SHIFT - 4, 44, fill=p.tile, stroke=edge, thick=2.5)
        + character(middle, top + 15, symbol, mode)
        + words(middle, top + 34, str(id_), p.muted, size=13, anchor="middle")
    )


def batch_grid(
    name: str, symbols: Sequence[Sequence[str]], ids: Sequence[Sequence[int]], mode: Mode, *, columns: range, role: str
) -> str:
    """A batch as a grid of tiles, a window a row; in row 0 the tiles of `columns` are outlined in the hue of `role`, in
    the other rows by a thin line."""
    p, B, T, cell = PALETTE[mode], len(ids), len(ids[0]), 38
    parts = [words(34, 10, name, p.ink, bold=True)]
    for b in range(B):
        parts.append(words(24, 24 + (b + 0.5) * cell, str(b), p.muted, size=16, anchor="end"))
        for t in range(T):
            left, top = 34 + t * cell, 24 + b * cell
            parts.append(rect(left + 1, top + 1, cell - 2, cell - 2, fill=p.tile))
            parts.append(character(left + cell / 2, top + 13, symbols[b][t], mode))
            parts.append(words(left + cell / 2, top + 29, str(ids[b][t]), p.muted, size=13, anchor="middle"))
    for b in reversed(range(B)):
        left, width = 34 + columns.start * cell, len(columns) * cell
        tone, thick = (color(role, mode), 3.0) if b == 0 else (p.gray, 1.0)
        parts.append(rect(left, 24 + b * cell, width, cell, stroke=tone, thick=thick))
    return svg(34 + T * cell + 4, 24 + B * cell + 6, *parts)


def ruler(symbols: Sequence[str], good: int, starts: int, start: int, mode: Mode) -> str:
    """A short text as tiles: starts that fit, starts that can be drawn and do not fit (hatched), and the chosen one."""
    p = PALETTE[mode]
    tiles = []
    for n, symbol in enumerate(symbols):
        bad = good <= n < starts
        edge = f"2.5px solid {p.ink}" if n == start else "2.5px solid transparent"
        plain = between(p.sequential, 0.3) if n < min(good, starts) else p.tile
        hatched = f"repeating-linear-gradient(45deg,{color('bigram', mode)} 0 3px,{p.tile} 3px 8px)"
        tiles.append(
            f'<div style="text-align:center;width:25px"><div style="border:{edge};border-radius:3px;'
            f"background:{hatched if bad else plain};font-family:{escape(MONO, quote=True)};font-size:15px;height:28px;"
            f'color:{p.ink};white-space:pre">{escape(shown(symbol))}</div>'
            f'<div style="font-size:11px;color:{p.muted}">{n}</div></div>'
        )
    return f'<div style="display:flex;flex-wrap:wrap;gap:1px;width:100%">{"".join(tiles)}</div>'


def cut_rows(x: Sequence[str], y: Sequence[str], block_size: int, mode: Mode) -> str:
    """x and y of one start, with empty dashed tiles where the text has ended."""
    p, cell = PALETTE[mode], 40
    parts = []
    for row, (name, symbols) in enumerate((("x", x), ("y", y))):
        top = row * (cell + 8)
        parts.append(words(10, top + cell / 2, name, p.ink, bold=True, anchor="middle"))
        for n in range(block_size):
            left = 26 + n * cell
            there = n < len(symbols)
            stroke = "" if there else p.muted
            parts.append(rect(left + 2, top + 2, cell - 4, cell - 4, fill=p.tile if there else p.paper, stroke=stroke,
                              dashed=True))  # fmt: skip
            if there:
                parts.append(character(left + cell / 2, top + cell / 2, symbols[n], mode))
    return svg(26 + block_size * cell + 4, 2 * cell + 12, *parts)
