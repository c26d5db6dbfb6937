"""Heads that were trained with the division and without: what their charts show, read from the drawings."""

import re

import pytest

from tinygpt.plots.lessons import scaling_trained as figures

SIZES = [4, 16, 64]
LOSSES = {"scaled": [[2.6, 2.59], [2.4, 2.41], [2.4, 2.42]], "scores": [[2.6, 2.61], [2.45, 2.44], [2.5, 2.51]]}


def places(drawing: str, said: str) -> list[tuple[float, float]]:
    """Where the marks stand that say something: from the left in %, from above in px."""
    found = re.findall(rf'<svg x="([\d.]+)%" y="([-\d.]+)"[^>]*><\w+ [^>]*><title>{said}', drawing)
    return [(float(x), float(y)) for x, y in found]


def texts(drawing: str) -> list[str]:
    return re.findall(">([^<>]+)</text>", drawing)


def test_a_line_through_the_first_seed_and_rings_for_the_others():
    drawing = figures.trained(SIZES, LOSSES, 2.482, "light", chosen=16)
    first = places(drawing, "q\u00b7k \u00f7 \u221ahead_size, head_size")
    (points,) = re.findall('points="([^"]+)"[^>]*stroke-dasharray="9 6"', drawing)
    line = [tuple(map(float, place.split(","))) for place in points.split()]
    assert [(x / 10, y) for x, y in line] == [pytest.approx(place, abs=0.02) for place in first]
    assert len(places(drawing, "another seed, head_size 16: 2.410")) == 1
    assert len(places(drawing, "another seed")) == 6 and drawing.count('<circle r="5.5" fill="none"') == 6
    assert {"counting pairs", "2.482", "2.500"} <= set(texts(drawing))
    assert all(0 < y < 150 for _, y in places(drawing, ".*?head_size"))


def test_only_the_chosen_size_is_marked_and_all_else_stays():
    small, large = (figures.trained(SIZES, LOSSES, 2.482, "light", chosen=size) for size in (4, 64))
    upright = r'<line x1="([\d.]+%)" y1="150.0" x2="\1" y2="0.0"[^>]*>'
    assert len(re.findall(upright, small)) == 1 and re.sub(upright, "", small) == re.sub(upright, "", large)


def test_names_of_lines_stand_at_the_right_in_the_order_of_the_lines():
    said = texts(figures.trained(SIZES, LOSSES, 2.482, "light", chosen=64))
    assert said[-6:] == ["not divided", "2.500", "counting pairs", "2.482", "\u00f7 \u221ahead_size", "2.400"]


@pytest.mark.parametrize(("expected", "above"), [("much worse", 1), ("about the same", 0), ("better", -1)])
def test_how_somebody_thought_the_undivided_head_compares_is_a_diamond(expected, above):
    drawing = figures.trained(SIZES, LOSSES, 2.482, "light", chosen=16, guess=(16, expected))
    ((x, y),), ((there, divided),) = places(drawing, "your guess"), places(drawing, "q.k . .head_size, head_size 16")
    assert x == there and 0 < y < 150 and (y < divided) - (y > divided) == above
    assert "\u25c7 your guess" in texts(drawing)


def test_how_many_characters_a_row_looks_at_while_it_is_trained_and_how_many_there_can_be():
    drawing = figures.looking([0, 100], {"scaled": [4.0, 2.0], "scores": [3.0, 1.0]}, 5.0, "dark")
    said = texts(drawing)
    assert said[-6:] == ["even rows", "5.0", "\u00f7 \u221ahead_size", "2.00", "not divided", "1.00"]
    assert len(places(drawing, "step 100: 1.00 characters")) == 1
    (level,) = re.findall(r'y1="([\d.]+)" x2="[\d.]+%" y2="\1"[^>]*stroke-dasharray="2 5"', drawing)
    assert float(level) == pytest.approx(128 * (1 - 1 / 1.12), abs=0.1)
