"""The look of every figure: one palette, one template, light and dark.

figure = go.Figure(...)
dress(figure, "dark")  # then frame.show(figure, ...) on a page, or figure.show() in a notebook
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from typing import Any, Literal

import plotly.graph_objects as go

from tinygpt.spelling import STAND_IN, is_invisible, shown

Mode = Literal["light", "dark"]

SANS = '"Source Sans", "Source Sans 3", "Segoe UI", Roboto, sans-serif'  # the browser has the first from Streamlit
MONO = '"Source Code Pro", ui-monospace, Menlo, Consolas, monospace'  # characters of the corpus, always

READABLE = 4.5  # contrast of words with what is behind them, as the web asks for it
TICK, LABEL, PANEL = 16, 17, 19  # px: axis numbers; direct labels; the one number a figure is about


@dataclass(frozen=True)
class Palette:
    """Every color there is. A hue keeps its meaning on every page (see ROLE)."""

    paper: str  # the page
    tile: str  # a value of zero: present, but empty of color
    ink: str  # text, and the mark of what you selected
    muted: str  # axis numbers, captions, stand-ins for space and newline
    rule: str  # gridlines
    ochre: str
    blue: str
    teal: str
    plum: str
    gray: str
    label: dict[str, str]  # the same hues, dark (or bright) enough for text
    sequential: tuple[str, ...]  # tile -> blue: shares of one, never negative
    diverging: tuple[str, ...]  # ochre -> tile -> blue: signed, zero in the middle


# fmt: off
PALETTE: dict[str, Palette] = {
    "light": Palette(
        paper="#FCFBF8", tile="#E9E7E1", ink="#22252B", muted="#5F5C56", rule="#E3DFD6",
        ochre="#B5701C", blue="#2358C6", teal="#1D9A98", plum="#7B1B62", gray="#6B6861",
        label={"ochre": "#8F5410", "blue": "#1E4FB5", "teal": "#0B6E6D", "plum": "#7B1B62", "gray": "#5F5C56"},
        sequential=("#E9E7E1", "#C1D3E8", "#9DBEE8", "#79A8E6", "#5891E1", "#3B79D7", "#2362C8", "#154CB0", "#103991",
                    "#0D296E"),
        diverging=("#783F02", "#985B1C", "#B47B3E", "#C6A074", "#D7C3AA", "#E9E7E1", "#B3C9E4", "#84AADE", "#5689D7",
                   "#3468C2", "#1645AE"),
    ),
    "dark": Palette(
        paper="#15171C", tile="#292D34", ink="#E9E6E0", muted="#A5A29B", rule="#2C3038",
        ochre="#F2A65A", blue="#68A7FF", teal="#74E6CB", plum="#BD69AC", gray="#9A978F",
        label={"ochre": "#F2A65A", "blue": "#8ABBFF", "teal": "#74E6CB", "plum": "#DB93CC", "gray": "#A5A29B"},
        sequential=("#292D34", "#2F3F5C", "#355284", "#3B66A9", "#437BCC", "#5392E6", "#6DAAF6", "#90C2FD", "#B7D9FF",
                    "#E0EFFE"),
        diverging=("#F4B76E", "#D69348", "#B27334", "#885830", "#5D402C", "#292D33", "#354869", "#40659D", "#4C85CD",
                   "#65A7F1", "#96C9FF"),
    ),
}

# One hue, one meaning: ochre the raw, blue attention, teal the refined, plum the whole, gray what we compare with.
ROLE: dict[str, str] = {
    "bigram": "ochre", "head": "blue", "heads": "teal", "gpt": "plum", "count": "gray",
    "scores": "ochre", "scaled": "teal", "masked": "gray", "weights": "blue", "output": "plum",
    "q": "ochre", "k": "teal", "v": "plum",  # one each, in every figure of a head
}

CONFIG = {  # on hover: download, and Streamlit's full screen; nothing that moves an axis
    "displaylogo": False, "scrollZoom": False, "doubleClick": False,
    "modeBarButtonsToRemove": ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d",
                               "resetScale2d"],
    "toImageButtonOptions": {"format": "png", "scale": 3},
}
# fmt: on


def color(role: str, mode: Mode, *, text: bool = False) -> str:
    """The one color of a model family or of a stage; `text=True` for labels (at least 4.5 : 1)."""
    palette = PALETTE[mode]
    return palette.label[ROLE[role]] if text else getattr(palette, ROLE[role])


def ramp(stops: tuple[str, ...], *, gamma: float = 1.0) -> list[list[float | str]]:
    """A Plotly color scale. gamma=2 gives small shares more room (0.1 stays visible beside 1.0)."""
    n = len(stops) - 1
    return [[(i / n) ** gamma, stop] for i, stop in enumerate(stops)]


def between(stops: tuple[str, ...], t: float) -> str:
    """The color at `t` in 0..1 on a scale, for pictures and tables that have no color scale of their own."""
    at = max(0.0, min(1.0, t)) * (len(stops) - 1)
    i = min(int(at), len(stops) - 2)
    low, high = (bytes.fromhex(stop[1:]) for stop in stops[i : i + 2])
    return "#" + "".join(f"{round(a + (b - a) * (at - i)):02X}" for a, b in zip(low, high, strict=True))


@lru_cache(maxsize=4_096)
def legible(background: str, mode: Mode) -> str:
    """The color of words on a background: ink or paper, black or white where neither is enough (WCAG 2.2, 1.4.3)."""
    p = PALETTE[mode]
    own = max((p.ink, p.paper), key=lambda tone: contrast(background, tone))
    if contrast(background, own) >= READABLE:
        return own
    return max(("#000000", "#FFFFFF"), key=lambda tone: contrast(background, tone))


def contrast(one: str, other: str) -> float:
    """How far apart two colors are in brightness, from 1 to 21; source: WCAG 2.2, "contrast ratio"."""
    dark, bright = sorted(map(_luminance, (one, other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(tone: str) -> float:
    parts = (part / 255 for part in bytes.fromhex(tone[1:]))
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache  # a figure takes a copy of it
def template(mode: Mode) -> go.layout.Template:
    """Everything a figure inherits: faces, sizes, hairlines, scales. No legend, no frame, no title."""
    p = PALETTE[mode]
    axis = {
        "showline": False, "zeroline": False, "ticks": "", "showgrid": False, "gridcolor": p.rule, "gridwidth": 1,
        "fixedrange": True, "tickfont": {"size": TICK, "color": p.muted}, "automargin": True,
        "title": {"font": {"size": LABEL, "color": p.muted}, "standoff": 10},
    }  # fmt: skip
    said = {"family": SANS, "size": TICK, "color": p.ink}
    return go.layout.Template(
        layout=go.Layout(
            font={"family": SANS, "size": LABEL, "color": p.ink},
            paper_bgcolor=p.paper,
            plot_bgcolor=p.paper,
            showlegend=False,
            margin={"l": 0, "r": 0, "t": 8, "b": 0, "pad": 6},
            xaxis=axis,
            yaxis=axis | {"showgrid": True},
            hoverlabel={"bgcolor": p.paper, "bordercolor": p.muted, "align": "left", "font": said},
            colorway=[p.ochre, p.blue, p.teal, p.plum, p.gray],
            colorscale={"sequential": ramp(p.sequential), "diverging": ramp(p.diverging)},
            dragmode=False,
            separators=".\u202f",
            modebar={"bgcolor": "rgba(0,0,0,0)", "color": p.muted, "activecolor": p.ink},
        ),
        data={
            "heatmap": [go.Heatmap(xgap=2, ygap=2, showscale=False, hoverongaps=False)],
            "scatter": [go.Scatter(line={"width": 3}, marker={"line": {"width": 0}})],
            "bar": [go.Bar(marker={"line": {"width": 0}})],
        },
    )


def dress(figure: go.Figure, mode: Mode) -> go.Figure:
    """Put the template on `figure`, in place, and return it.

    Show it with theme=None: Streamlit's own chart theme, laid over a template, would set every size back to
    12-14 px and the text to a gray below 4.5 : 1.
    """
    return figure.update_layout(template=template(mode))


def glyph(character: str, mode: Mode, *, selected: bool = False) -> str:
    """A character for an axis: literal text, whatever it is; stand-ins for the invisible ones in gray."""
    p = PALETTE[mode]
    if character in STAND_IN:
        text, tone = f"<b>{STAND_IN[character]}</b>", p.ink if selected else p.muted
    else:
        text, tone = escape(shown(character), quote=False), p.muted if is_invisible(character) else p.ink
    return f'<span style="color:{tone}">{f"<b>{text}</b>" if selected else text}</span>'


def annotate(figure: go.Figure, x: float, y: float, text: str, tone: str, *, size: Any = None, **place: Any) -> None:
    """Words on a figure at (x, y), without an arrow; `place` is what else Plotly knows of an annotation."""
    figure.add_annotation(x=x, y=y, text=text, showarrow=False, font={"color": tone, "size": size}, **place)


def glyph_ticks(characters: Sequence[str], mode: Mode, *, size: int = LABEL, row: int | None = None) -> dict[str, Any]:
    """An axis with a character at each place, that of `row` in bold. Places keep equal characters apart."""
    labels = [glyph(c, mode, selected=i == row) for i, c in enumerate(characters)]
    return {"tickvals": list(range(len(labels))), "ticktext": labels, "tickfont": {"family": MONO, "size": size}}
