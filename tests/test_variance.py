"""Why scores are divided by sqrt(head_size): the theory, the notebooks' numbers, and what softmax does."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt.attention import attention_stages
from tinygpt.randomness import generator
from tinygpt.variance import (
    DISTRIBUTIONS,
    PRODUCT_VARIANCE,
    Distribution,
    effective_characters,
    expected_variance,
    gradient_size,
    query_gradient,
    random_qk,
    running_sums,
    saturated,
    score_variance,
    softmax_jacobian,
    softmax_of,
    spread,
    winner_gradient,
)

NOTEBOOK = torch.tensor([0.1, -0.2, 0.3, -0.2, 0.5])  # its five scores


# --- how wide scores are -----------------------------------------------------------------------------------------


def test_one_draw_of_the_notebook_s_size_with_seed_1337():
    q, k = random_qk(16, generator=generator(1337))
    assert q.shape == k.shape == (1, 4, 8, 16)
    assert k.var().item() == pytest.approx(1.09, abs=0.005) and q.var().item() == pytest.approx(1.06, abs=0.005)
    assert score_variance(16, scale=False, generator=generator(1337)).item() == pytest.approx(18.44, abs=0.005)
    assert score_variance(16, generator=generator(1337)).item() == pytest.approx(1.15, abs=0.005)


@pytest.mark.parametrize("head_size", [4, 16, 64, 256])
def test_the_variance_is_head_size_without_the_division_and_1_with_it(head_size):
    plain = score_variance(head_size, scale=False, draws=400, generator=generator(0))
    divided = score_variance(head_size, draws=400, generator=generator(0))
    assert plain.shape == divided.shape == (400,)
    assert plain.mean().item() == pytest.approx(expected_variance(head_size), rel=0.04)
    assert divided.mean().item() == pytest.approx(1, abs=0.04)
    torch.testing.assert_close(divided * head_size, plain)  # a factor of the scores is squared in their variance


def test_nine_draws_in_ten_wander_less_the_longer_the_vectors():
    wide = {hs: spread(score_variance(hs, draws=1_000, generator=generator(0))) for hs in (4, 16, 256)}
    assert wide[4] == pytest.approx((1.0, 0.70, 1.34), abs=0.05)
    assert wide[16] == pytest.approx((1.0, 0.81, 1.21), abs=0.03)
    assert wide[256] == pytest.approx((1.0, 0.86, 1.15), abs=0.03)


def test_the_number_that_the_notebook_printed_is_a_rare_draw():
    values = score_variance(16, draws=5_000, generator=generator(0))
    assert 0.015 < (values >= 1.2769).float().mean().item() < 0.03


@pytest.mark.parametrize("head_size", [4, 16, 64, 256])
def test_rand_shows_nothing_about_the_division(head_size):
    values = score_variance(head_size, draws=400, distribution="rand", generator=generator(0))
    assert values.mean().item() == pytest.approx(7 / 144, abs=0.002)
    assert spread(values).low < 0.0488 < spread(values).high  # what the second notebook printed


def test_the_mean_of_rand_grows_and_that_of_randn_does_not():
    def mean(head_size: int, distribution: Distribution) -> float:
        q, k = random_qk(head_size, draws=400, distribution=distribution, generator=generator(0))
        return attention_stages(q, k, mask=False).scores.mean().item()

    for head_size in (4, 64):
        assert mean(head_size, "rand") == pytest.approx(head_size / 4, rel=0.02)
        assert mean(head_size, "randn") == pytest.approx(0, abs=0.1)


def test_of_the_variance_of_rand_only_a_thirty_sixth_is_within_rows():
    q, k = random_qk(64, draws=400, distribution="rand", generator=generator(0))
    assert attention_stages(q, k, mask=False).scaled.var(-1).mean().item() == pytest.approx(1 / 36, abs=0.002)


def test_theory_by_hand():
    assert PRODUCT_VARIANCE == {"randn": 1.0, "rand": pytest.approx(7 / 144)}
    assert expected_variance(64, scale=64**-0.5) == pytest.approx(1)
    assert expected_variance(8, scale=32**-0.5) == pytest.approx(0.25)  # the root of n_embd instead
    assert expected_variance(16, scale=0.25, distribution="rand") == pytest.approx(0.0486, abs=5e-5)


@settings(max_examples=30)
@given(st.integers(1, 64), st.integers(1, 5), st.sampled_from(DISTRIBUTIONS), st.integers(0, 2**31))
def test_the_same_seed_gives_the_same_numbers(head_size, draws, distribution, seed):
    a, b = (
        score_variance(head_size, draws=draws, distribution=distribution, generator=generator(seed)) for _ in range(2)
    )
    assert a.shape == (draws,) and torch.equal(a, b) and bool((a > 0).all())


def test_nothing_touches_the_global_generator():
    before = torch.random.get_rng_state()
    score_variance(8, draws=3, generator=generator(1))
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_spread_by_hand():
    assert spread(torch.arange(101.0)) == pytest.approx((50.0, 5.0, 95.0))


# --- what softmax makes of it --------------------------------------------------------------------------------------


def test_the_notebook_s_softmax_at_1_and_at_100():
    torch.testing.assert_close(
        softmax_of(NOTEBOOK), torch.tensor([0.1925, 0.1426, 0.2351, 0.1426, 0.2872]), atol=5e-5, rtol=0
    )
    sharp = torch.tensor([4.2484e-18, 3.9754e-31, 2.0612e-09, 3.9754e-31, 1.0])
    torch.testing.assert_close(softmax_of(NOTEBOOK, 100), sharp, rtol=5e-5, atol=0)


@pytest.mark.parametrize(
    ("factor", "largest", "width"),
    [(0, 0.2, 5.0), (1, 0.2872, 4.81), (8, 0.8, 1.86), (32, 0.9983, 1.01), (100, 1.0, 1.0)],
)
def test_a_larger_factor_looks_at_fewer_characters(factor, largest, width):
    weights = softmax_of(NOTEBOOK.double(), factor)
    assert weights.max().item() == pytest.approx(largest, abs=5e-5)
    assert effective_characters(weights).item() == pytest.approx(width, abs=5e-3)


@pytest.mark.parametrize(("factor", "moves"), [(0, 0.16), (1, 0.2047), (8, 0.1600), (32, 1.66e-3), (100, 2.06e-9)])
def test_the_winner_moves_by_p_times_1_minus_p(factor, moves):
    p = softmax_of(NOTEBOOK.double(), factor).max().item()
    assert winner_gradient(NOTEBOOK.double(), factor) == pytest.approx(moves, rel=5e-3)
    assert winner_gradient(NOTEBOOK.double(), factor) == pytest.approx(p * (1 - p), rel=1e-6)


def test_in_32_bits_nothing_is_left_at_100():
    assert winner_gradient(NOTEBOOK, 100) == 0.0
    assert winner_gradient(NOTEBOOK, 8) == pytest.approx(0.16, abs=1e-4)


def test_two_equal_weights_by_hand():
    half = torch.tensor([0.5, 0.5])
    torch.testing.assert_close(softmax_jacobian(half), torch.tensor([[0.25, -0.25], [-0.25, 0.25]]))
    assert gradient_size(half).item() == pytest.approx(0.5)
    assert effective_characters(half).item() == pytest.approx(2)
    assert effective_characters(torch.tensor([1.0, 0.0])).item() == 1
    assert saturated(torch.tensor([[0.5, 0.5], [0.995, 0.005], [0.99, 0.01], [1.0, 0.0]])) == 0.5


scores = st.lists(st.floats(-20, 20), min_size=2, max_size=8).map(lambda row: torch.tensor(row, dtype=torch.float64))


@given(scores)
def test_the_jacobian_is_the_one_that_torch_computes(row):
    torch.testing.assert_close(
        softmax_jacobian(softmax_of(row)), torch.autograd.functional.jacobian(softmax_of, row), atol=1e-12, rtol=1e-9
    )


@given(scores)
def test_a_row_looks_at_one_character_at_least_and_at_all_of_them_at_most(row):
    weights = softmax_of(row)
    assert weights.sum().item() == pytest.approx(1)
    assert 1 - 1e-9 <= effective_characters(weights).item() <= len(row) + 1e-9
    assert 0 <= gradient_size(weights).item() <= 1


@given(scores, st.floats(-5, 5))
def test_a_constant_added_to_a_row_changes_nothing(row, constant):
    torch.testing.assert_close(softmax_of(row + constant), softmax_of(row))


# --- thousands of rows ---------------------------------------------------------------------------------------------


def rows(head_size: int, scale: bool) -> torch.Tensor:
    """6,400 rows of weights over eight characters."""
    q, k = random_qk(head_size, draws=200, generator=generator(0))
    return attention_stages(q, k, scale=scale, mask=False).weights


@pytest.mark.parametrize(("head_size", "share"), [(16, 0.09), (64, 0.38), (256, 0.64), (1024, 0.81)])
def test_the_longer_the_vectors_the_more_rows_look_at_one_character(head_size, share):
    assert saturated(rows(head_size, scale=False)) == pytest.approx(share, abs=0.02)
    assert saturated(rows(head_size, scale=True)) < 0.001


def test_the_median_row_passes_on_almost_nothing_without_the_division():
    assert gradient_size(rows(256, scale=False)).median().item() == pytest.approx(0.0018, abs=0.0006)
    assert gradient_size(rows(256, scale=True)).median().item() == pytest.approx(0.367, abs=0.005)


@pytest.mark.parametrize("head_size", [16, 64, 256])
def test_divided_a_row_looks_at_about_5_7_of_8_characters_at_every_size(head_size):
    assert effective_characters(rows(head_size, scale=True)).mean().item() == pytest.approx(5.7, abs=0.1)


def test_the_average_gradient_of_a_query_is_larger_without_the_division_and_most_are_small():
    q, k = random_qk(256, draws=60, generator=generator(0))
    plain, divided = query_gradient(q, k, scale=False), query_gradient(q, k)
    assert plain.shape == (60, 4, 8)
    assert plain.mean().item() == pytest.approx(1.33, abs=0.12) and plain.median().item() < 0.05
    assert divided.mean().item() == pytest.approx(0.37, abs=0.02)
    assert divided.median().item() == pytest.approx(0.37, abs=0.02)
    assert (plain < 1e-3).float().mean().item() == pytest.approx(1 / 3, abs=0.05)


def test_a_score_is_the_last_of_its_running_sums_by_hand():
    q, k = torch.tensor([1.0, 2.0, -1.0]), torch.tensor([3.0, -1.0, 2.0])
    assert running_sums(q, k).tolist() == [3.0, 1.0, -1.0]
    q, k = (one[0] for one in random_qk(16, generator=generator(7)))
    torch.testing.assert_close(running_sums(q, k)[..., -1], attention_stages(q, k).scores.diagonal(dim1=-2, dim2=-1))


def test_the_spread_of_running_sums_grows_with_the_root():
    q, k = random_qk(256, draws=640, generator=generator(7))
    spreads = running_sums(q, k).flatten(0, 2).std(dim=0)
    for n in (1, 4, 16, 64, 256):
        assert spreads[n - 1].item() == pytest.approx(n**0.5, rel=0.03)


@pytest.mark.parametrize("scale", [True, False, 0.3, 0.0])
def test_a_query_s_gradient_is_the_one_that_torch_computes(scale):
    q, k = (x[0, 0].double() for x in random_qk(3, generator=generator(5)))  # both (T, hs)

    def first_row(query):
        return attention_stages(torch.cat([query[None], q[1:]]), k, scale=scale, mask=False).weights[0]

    expected = torch.autograd.functional.jacobian(first_row, q[0])  # (T, hs)
    assert query_gradient(q, k, scale=scale)[0].item() == pytest.approx(expected.norm().item(), rel=1e-9)


@pytest.mark.parametrize(
    ("scale", "variance", "largest"),
    [(1.0, 8.0, 0.65), (8**-0.5, 1.0, 0.35), (32**-0.5, 0.25, 0.23), (1 / 8, 0.125, 0.20)],
)
def test_four_ways_to_scale_heads_of_8(scale, variance, largest):
    q, k = random_qk(8, draws=750, generator=generator(0))
    stages = attention_stages(q, k, scale=scale, mask=False)
    assert stages.scaled.var().item() == pytest.approx(variance, rel=0.03)
    assert stages.weights.amax(-1).mean().item() == pytest.approx(largest, abs=0.01)
    assert math.isclose(expected_variance(8, scale=scale), variance)
