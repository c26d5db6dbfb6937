"""400 points that show what 20,000 would."""

import math

from hypothesis import given
from hypothesis import strategies as st

from tinygpt.engine.thinning import ThinnedCurve, thin
from tinygpt.training.state import Point


def curve(losses, every=100):
    return [Point(i, loss, 4.0 - i / 1e5 if i % every == 0 else None, 1e-3, i / 10, i) for i, loss in enumerate(losses)]


def test_a_short_curve_stays_as_it_is():
    points = curve([3.0] * 400)
    assert list(thin(points)) == points


def test_a_single_spike_among_twenty_thousand_points_is_still_there():
    losses = [2.0 + math.sin(i) / 10 for i in range(20_000)]
    losses[12_345] = 9.0
    thinned = thin(curve(losses))
    assert len(thinned) <= 400
    assert max(point.loss for point in thinned) == 9.0


def test_every_val_loss_stays():
    points = curve([2.0] * 20_000, every=100)
    assert [p for p in thin(points) if p.val is not None] == [p for p in points if p.val is not None]


def test_a_val_loss_at_every_step_is_thinned_too():
    assert len(thin(curve([2.0] * 20_000, every=1))) <= 400


@given(st.lists(st.floats(0, 10), min_size=1, max_size=900), st.integers(1, 50), st.integers(0, 100))
def test_ends_extremes_order_and_limit_hold_for_any_curve(losses, every, most):
    points = curve(losses, every)
    thinned = thin(points, most)
    assert len(thinned) <= max(most, 16)
    assert (thinned[0], thinned[-1]) == (points[0], points[-1])
    assert [p.step for p in thinned] == sorted({p.step for p in thinned})
    assert set(thinned) <= set(points)
    assert min(losses) == min(p.loss for p in thinned)
    assert max(losses) == max(p.loss for p in thinned)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=8))
def test_how_a_curve_was_cut_into_slices_does_not_show(sizes):
    points, whole, sliced = curve([(7 * i) % 11 for i in range(sum(sizes))]), ThinnedCurve(), ThinnedCurve()
    whole.add(points)
    for size in sizes:
        sliced.add(points[:size])
        points = points[size:]
    assert sliced.points() == whole.points()


def test_a_loss_that_is_no_number_does_not_hide_the_others():
    points = curve([2.0, math.nan, 1.0, 3.0] * 300)
    assert min(p.loss for p in thin(points) if not math.isnan(p.loss)) == 1.0
