"""What the parts of a GPT are worth: by how much the loss rises without each of them, drawn as bars in HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tinygpt.plots.look import PALETTE, SANS, Mode


@dataclass(frozen=True)
class RiseBar:
    """What the loss rises by without a part, as it is `said`; `error` is its standard error, where one was measured."""

    name: str
    rise: float
    said: str
    error: float = 0.0


def rises(bars: Sequence[RiseBar], mode: Mode, *, most: float, gray: float = 0.0, note: str = "") -> str:
    """What the loss rises by without each part, an axis from 0 to `most`; `gray` is the end of a band that begins at 0.

    A whisker is two standard errors long to each side.
    """
    p, face, lines = PALETTE[mode], escape(SANS, quote=True), []

    def bar(left: float, width: float, tone: str, more: str) -> str:
        place = f"left:{max(0.0, left) / most:.2%};width:{width / most:.2%}"
        return f'<i style="position:absolute;{place};background:{tone};{more}"></i>'

    for one in bars:
        drawn = bar(0, max(0.0, one.rise), p.plum, "top:2px;bottom:2px;border-radius:2px")
        if gray:
            drawn += bar(0, gray, p.gray, "top:0;bottom:0;opacity:.35")
        if one.error:
            drawn += bar(one.rise - 2 * one.error, 4 * one.error, p.ink, "top:11px;height:2px")
        lines.append(
            f'<span>{escape(one.name)}</span><span style="position:relative;height:24px">{drawn}</span>'
            f'<b style="text-align:right">{escape(one.said)}</b>'
        )
    if note:
        lines.append(f'<span></span><span style="color:{p.muted};grid-column:2/4">{escape(note)}</span>')
    grid = "display:grid;grid-template-columns:auto minmax(0,1fr) auto;gap:.35em .8em;align-items:center"
    body = f'<div style="{grid}">{"".join(lines)}</div>'
    return f'<div style="width:100%;font:16px {face};line-height:1.4;color:{p.ink}">{body}</div>'
