"""The drawings of two slips about scores: what is named, what is in bold, where things lie."""

import re

import pytest

from tinygpt.plots.lessons import scaling_slips as figures
from tinygpt.plots.lessons.scaling import SHORT
from tinygpt.variance import Spread

SIZES = [4, 16, 64]


def texts(drawing: str) -> list[str]:
    return re.findall(">([^<>]+)</text>", drawing)


def test_the_wrong_dice_are_named_beside_the_1_that_was_promised():
    wrong, right = (
        figures.variance_of_scaled(SIZES, [Spread(mean, mean - 0.01, mean + 0.01)] * 3, "light", right=mean == 1)
        for mean in (0.0486, 1.0)
    )
    assert {"0.05 at every size", "1, what the division promises"} <= set(texts(wrong))
    assert not any("promises" in said or "every" in said for said in texts(right))


def test_nine_draws_in_ten_lie_between_the_ends_of_a_bar():
    drawing = figures.variance_of_scaled(SIZES, [Spread(1.0, 0.7, 1.3)] * 3, "dark", right=True)
    bars = re.findall(r'<line x1="([\d.]+%)" y1="([\d.]+)" x2="\1" y2="([\d.]+)"', drawing)
    assert len(bars) == 3
    low, high = float(bars[0][1]), float(bars[0][2])
    assert low - high == pytest.approx(250 * 0.6 / 1.54, abs=0.11)


def test_every_mean_is_written_over_its_dot():
    assert {"1.0", "4.0", "16.0"} <= set(texts(figures.mean_score(SIZES, [1, 4, 16], "light")))
    assert "head_size 16: mean 4.00" in figures.mean_score(SIZES, [1, 4, 16], "light")


@pytest.mark.parametrize("draw", [figures.variance_by_scale, figures.largest_by_scale])
def test_only_the_chosen_way_to_scale_is_in_bold(draw):
    drawing = draw(SIZES, {scale: [0.5, 0.5, 0.5] for scale in SHORT}, "none", "light")
    assert re.findall(r'<polyline[^>]*stroke-width="([\d.]+)"', drawing) == ["4", "1.5", "1.5", "1.5"]
    bold = re.findall(r'font-weight="700"[^>]*>([^<]+)<', drawing)
    assert bold[1:] == ["not divided"], "after the name of the chart"


def test_the_variance_is_drawn_by_its_powers_of_ten():
    drawing = figures.variance_by_scale(SIZES, {"none": [4.0, 16.0, 64.0]}, "none", "light")
    places = [float(y) for y in re.findall(r'y="([\d.]+)"[^>]*><circle', drawing)]
    assert places[0] - places[1] == pytest.approx(places[1] - places[2], abs=0.11)


@pytest.mark.parametrize("chosen", SHORT)
def test_what_is_chosen_moves_nothing(chosen):
    values = {scale: [0.5, 0.5, 0.5] for scale in SHORT}
    here, there = (figures.largest_by_scale(SIZES, values, one, "light") for one in (chosen, "none"))
    assert re.findall(r'<svg x="[^>]+>', here) == re.findall(r'<svg x="[^>]+>', there)
