"""What the parts of a GPT are worth, read as strings, no pixels."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots.lessons import transformer_worth as drawings
from tinygpt.plots.lessons.transformer_worth import RiseBar


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
