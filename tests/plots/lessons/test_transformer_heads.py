"""The small maps of heads, read as strings: no pixels."""

from html import escape

import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots.lessons.transformer_heads import head_maps


def test_a_map_has_no_tile_for_the_future():
    drawing = head_maps([("head 0", "habit", torch.full((3, 3), 1 / 3))], "abc", "light")
    assert drawing.count("<rect") == 6 and "head 0" in drawing and "habit" in drawing


@given(st.text(min_size=1, max_size=8))
def test_a_name_and_a_habit_stay_text(name):
    assert head_maps([(name, name, torch.ones(1, 1))], "a", "light").count(escape(name)) >= 2
