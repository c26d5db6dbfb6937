"""The lists of heads, read as strings: bars as long as their numbers, and nothing that is not measured."""

import math
import re

from tinygpt.inside.knockout import Rise
from tinygpt.plots.inside.heads import CutLine, HabitLine, cuts, exchanged_passage, habit_lines
from tinygpt.plots.look import PALETTE

TITLES = "Head", "Looks", "Score"


def bars(drawing: str, tone: str) -> list[str]:
    """The places of all bars of a tone."""
    return re.findall(rf"(left:[^\"]*?);top[^\"]*background:{tone}\b", drawing)


def test_a_score_is_a_bar_and_an_even_spread_a_mark():
    p = PALETTE["light"]
    drawing = habit_lines(
        [HabitLine("block 0, head 0", "one back", 0.75, 0.25, "It puts 0.75.")], "light", titles=TITLES
    )
    assert re.findall(rf"left:0;width:(.*?);.*?background:{p.blue}", drawing) == ["75.0%"]
    assert "left:calc(25.0% - 1px)" in drawing and "<b>0.75</b>" in drawing and "It puts 0.75." in drawing


def test_a_head_without_a_score_has_no_bar():
    drawing = habit_lines([HabitLine("block 0, head 0", "switched off", None, None, "Off.")], "dark", titles=TITLES)
    assert PALETTE["dark"].blue not in drawing and "<b>\u2013</b>" in drawing


def test_rises_begin_at_zero_and_what_falls_goes_to_the_left_of_it():
    lines = [CutLine("a", Rise(3.0, 0.5), 0.1), CutLine("b", Rise(-1.0, 0.0), 0.0), CutLine("c", None, None)]
    drawing = cuts(lines, "light", titles=TITLES)
    plum = PALETTE["light"].plum
    # from -1 to 3 + 2 * 0.5 = 4: zero is at 20 %, 3 at 80 %
    assert bars(drawing, plum) == ["left:20.0%;right:calc(100% - 80.0%)", "left:0.0%;right:calc(100% - 20.0%)"]
    assert "<b>+3.00</b>" in drawing and "<b>\u22121.00</b>" in drawing and drawing.count("\u2026") == 2


def test_rises_that_are_no_numbers_break_nothing():
    assert "<b>\u2013</b>" in cuts([CutLine("a", Rise(math.nan, math.nan), 0.1)], "light", titles=TITLES).replace(
        "+", ""
    )


def test_small_rises_are_not_blown_up():
    drawing = cuts([CutLine("a", Rise(0.01, 0.0), 0.1)], "light", titles=TITLES)
    assert bars(drawing, PALETTE["light"].plum) == ["left:0.0%;right:calc(100% - 20.0%)"]


def test_a_passage_shows_the_letter_that_is_exchanged_and_escapes_its_text():
    drawing = exchanged_passage("a<b a", 1, "&", "light")
    assert "&lt;\u2192<b>&amp;</b>" in drawing and drawing.count("\u00b7") == 1 and ">?</span>" in drawing
