"""The strip of losses: where its cursor stands, by hand; and nothing that is no number in it."""

import math
import re

import pytest

from tinygpt.plots.losses.strip import LEFT, WIDE, loss_strip, loss_words
from tinygpt.training.state import Point


def points(*vals: float | None, every: int = 25) -> list[Point]:
    return [Point(n * every, 3.0 if val is None else val, val, 1e-3, 0.0, 0) for n, val in enumerate(vals)]


def test_steps_are_spaced_by_their_root():
    strip = loss_strip(points(4.0, 3.0, 2.5, 2.2, 2.0), [0, 25, 100], 100, "light", hue="#123456")
    assert [spot.x for spot in strip.spots] == pytest.approx([LEFT, WIDE / 2, WIDE - LEFT])
    assert [spot.val for spot in strip.spots] == [4.0, 3.0, 2.0]
    assert strip.spots[0].dot_y < strip.spots[1].dot_y < strip.spots[2].dot_y, "a lower loss lies lower"


def test_the_dot_sits_at_the_look_that_is_nearest():
    (spot,) = loss_strip(points(4.0, 3.0, 2.5), [30], 100, "light", hue="#123456").spots
    assert (spot.step, spot.val) == (25, 3.0) and spot.dot_x < spot.x
    assert loss_words(spot) == "val 3.00 at step 25"


def test_before_the_first_look_there_is_no_dot():
    (spot,) = loss_strip(points(None, None), [10], 100, "light", hue="#123456").spots
    assert spot.val is None and loss_words(spot) == ""


@pytest.mark.parametrize("vals", [[], [math.nan], [4.0, math.inf, math.nan], [4.0, 1e30], [2.0, 2.0]], ids=str)
def test_a_run_that_breaks_off_has_a_strip_too(vals):
    strip = loss_strip(points(*vals), [0, 50], 100, "dark", hue="#123456", stretch=(10, 20))
    assert not re.search(r"\b(nan|inf)\b", strip.drawing) and all(math.isfinite(spot.dot_y) for spot in strip.spots)
