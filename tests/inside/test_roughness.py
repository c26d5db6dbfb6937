"""How wild a curve is, on curves that can be read off."""

import math

from tinygpt.inside.symptoms import AVERAGED, NOISES, RISE, roughness
from tinygpt.training.state import Point


def curve(*losses: float) -> list[Point]:
    return [Point(step, loss, None, 1e-3, 0.0, 0) for step, loss in enumerate(losses)]


def test_a_falling_curve_is_not_wild():
    seen = roughness(curve(*(4 - step / 100 for step in range(201))), 65)
    assert seen is not None and not seen.wild
    assert (seen.first, seen.peak, seen.peak_step, seen.guessing) == (4.0, 4.0, 0, math.log(65))
    assert abs(seen.last - (2 + 24.5 / 100)) < 1e-9 and abs(seen.rise) < 1e-9


def test_a_leap_and_a_rise_are_wild():
    leap = roughness(curve(*[4.0] * 10, 6.5, *[2.0] * 60), 65)
    rise = roughness(curve(*[2.0] * 60, *[2.5] * 60), 65)
    assert leap and leap.wild and leap.leaps and leap.peak_step == 10
    assert rise and rise.wild and not rise.leaps and rise.rises and abs(rise.rise - 0.5) < 1e-9


def test_a_rise_must_be_more_than_the_noise_of_single_batches():
    """Neighbors that differ by 2: one loss strays by 2.1, and two means of 50 by a fifth of that."""
    rise = [2.0, 4.0] * 30 + [2.5, 4.5] * 30
    quiet, noisy = roughness(curve(*[2.0] * 60, *[2.5] * 60), 65), roughness(curve(*rise), 65)
    assert quiet and noisy and quiet.rise == noisy.rise
    assert quiet.least_rise == RISE and abs(noisy.least_rise - NOISES * 2 / 0.954 * math.sqrt(2 / AVERAGED)) < 1e-9
    assert quiet.rises and not noisy.rises


def test_a_leap_must_be_more_than_the_noise_of_single_batches():
    """Batches of one: the first loss was a low one, and neighbors differ by 1."""
    noisy = roughness(curve(3.0, *[3.5, 4.5] * 60, 5.5), 65)
    assert noisy and noisy.peak > 1.8 * noisy.first and not noisy.wild


def test_a_loss_above_guessing_may_come_of_steps_that_are_too_short_and_one_bad_batch_is_no_rise():
    slow, batch = roughness(curve(*[4.3] * 300), 65), roughness(curve(*[2.0] * 60, 2.9, *[2.0] * 60), 65)
    assert slow and not slow.wild and batch and not batch.wild


def test_too_few_points_say_nothing_and_what_is_no_number_is_passed_over():
    assert roughness(curve(*[4.0] * (AVERAGED - 1)), 65) is None and roughness([], 65) is None
    assert roughness(curve(*[4.0] * AVERAGED, math.nan, math.inf), 65).peak == 4.0
