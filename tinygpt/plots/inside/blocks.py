"""A text once for each stage of a model, in more color where it costs more: HTML for a figure in the browser.

All text is escaped here. The figure that shows it (ui/inside/layers.py) finds a character by its number, data-n.
"""

from collections.abc import Sequence
from html import escape

from tinygpt.plots.drawing import shade
from tinygpt.plots.look import MONO, PALETTE, Mode
from tinygpt.spelling import number, shown

WHOLE = 5.0  # nats: what costs so much has the full color; blind guessing among 65 characters costs 4.17


def shaded_text(after: Sequence[str], characters: Sequence[str], costs: Sequence[Sequence[float]], mode: Mode) -> str:
    """A line for each stage: its name, the characters as tiles, the mean. `costs` are those of all but the first."""
    return "".join(_line(name, characters, paid, mode) for name, paid in zip(after, costs, strict=True)) + _scale(mode)


def _line(name: str, characters: Sequence[str], paid: Sequence[float], mode: Mode) -> str:
    p, tiles = PALETTE[mode], []
    for n, character in enumerate(characters):
        style = f"color:{p.ink}"
        if 0 < n <= len(paid):
            fill, ink = shade(-paid[n - 1], mode, signed=True, limit=WHOLE)  # ochre, as what surprises
            style = f"background:{fill};color:{ink}"
        tiles.append(f'<span data-n="{n}" style="{style}">{escape(shown(character))}</span>')
    mean = f"{number(sum(paid) / len(paid))} nats" if paid else ""
    face = escape(f"font-family:{MONO}", quote=True)
    text = f'<div class="text" style="{face}">{"".join(tiles)}</div>'
    return f'<div class="line"><b>{escape(name)}</b>{text}<span>{mean}</span></div>'


def _scale(mode: Mode) -> str:
    """What the shades mean."""
    tones = [shade(-WHOLE * at / 4, mode, signed=True, limit=WHOLE)[0] for at in range(5)]
    ramp = f'<i style="background:linear-gradient(to right,{",".join(tones)})"></i>'
    return f'<div class="line"><b></b><div class="scale">0 {ramp} {WHOLE:.0f} nats</div></div>'
