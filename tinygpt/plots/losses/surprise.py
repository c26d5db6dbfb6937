"""Two models on one passage, character by character: who was surprised less, and by how much, as color."""

from collections.abc import Sequence
from html import escape

from tinygpt.plots.drawing import shade
from tinygpt.plots.look import LABEL, MONO, PALETTE, Mode
from tinygpt.spelling import number, shown, spoken

LIMIT = 3.0  # nats: a difference as large as this has the full color


def passage(
    characters: Sequence[str], a: Sequence[float], b: Sequence[float], names: tuple[str, str], mode: Mode
) -> str:
    """The passage in the monospace face, as HTML. Blue where the second model was surprised less, ochre where more.

    `a` and `b` are what each character cost the two models, in nats. Pointing at one says both.
    """
    tiles = []
    box = "padding:.15em .06em;border-radius:2px;margin-right:1px;display:inline-block"
    for character, x, y in zip(characters, a, b, strict=True):
        fill, ink = shade(x - y, mode, signed=True, limit=LIMIT)
        said = f"{spoken(character)}: {names[0]} {number(x)}, {names[1]} {number(y)} nats"
        style = f"background:{fill};color:{ink};{box}"
        tiles.append(f'<span title="{escape(said)}" style="{style}">{escape(shown(character))}</span>')
        if character == "\n":
            tiles.append("<br>")
    face = f"font-family:{escape(MONO)};font-size:{LABEL}px;line-height:1.9;color:{PALETTE[mode].ink}"
    return f'<div style="{face};width:100%;overflow-wrap:anywhere">{"".join(tiles)}</div>'
