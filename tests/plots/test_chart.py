"""Charts as wide as their column: where things lie, and what keeps its size."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots.chart import DASHES, SIDES, Plane, even_ticks, lines, mark

PLANE = Plane((0, 10), (2, 4), 100)


def test_the_middle_of_both_axes_is_the_middle_of_the_chart():
    assert (PLANE.across(5), PLANE.down(3)) == ("50.00%", 50)
    assert (PLANE.down(4), PLANE.down(2)) == (0, 100)


def test_on_an_axis_of_powers_each_tenfold_is_as_long():
    plane = Plane((1, 100), (0.01, 1), 100, log_x=True, log_y=True)
    assert (plane.across(10), plane.down(0.1)) == ("50.00%", pytest.approx(50))


def test_a_curve_goes_through_its_places_on_a_ground_as_wide_as_the_chart():
    (points,) = re.findall('points="([^"]+)"', PLANE.curve([0, 5, 10], [2, 4, 3], "red"))
    assert points == "0.0,100.0 500.0,0.0 1000.0,50.0"
    assert 'viewBox="0 0 1000 100"' in PLANE.curve([0, 10], [2, 4], "red")


def test_an_axis_has_its_numbers_and_its_title():
    drawing = PLANE.heights({3: "three"}, "light", title="loss") + PLANE.widths({5: "five"}, "light", title="step")
    assert set(re.findall(r">([^<]+)</text>", drawing)) == {"three", "loss", "five", "step"}


def test_ticks_are_round_and_carry_the_digits_they_need():
    assert even_ticks(2.03, 2.41, most=4) == {2.1: "2.1", 2.2: "2.2", 2.3: "2.3", 2.4: "2.4"}
    assert list(even_ticks(0, 100, most=4).values()) == ["0", "25", "50", "75", "100"]


@given(st.floats(-100, 100), st.floats(0.01, 1_000), st.integers(2, 9))
def test_ticks_lie_within_their_axis_and_are_not_too_many(low, long, most):
    ticks = list(even_ticks(low, low + long, most=most))
    assert 1 <= len(ticks) <= most + 1
    assert all(low - 1e-9 <= tick <= low + long + 1e-9 for tick in ticks)


@given(st.text(min_size=1, max_size=12))
def test_words_stay_text(said):
    drawing = lines(0, 0, said, "red") + mark("circle", 8, fill="red", says=said)
    assert re.sub(r"<[^<>]*>", "", drawing).count("<") == 0


def test_every_symbol_has_its_corners():
    assert {symbol: mark(symbol, 8, fill="red").count(",") for symbol in SIDES} == {
        s: n for s, (n, *_) in SIDES.items()
    }
    assert "solid" in DASHES and "circle" in mark("circle", 8, fill="red")
