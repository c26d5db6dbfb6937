"""Two models on one passage, character by character: who was surprised less, and by how much, as color."""

from collections.abc import Sequence
from html import escape
from unicodedata import bidirectional, category

from tinygpt.plots.drawing import shade
from tinygpt.plots.look import LABEL, MONO, PALETTE, Mode
from tinygpt.spelling import in_a_row, number, spoken

LIMIT = 3.0  # nats: a difference as large as this has the full color


def passage(
    characters: Sequence[str], a: Sequence[float], b: Sequence[float], names: tuple[str, str], mode: Mode
) -> str:
    """The passage in the monospace face, as HTML. Blue where the second model was surprised less, ochre where more.

    `a` and `b` are what each character cost the two models, in nats. Pointing at one says both. Each line runs in its
    own direction; letters that join or stack stay together: only without a box of their own do browsers shape them so.
    """
    tiles = []
    box = "" if joins(characters) else "padding:.15em .06em;border-radius:2px;margin-right:1px;display:inline-block"
    for character, x, y in zip(characters, a, b, strict=True):
        fill, ink = shade(x - y, mode, signed=True, limit=LIMIT)
        said = f"{spoken(character)}: {names[0]} {number(x)}, {names[1]} {number(y)} nats"
        style = f"background:{fill};color:{ink};{box}"
        tiles.append(f'<span title="{escape(said)}" style="{style}">{escape(in_a_row(character))}</span>')
        if character == "\n":
            tiles.append("<br>")
    face = f"font-family:{escape(MONO)};font-size:{LABEL}px;line-height:1.9;color:{PALETTE[mode].ink}"
    lines = "unicode-bidi:plaintext;text-align:start"
    return f'<div dir="auto" style="{face};width:100%;overflow-wrap:anywhere;{lines}">{"".join(tiles)}</div>'


def joins(characters: Sequence[str]) -> bool:
    """Whether some of the characters run from right to left, or sit on or join the one before, as accents do."""
    return any(bidirectional(c) in ("R", "AL", "NSM") or category(c).startswith("M") for c in characters)
