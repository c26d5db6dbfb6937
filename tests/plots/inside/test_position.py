"""The drawings of one position, read as strings."""

import re

import pytest
import torch

from tinygpt.inside.units import Context
from tinygpt.plots.inside.position import HeadRow, contexts, hidden_bars, likeliest, marked_text, share_rows
from tinygpt.plots.look import PALETTE


def texts(drawing: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", drawing)


def test_the_followed_character_alone_is_outlined_and_text_is_escaped():
    drawing = marked_text("a<a", 2, "light")
    assert drawing.count("outline") == 1 and drawing.index("outline") > drawing.index("&lt;")


@pytest.mark.parametrize(("T", "labels"), [(8, 8), (64, 0)])
def test_a_strip_has_characters_where_there_is_room(T, labels):
    rows = [HeadRow("head 0", torch.full((T,), 1 / T), torch.tensor([1.0, -1.0, 0.5]))]
    drawing = share_rows(rows, "a" * T, "light")
    assert texts(drawing).count("a") == labels and {"head 0", "it adds"} <= set(texts(drawing))


def test_heads_that_add_nothing_are_drawn_all_the_same():
    drawing = share_rows([HeadRow("head 0", torch.zeros(4), torch.zeros(3))], "abcd", "dark")
    assert len(set(re.findall(r'path stroke="([^"]*)"', drawing))) == 2, "the shares' nothing, and the signed ones'"


@pytest.mark.parametrize("n", [1, 32, 33, 96])
def test_any_number_of_units_has_its_tiles(n):
    drawing = hidden_bars(torch.ones(n), "units", "light")
    assert sum(way.count("M") for way in re.findall(r' d="([^"]*)"', drawing)) == n


def test_a_unit_that_is_off_has_the_color_of_nothing():
    p = PALETTE["light"]
    drawing = hidden_bars(torch.tensor([0.0, 2.0]), "units", "light")
    assert p.diverging[5] in drawing and p.diverging[-1] in drawing and p.diverging[0] not in drawing


def test_the_likeliest_have_bars_and_the_one_that_comes_is_outlined():
    drawing = likeliest([("a", 0.5), (" ", 0.25)], "chances", "light", comes=" ")
    assert texts(drawing) == ["chances", "a", "0.50", "\u00b7", "0.25"]
    assert drawing.count("stroke=") == 1
    assert "stroke=" not in likeliest([("a", -3.0)], "scores", "light")


def test_a_context_shows_what_was_seen_and_what_comes_then():
    drawing = contexts([Context(2.0, 40, "<" * 40, "\nnext"), Context(-1.0, 3, "b", "")], "light")
    assert drawing.count("&lt;") == 33 and "\u00b6next" in drawing, "32 characters before the place, and its own"
    assert re.findall(r"width:([\d.]+)rem", drawing) == ["3.50", "0.00"]
