"""The plane of the mathematical trick."""

import pytest
import torch

from tinygpt.averaging import mean_by_loop
from tinygpt.plots.lessons import averaging_plane as figures
from tinygpt.plots.look import PALETTE
from tinygpt.randomness import generator

X = torch.randn(4, 8, 2, generator=generator(1337))


@pytest.mark.parametrize("seed", [1337, 666])
def test_no_label_of_a_point_touches_another_or_a_point_or_a_number_of_the_axes(seed):
    x = torch.randn(4, 8, 2, generator=generator(seed))[:1]
    middle, unit = figures.PLANE / 2, figures.PLANE / 2 / figures.REACH
    spots, means = (tuple((middle + a * unit, middle - b * unit) for a, b in points.tolist())
                    for points in (x[0], mean_by_loop(x)[0]))  # fmt: skip
    for t in range(8):
        labels = figures.label_places(spots, means, t)
        for i, (left, top) in enumerate(labels):
            assert all(abs(left - a) >= 28 or abs(top - b) >= 15 for a, b in labels[:i]), (t, i)
            assert all(abs(left - a) >= 20 or abs(top - b) >= 13 for a, b in spots), (t, i)
            assert all(abs(left - a) >= 22 or abs(top - b) >= 14 for _, a, b in figures._axis_numbers()), (t, i)


def test_points_up_to_t_are_solid_and_later_ones_hollow():
    drawing = figures.plane(X[0], mean_by_loop(X)[0], 2, "First Ci", "light")
    hollow = drawing.count(f'fill="{PALETTE["light"].paper}"')
    assert hollow == 5 + 1  # and one in the legend


def test_an_empty_plane_has_its_points_and_places_for_what_the_browser_draws():
    drawing = figures.empty_plane(X[0], mean_by_loop(X)[0], "First Ci", "light")
    assert drawing.count("<circle") == 8
    assert drawing.count('<g class="lines"></g>') == drawing.count('<g class="means"></g>') == 1
