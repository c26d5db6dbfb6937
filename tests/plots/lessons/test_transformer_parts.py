"""What a part of a GPT is worth, drawn: read as strings, no pixels."""

import re
from html import escape

import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots.lessons import transformer_parts as drawings
from tinygpt.plots.lessons.transformer_parts import RiseBar


def test_bars_begin_at_zero_and_one_that_falls_has_none():
    drawing = drawings.rises(
        [RiseBar("up", 0.1, "+0.100"), RiseBar("down", -0.05, "-0.050")], "light", most=0.2, gray=0.05
    )
    widths = re.findall(r"left:([\d.]+)%;width:([\d.]+)%", drawing)
    assert widths == [("0.00", "50.00"), ("0.00", "25.00"), ("0.00", "0.00"), ("0.00", "25.00")]


def test_a_whisker_is_two_standard_errors_long_to_each_side():
    drawing = drawings.rises([RiseBar("part", 0.1, "+0.10", 0.01)], "light", most=0.2)
    assert "left:40.00%;width:20.00%" in drawing


@given(st.text(min_size=1, max_size=8))
def test_a_name_stays_text(name):
    assert re.sub(r"<[^<>]*>", "", drawings.rises([RiseBar(name, 0.1, "")], "light", most=1)).count("<") == 0
    heads = [(name, name, torch.ones(1, 1))]
    assert drawings.head_maps(heads, "a", "light").count(escape(name)) >= 2


def test_a_map_has_no_tile_for_the_future():
    drawing = drawings.head_maps([("head 0", "habit", torch.full((3, 3), 1 / 3))], "abc", "light")
    assert drawing.count("<rect") == 6 and "head 0" in drawing and "habit" in drawing
