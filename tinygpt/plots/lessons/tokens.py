"""The figures of the first lesson: characters and ids as tiles, the vocabulary as bars. Every character is escaped.

Strips of tiles are HTML, so that they wrap on a phone.
"""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from tinygpt.plots.drawing import character, rect, svg, words
from tinygpt.plots.look import LABEL, MONO, PALETTE, Mode, between, color, dress, glyph, glyph_ticks
from tinygpt.spelling import shown, spoken, thousands

BARS = 65  # characters of the lecture's text: a browser draws so many bars with their names at once, not thousands
ROOMY = 20  # characters: so many bars have room for their names below them, also on a phone
NAMED, APART = 5, 4  # of the bars of the vocabulary: so many carry their character, at least so many ids apart
WIDE = 46  # px, a tile with a character and its id


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


def vocabulary_bars(counts: Sequence[int], chars: str, mode: Mode, *, logarithmic: bool = False) -> go.Figure:
    """The share of each character in the text, in percent, in the order of the ids; of more than BARS the commonest."""
    total, bars = sum(counts), commonest_ids(counts)
    shares = [100 * counts[i] / total for i in bars]
    shown_chars, named = [chars[i] for i in bars], _highest(shares) if len(bars) > ROOMY else []
    hover = [
        f"id {i}: {spoken(chars[i])}<br>{thousands(counts[i])} times, {share:.3g}%"
        for i, share in zip(bars, shares, strict=True)
    ]
    inside = [glyph(c, mode) if place in named else "" for place, c in enumerate(shown_chars)]
    figure = go.Figure(go.Bar(x=list(range(len(bars))), y=shares, customdata=hover, text=inside))
    figure.update_traces(
        marker_color=color("count", mode), hovertemplate="%{customdata}<extra></extra>", textposition="outside",
        textfont={"family": MONO, "size": LABEL}, cliponaxis=False, constraintext="none", textangle=0,
    )  # fmt: skip
    figure = dress(figure, mode).update_xaxes(glyph_ticks(shown_chars, mode, size=13), tickangle=0)
    figure.update_yaxes(title="% of the text", type="log" if logarithmic else "linear", nticks=5,
                        exponentformat="none")  # fmt: skip
    return figure.update_layout(height=320, bargap=0.25)


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


def split_bar(train: int, val: int, mode: Mode) -> str:
    """One bar in two parts: what is trained on, what is hidden."""
    p, share = PALETTE[mode], 100 * train / (train + val)
    part = "padding:10px 12px;font-size:17px;white-space:nowrap;overflow:hidden;box-sizing:border-box"
    hidden = f"repeating-linear-gradient(45deg,{p.tile} 0 6px,{p.paper} 6px 12px)"
    return (
        f'<div style="display:flex;gap:2px;color:{p.ink}">'
        f'<div style="{part};width:{share:.2f}%;background:{p.tile}"><b>train</b> {thousands(train)}</div>'
        f'<div style="{part};flex:1;min-width:5.5em;background:{hidden}"><b>val</b> {thousands(val)}</div></div>'
    )


def batch_grid(
    name: str, symbols: Sequence[Sequence[str]], ids: Sequence[Sequence[int]], mode: Mode, *, column: int, role: str
) -> str:
    """A batch as a grid of tiles, a window a row; one column is outlined in the hue of `role`."""
    p, B, T, cell = PALETTE[mode], len(ids), len(ids[0]), 44
    parts = [words(34, 10, name, p.ink, bold=True)]
    for b in range(B):
        parts.append(words(24, 24 + (b + 0.5) * cell, str(b), p.muted, size=16, anchor="end"))
        for t in range(T):
            left, top = 34 + t * cell, 24 + b * cell
            parts.append(rect(left + 1, top + 1, cell - 2, cell - 2, fill=p.tile))
            parts.append(character(left + cell / 2, top + 15, symbols[b][t], mode))
            parts.append(words(left + cell / 2, top + 33, str(ids[b][t]), p.muted, size=13, anchor="middle"))
    parts.append(rect(34 + column * cell, 24, cell, B * cell, stroke=color(role, mode), thick=3))
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
