"""One row of attention, worked out: its scores down to its weights, then the mixture of values. HTML tables for `drag`.

Every text is escaped here. Shapes in this file:
    T   characters in the text      hs  head_size
"""

import math
from collections.abc import Iterable, Sequence
from html import escape

from torch import Tensor

from tinygpt.attention import Stages
from tinygpt.plots.drawing import shade
from tinygpt.plots.look import LABEL, MONO, PALETTE, Mode, color
from tinygpt.spelling import INFINITY, MINUS, is_invisible, number, shown, spoken
from tinygpt.words.attention import amount, as_printed

TABLE = (
    f"flex:1 1 320px;min-width:0;max-width:540px;border-collapse:separate;border-spacing:3px;table-layout:fixed;"
    f"font-size:min({LABEL}px,4.1vw);line-height:1.35;font-variant-numeric:tabular-nums"
)


Column = tuple[str, int, str]  # its head, escaped; how many percent of the table it takes; where its words stand


def worked_row(
    stages: Stages, v: Tensor, out: Tensor, characters: Sequence[str], row: int, mode: Mode, *, step: str
) -> str:
    """Two tables side by side, under each other on a phone. Stages are (T, T), `v` and `out` (T, hs)."""
    tables = ledger(stages, characters, row, mode, step=step)
    tables += mixture(stages.weights[row], v, out[row], characters, row, mode)
    return f'<div style="display:flex;flex-wrap:wrap;gap:1.5rem 2.5rem;width:100%">{tables}</div>'


def ledger(stages: Stages, characters: Sequence[str], row: int, mode: Mode, *, step: str) -> str:
    """One query's row as arithmetic: a line per key, a column per step, the sums below. Stages are (T, T)."""
    p, limit = PALETTE[mode], max(1.0, float(stages.scores.abs().max()))
    scores, scaled, masked, weights = (stage[row].tolist() for stage in stages)
    powers = [math.exp(m) if m < 700 else math.inf for m in as_printed(stages.masked[row]).tolist()]
    most = max(0.25, *weights)
    lines = [
        _line(
            characters, i, row, mode,
            _tile(scores[i], mode, limit, digits=4), _tile(scaled[i], mode, limit, digits=4),
            _plain("stays" if masked[i] > -math.inf else MINUS + INFINITY, p.muted),
            _plain(amount(e) if e else "0", p.ink if e else p.muted),
            _bar(weights[i], most, mode) if masked[i] > -math.inf else "<td></td>",
        )
        for i, e in enumerate(powers)
    ]  # fmt: skip
    dot_product = f"{_named('q', mode)}\u00b7{_named('k', mode)}"
    heads, widths = (dot_product, escape(step), "mask", "e\u02e3", "weight"), (21, 20, 14, 16, 23)
    columns = list(zip(heads, widths, (*["center"] * 4, "left"), strict=True))
    name = f"{spoken(characters[row])} at {row}: from scores to weights"
    return _table(name, columns, lines, "\u03a3", [amount(sum(powers)), number(sum(weights))], mode)


def mixture(
    weights: Tensor, v: Tensor, out: Tensor, characters: Sequence[str], row: int, mode: Mode, *, shown: int = 4
) -> str:
    """What one query takes from each value, and what it hands on: the first numbers of v, then their mixture.

    `weights` is (T,), `v` (T, hs), `out` (hs,).
    """
    p, columns = PALETTE[mode], min(shown, v.shape[1])
    limit = max(1e-6, float(v[:, :columns].abs().max()), float(out[:columns].abs().max()))
    lines = []
    for i, weight in enumerate(weights.tolist()):
        taken = _plain(number(weight) if weight else "0", p.ink if weight else p.muted)
        values = [_tile(value, mode, limit) if weight else "<td></td>" for value in v[i, :columns].tolist()]
        lines.append(_line(characters, i, row, mode, taken, *values))
    name = f"{spoken(characters[row])} at {row}: weights times values make out[{row}]"
    heads = [
        ("weight", 19, "center"),
        *((f"{_named('v', mode)}[i][{c}]", 18, "center") for c in range(columns)),
    ]
    return _table(name, heads, lines, f"out[{row}]", [number(value) for value in out[:columns].tolist()], mode)


def _table(
    name: str, columns: Sequence[Column], lines: Iterable[str], sum_name: str, sums: Sequence[str], mode: Mode
) -> str:
    """A whole table, the `sums` of its last columns below a rule; the characters come first and take what is left."""
    p = PALETTE[mode]
    top = "".join(
        f'<th scope="col" style="font-weight:400;color:{p.muted};width:{width}%;padding:0 0 4px;vertical-align:bottom;'
        f'text-align:{side}">{head}</th>'
        for head, width, side in columns
    )
    rule = f"border-top:1px solid {p.muted};padding-top:5px;font-weight:700;color:{p.ink}"
    added = [
        (f"{rule};text-align:{side}", said) for (_, _, side), said in zip(columns[-len(sums) :], sums, strict=True)
    ]
    label = f'<th scope="row" style="font-weight:400;color:{p.muted};text-align:left;padding:0">{sum_name}</th>'
    label += "<td></td>" * (len(columns) - len(sums)) + "".join(f'<td style="{style}">{s}</td>' for style, s in added)
    return (
        f'<table aria-label="{escape(name)}" style="{TABLE}"><thead><tr><td></td>{top}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody><tfoot><tr>{label}</tr></tfoot></table>"
    )


def _line(characters: Sequence[str], i: int, row: int, mode: Mode, *cells: str) -> str:
    """The line of one key: its character, then its cells; the character that looks stands in bold."""
    p, c = PALETTE[mode], characters[i]
    tone = p.muted if is_invisible(c) and i != row else p.ink
    label = (
        f'<th scope="row" aria-label="{i} {escape(spoken(c))}" style="font-family:{escape(MONO)};text-align:left;'
        f'padding:0;color:{tone};font-weight:{700 if i == row else 400}">{escape(shown(c))}</th>'
    )
    return f"<tr>{label}{''.join(cells)}</tr>"


def _tile(value: float, mode: Mode, limit: float, *, digits: int = 2) -> str:
    """A number on its color; −∞ has no tile."""
    ground, ink = shade(value, mode, signed=True, limit=limit)
    return f'<td style="background:{ground};color:{ink};text-align:center;padding:3px 0">{number(value, digits)}</td>'


def _named(vector: str, mode: Mode) -> str:
    """q, k or v in its own color."""
    return f'<b style="color:{color(vector, mode, text=True)}">{vector}</b>'


def _plain(words: str, tone: str) -> str:
    return f'<td style="text-align:center;padding:3px 0;color:{tone}">{words}</td>'


def _bar(weight: float, most: float, mode: Mode) -> str:
    """A weight as a bar and as a number; the longest possible bar is `most`."""
    ground, _ = shade(weight, mode)
    return (
        '<td style="padding:0"><div style="display:flex;align-items:center;gap:6px">'
        f'<div style="width:{55 * weight / most:.1f}%;min-width:2px;height:1.2em;background:{ground}"></div>'
        f"{number(weight)}</div></td>"
    )
