"""The sums of rows and columns, and bars with a value for each character."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.attention import attention_stages
from tinygpt.plots.lessons.attention_sums import sums_drawing, value_bars
from tinygpt.plots.look import color
from tinygpt.randomness import generator

EVEN = torch.tensor([[1.0, 0.0], [0.25, 0.75]])  # rows sum to 1, columns to 1.25 and 0.75


def texts(drawing: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", drawing)


def test_the_sums_of_rows_and_columns_stand_beside_the_tiles():
    drawing = sums_drawing(EVEN, "ab", "light")
    assert [said for said in texts(drawing) if said[0].isdigit()] == ["1.00", "1.2", "1.00", "0.8"]
    size = r'width="([\d.]+)" height="([\d.]+)" rx="2" fill="'
    across, down = (re.findall(size + color(role, "light"), drawing) for role in ("weights", "count"))
    assert [float(wide) for wide, _ in across] == [29, 29], "a bar of 1 is as long as a tile is wide"
    assert [float(high) for _, high in down] == pytest.approx([1.25 * 29, 0.75 * 29], abs=0.1)


def test_it_is_as_large_whatever_the_sums_are():
    stages = [attention_stages(*torch.randn(2, 8, 16, generator=generator(1)), dim=dim).weights for dim in (-1, -2)]
    sizes = [re.findall(r'width="(\d+)" height="(\d+)"', sums_drawing(one, "the king", "dark"))[0] for one in stages]
    assert sizes[0] == sizes[1]


def test_pointing_at_a_tile_says_who_looks_and_the_future_has_no_tile():
    said = re.findall("<title>([^<]+)", sums_drawing(EVEN, "a ", "light"))
    assert said[1] == "1, a space, looks at 0, \u2018a\u2019: 0.250 of its attention" and len(said) == 3


def test_a_bar_for_each_character_says_its_number():
    drawing = value_bars(torch.tensor([0.0, 0.5]), "a ", "light", name="how far")
    assert re.findall("<title>([^<]+)", drawing)[1] == "how far at 1, a space: 0.500"
    assert texts(drawing) == ["how far", "a", "0.00", "\u00b7", "0.50"]
    heights = [float(high) for high in re.findall(r'height="([\d.]+)" rx="2"', drawing)]
    assert heights == [1, pytest.approx(170 * 0.5 / 1.16, abs=0.1)], "nothing is a hairline"


@given(st.text(min_size=1, max_size=24))
def test_any_text_can_be_shown(text):
    weights = attention_stages(*torch.randn(2, len(text), 4, generator=generator(1))).weights
    for drawing in (sums_drawing(weights, text, "dark"), value_bars(weights.sum(0), text, "dark", name="sum")):
        assert re.sub(r"<[^<>]*>", "", drawing).count("<") == 0
