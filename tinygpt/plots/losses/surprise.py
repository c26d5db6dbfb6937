"""Two models on one passage, character by character: who was surprised less, and by how much, as color."""

from collections.abc import Sequence
from html import escape

from tinygpt.plots.drawing import shade
from tinygpt.plots.look import LABEL, MONO, PALETTE, Mode
from tinygpt.spelling import number, shown, spoken

LIMIT = 3.0  # nats: a difference as large as this has the full color
NEWLINE = "\n"


def passage(
    characters: Sequence[str], a: Sequence[float], b: Sequence[float], names: tuple[str, str], mode: Mode
) -> str:
    """The passage in the monospace face, as HTML. Blue where the second model was surprised less, ochre where more.

    `a` and `b` are what each character cost the two models, in nats. Pointing at one says both.
    """
    tiles = "".join(
        _tile(character, x, y, names, mode) + ("<br>" if character == NEWLINE else "")
        for character, x, y in zip(characters, a, b, strict=True)
    )
    face = f"font-family:{escape(MONO)};font-size:{LABEL}px;line-height:1.9;color:{PALETTE[mode].ink}"
    return f'<div style="{face};width:100%;overflow-wrap:anywhere">{tiles}</div>'


def _tile(character: str, a: float, b: float, names: tuple[str, str], mode: Mode) -> str:
    fill, ink = shade(a - b, mode, signed=True, limit=LIMIT)
    said = f"{spoken(character)}: {names[0]} {number(a)}, {names[1]} {number(b)} nats"
    style = f"background:{fill};color:{ink};padding:.15em .06em;border-radius:2px;margin-right:1px;display:inline-block"
    return f'<span title="{escape(said)}" style="{style}">{escape(shown(character))}</span>'
