"""The text after each stage, read as a string: a tile a character, its color by what it costs."""

import re

from tinygpt.plots.drawing import shade
from tinygpt.plots.inside.blocks import WHOLE, shaded_text


def tiles(drawing: str) -> list[tuple[int, str, str]]:
    """Number, style and character of each tile."""
    found = re.findall(r'<span data-n="(\d+)" style="([^"]*)">([^<]*)</span>', drawing)
    return [(int(n), style, character) for n, style, character in found]


def test_each_stage_has_all_characters_and_the_mean_of_what_they_cost():
    drawing = shaded_text(["embedding", "block 0"], "a <", [[1.0, 3.0], [0.5, 0.5]], "light")
    found = tiles(drawing)
    assert [(n, character) for n, _, character in found] == 2 * [(0, "a"), (1, "\u00b7"), (2, "&lt;")]
    assert "<span>2.00 nats</span>" in drawing and "<span>0.50 nats</span>" in drawing
    assert "<b>embedding</b>" in drawing and "<b>block 0</b>" in drawing


def test_the_first_character_has_no_price_and_the_others_have_their_color():
    (first, one, other) = (style for _, style, _ in tiles(shaded_text(["x"], "abc", [[0.0, WHOLE]], "dark")))
    assert "background" not in first
    assert f"background:{shade(0, 'dark', signed=True)[0]}" in one
    assert f"background:{shade(-9, 'dark', signed=True, limit=WHOLE)[0]}" in other, (
        "more than the whole is no more color"
    )


def test_what_is_not_known_has_no_color_and_one_character_no_mean():
    drawing = shaded_text(["x"], "a?", [[]], "light")
    assert "background:" not in "".join(style for _, style, _ in tiles(drawing))
    assert drawing.count("nats") == 1  # of the scale
