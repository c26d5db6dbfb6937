"""How wild a curve is, on curves that can be read off."""

import math

from tinygpt.inside.symptoms import AVERAGED, roughness
from tinygpt.training.state import Point


def curve(*losses: float) -> list[Point]:
    return [Point(step, loss, None, 1e-3, 0.0, 0) for step, loss in enumerate(losses)]


def test_a_falling_curve_is_not_wild():
    seen = roughness(curve(*(4 - step / 100 for step in range(201))), 65)
    assert seen is not None and not seen.wild
    assert (seen.first, seen.peak, seen.peak_step, seen.steps) == (4.0, 4.0, 0, 200)
    assert abs(seen.last - (2 + 9.5 / 100)) < 1e-9 and abs(seen.rise) < 1e-9 and seen.guessing == math.log(65)


def test_a_leap_a_rise_and_a_loss_above_guessing_are_wild():
    leap = roughness(curve(*[4.0] * 10, 6.5, *[2.0] * 30), 65)
    rise = roughness(curve(*[2.0] * 30, *[2.5] * 30), 65)
    useless = roughness(curve(*[4.3] * 250), 65)
    assert leap and leap.wild and leap.peak_step == 10
    assert rise and rise.wild and abs(rise.rise - 0.5) < 1e-9
    assert useless and useless.wild


def test_a_young_run_may_be_above_guessing_and_one_bad_batch_is_no_rise():
    young, batch = roughness(curve(*[4.3] * 150), 65), roughness(curve(*[2.0] * 30, 2.9, *[2.0] * 30), 65)
    assert young and not young.wild and batch and not batch.wild


def test_too_few_points_say_nothing_and_what_is_no_number_is_passed_over():
    assert roughness(curve(*[4.0] * (AVERAGED - 1)), 65) is None and roughness([], 65) is None
    assert roughness(curve(*[4.0] * AVERAGED, math.nan, math.inf), 65).peak == 4.0
