"""Whether a difference is larger than the noise: the tests agree with scipy's, and with chance itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tinygpt.experiments.significance import Comparison, by_chance, compare


def by_seed(*losses: float | None) -> dict[int, float | None]:
    return dict(enumerate(losses))


A, B = by_seed(2.30, 2.26, 2.28, 2.29), by_seed(2.25, 2.23, 2.21)


def test_unpaired_is_welchs_test():
    found = compare(A, B)
    known = stats.ttest_ind(list(B.values()), list(A.values()), equal_var=False)
    assert found.test == "unpaired" and found.seeds == (4, 3)
    assert (found.difference, found.p) == pytest.approx((-0.0525, known.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval(0.95)))


def test_pairs_are_students_test_of_the_differences():
    a, b = by_seed(2.30, 2.26, 2.28), by_seed(2.27, 2.25, 2.26)
    found, known = compare(a, b, same_start=True), stats.ttest_rel(list(b.values()), list(a.values()))
    assert (found.test, found.p) == ("paired", pytest.approx(known.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval(0.95)))
    assert compare(a, {7: 2.27, 8: 2.25, 9: 2.26}, same_start=True).test == "unpaired", "other seeds: no pairs"


def test_pairs_show_what_the_scatter_of_the_seeds_hides():
    a = by_seed(2.30, 2.26, 2.28, 2.34)
    b = by_seed(2.289, 2.251, 2.27, 2.329)  # each 0.01 better, more or less
    assert compare(a, b).verdict == "within the noise"
    assert compare(a, b, same_start=True).verdict == "larger than the noise"


def test_the_lectures_feed_forward_proves_nothing_with_two_seeds():
    four_heads, feed_forward = {1337: 2.274, 1: 2.282}, {1337: 2.274, 1: 2.249}  # 2,000 val batches each
    found = compare(four_heads, feed_forward)
    assert found.difference == pytest.approx(-0.0165)
    assert found.verdict == "within the noise" and found.low < 0 < found.high
    assert found.smallest > 0.03, "two seeds could not have shown even the larger of the two gains"
    assert compare(four_heads, feed_forward, same_start=True).verdict == "within the noise"


def test_three_blocks_are_better_for_sure():
    found = compare({1337: 2.274, 1: 2.249}, {1337: 2.115, 1: 2.077})
    assert found.verdict == "larger than the noise" and found.high < 0


def test_one_seed_is_too_few():
    found = compare({1337: 2.3}, {1337: 2.1, 1: 2.2})
    assert (found.verdict, found.test, found.seeds) == ("too few", "", (1, 2))
    assert found.difference == pytest.approx(-0.15) and found.p is found.low is found.smallest is None
    assert compare({}, by_seed(2.0)) == Comparison("too few", "", (0, 1), (0, 0), None)


def test_runs_that_diverged_are_left_out_and_counted():
    found = compare(by_seed(2.3, None, 2.28, math.nan), by_seed(2.2, 2.25, 2.21, math.inf))
    assert (found.seeds, found.left_out) == ((2, 3), (2, 1))
    paired = compare(by_seed(2.3, None, 2.28, 2.31), by_seed(2.2, 2.25, 2.21, 2.2), same_start=True)
    assert (paired.test, paired.seeds, paired.left_out) == ("paired", (3, 3), (1, 1)), (
        "without its partner, a pair is none"
    )
    assert compare(by_seed(2.3, 2.2), by_seed(None, None)).verdict == "too few"


@pytest.mark.parametrize("same_start", [False, True])
def test_losses_that_do_not_scatter(same_start):
    flat, other = by_seed(2.1, 2.1, 2.1), by_seed(2.2, 2.2, 2.2)
    equal = compare(flat, flat, same_start=same_start)
    assert (equal.verdict, equal.p, equal.difference) == ("within the noise", 1.0, 0.0)
    apart = compare(flat, other, same_start=same_start)
    assert (apart.verdict, apart.p, apart.smallest) == ("larger than the noise", 0.0, 0.0)
    assert apart.low == apart.high == pytest.approx(0.1)


def test_one_group_that_does_not_scatter():
    a, b = by_seed(2.1, 2.1, 2.1), by_seed(2.2, 2.21, 2.22)
    assert compare(a, b).p == pytest.approx(stats.ttest_1samp(list(b.values()), 2.1).pvalue)


@pytest.mark.parametrize(("seeds", "spread"), [((2, 2), (1, 1)), ((3, 3), (1, 1)), ((3, 5), (1, 3)), ((8, 8), (2, 1))])
def test_false_alarms_are_as_rare_as_promised(seeds, spread):
    draw = np.random.default_rng(1337)
    rounds, alarms, inside = 2_000, 0, 0
    for _ in range(rounds):
        a, b = (2.3 + 0.02 * s * draw.standard_normal(n) for n, s in zip(seeds, spread, strict=True))
        found = compare(by_seed(*a), by_seed(*b))
        alarms += found.verdict == "larger than the noise"
        inside += found.low <= 0 <= found.high
    assert alarms / rounds < 0.07 and inside == rounds - alarms


def test_pairs_raise_one_false_alarm_in_twenty_whatever_they_have_in_common():
    draw = np.random.default_rng(25)
    for shared in (0.0, 1.0):
        alarms = 0
        for _ in range(2_000):
            luck = shared * draw.standard_normal(3)
            a, b = (by_seed(*(luck + draw.standard_normal(3))) for _ in range(2))
            alarms += compare(a, b, same_start=True).verdict == "larger than the noise"
        assert 0.035 < alarms / 2_000 < 0.065


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("ahead", [0.0, 5.0])
def test_the_lowest_of_many_against_the_next_needs_no_correction(paired, ahead):
    draw, rounds, alarms = np.random.default_rng(7), 1_500, 0
    true = np.array([-ahead, -ahead, *[0.0] * 18])  # the best two are equal: whichever is lowest, it is by luck
    for _ in range(rounds):
        drawn = true[:, None] + draw.standard_normal((20, 3))
        best, second = drawn[np.argsort(drawn.mean(1))[:2]]
        alarms += compare(by_seed(*second), by_seed(*best), same_start=paired).verdict == "larger than the noise"
    assert alarms / rounds < (0.065 if ahead else 0.03)


losses = st.dictionaries(st.integers(0, 9), st.none() | st.just(math.nan) | st.floats(0.1, 50), max_size=6)


@given(losses, losses, st.booleans())
def test_any_losses_get_a_verdict_and_the_parts_agree(a, b, same_start):
    found, mirrored = compare(a, b, same_start=same_start), compare(b, a, same_start=same_start)
    assert mirrored.verdict == found.verdict and mirrored.seeds == found.seeds[::-1]
    assert found.seeds[0] + found.left_out[0] == len(a)
    if found.verdict == "too few":
        assert min(found.seeds) < 2 and found.p is None
        return
    assert 0 <= found.p <= 1 and found.low <= found.difference <= found.high
    assert (abs(found.difference) > found.smallest) == (found.verdict == "larger than the noise") or math.isclose(
        abs(found.difference), found.smallest, rel_tol=1e-6, abs_tol=1e-9
    )


def test_the_margin_of_a_mean_by_hand():
    """Of 0, 1 and 2: a deviation of 1, a standard error of 1 / sqrt(3), and Student's t for 2 degrees of freedom."""
    assert by_chance([0.0, 1.0, 2.0]) == pytest.approx(22.327 / math.sqrt(3), rel=1e-4)
    assert by_chance([0.0, 1.0] * 5_000) == pytest.approx(3.09 * 0.5 / 100, rel=1e-2), "of many: three standard errors"
    assert by_chance([1.0]) == math.inf and by_chance([1.0, 1.0]) == 0.0
