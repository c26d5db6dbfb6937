"""SVG drawings: escaped text, tiles only where there is something."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots import drawing
from tinygpt.plots.look import PALETTE, READABLE, contrast


def parsed(body: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.svg(100, 100, body))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=20))
def test_any_text_stays_text(text):
    (element,) = parsed(drawing.words(1, 2, text, "#000000"))
    assert element.text in (text, None if not text else text)
    assert not list(element)


def test_what_is_not_there_has_no_tile():
    values = [[1.0, None], [0.5, 0.5]]
    assert drawing.tiles(values, "light").count("<rect") == 3
    fine = drawing.fine_tiles(values, "light", cell=20)
    assert (fine.count("<path"), fine.count("M")) == (2, 3), "a path for each tone"


def test_a_zero_is_a_tile_without_color():
    assert drawing.shade(0.0, "light")[0] == PALETTE["light"].tile
    assert drawing.shade(0.0, "light", signed=True)[0] == PALETTE["light"].tile


def test_signs_have_different_hues():
    plus, minus = (drawing.shade(value, "dark", signed=True)[0] for value in (1.0, -1.0))
    assert (plus, minus) == (PALETTE["dark"].diverging[-1], PALETTE["dark"].diverging[0])


def test_numbers_on_dark_tiles_are_light():
    assert drawing.shade(1.0, "light")[1] == PALETTE["light"].paper
    assert drawing.shade(0.05, "light")[1] == PALETTE["light"].ink


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_number_can_be_read_on_every_tile(mode, signed):
    shades = [drawing.shade(n / 200, mode, signed=signed) for n in range(-200 * signed, 201)]
    assert min(contrast(*each) for each in shades) >= READABLE


def test_the_selected_row_is_outlined_and_bold():
    assert 'font-weight="700"' in drawing.sides("ab", "ab", "light", x=0, y=0, cell=20, row=1)
    assert PALETTE["light"].ink in drawing.outline(1, 2, "light", x=0, y=0, cell=20)
