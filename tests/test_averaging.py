"""The mathematical trick, with the notebooks' numbers."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt import averaging
from tinygpt.averaging import (
    agreement,
    changed_rows,
    mean_by_loop,
    mean_by_softmax,
    mean_by_tril,
    score_for_share,
    softmax_of_averages,
    softmax_then_zero,
    softmax_weights,
    tril_weights,
    weights_of,
)
from tinygpt.randomness import generator

VERSIONS = (mean_by_loop, mean_by_tril, mean_by_softmax)


def notebook_x(seed: int) -> torch.Tensor:
    return torch.randn(4, 8, 2, generator=generator(seed))


def test_the_notebook_s_x_and_xbow():
    x = notebook_x(1337)
    assert x[0, :3].tolist() == [
        pytest.approx(row, abs=5e-5) for row in ([0.1808, -0.07], [-0.3596, -0.9152], [0.6258, 0.0255])
    ]
    printed = [[0.1808, -0.0700], [-0.0894, -0.4926], [0.1490, -0.3199], [0.3504, -0.2238], [0.3525, 0.0545],
               [0.0688, -0.0396], [0.0927, -0.0682], [-0.0341, 0.1332]]  # fmt: skip
    torch.testing.assert_close(mean_by_loop(x)[0], torch.tensor(printed), atol=5e-5, rtol=0)


def test_the_notebook_s_own_check_of_row_2():
    x = notebook_x(1337)
    torch.testing.assert_close((x[0, 0] + x[0, 1] + x[0, 2]) / 3, mean_by_loop(x)[0, 2])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("seed", [1337, 666])
def test_every_version_agrees_with_the_loop(version, seed):
    x = notebook_x(seed)
    torch.testing.assert_close(version(x), mean_by_loop(x))


@given(st.integers(1, 4), st.integers(1, 12), st.integers(1, 3), st.integers(0, 9))
def test_every_version_agrees_whatever_the_shape(B, T, C, seed):
    x = torch.randn(B, T, C, generator=generator(seed))
    for version in VERSIONS:
        torch.testing.assert_close(version(x), torch.stack([x[:, : t + 1].mean(1) for t in range(T)], dim=1))


def test_the_three_products_of_the_notebook():
    b = torch.randint(0, 10, (3, 2), generator=generator(42)).float()
    assert b.tolist() == [[2, 7], [6, 4], [6, 5]]
    a = averaging.trick_matrices()
    assert (a["ones"] @ b).tolist() == [[14, 16]] * 3
    assert (a["tril"] @ b).tolist() == [[2, 7], [8, 11], [14, 16]]
    torch.testing.assert_close(a["rows sum to 1"] @ b, torch.tensor([[2, 7], [4, 5.5], [14 / 3, 16 / 3]]))


def test_row_t_is_t_plus_1_equal_shares():
    wei = tril_weights(8)
    for t in range(8):
        torch.testing.assert_close(wei[t], torch.tensor([1 / (t + 1)] * (t + 1) + [0.0] * (7 - t)))
    assert wei.sum(0)[0].item() == pytest.approx(2.7179, abs=5e-5)  # 1 + 1/2 + ... + 1/8


def test_softmax_makes_the_same_shares_out_of_zeros():
    torch.testing.assert_close(softmax_weights(8), tril_weights(8))


@pytest.mark.parametrize(
    ("fill", "leak"), [(0, 0.875), (-1, 0.720), (-5, 0.0450), (-10, 3.2e-4), (-20, 1.4e-8), (-math.inf, 0.0)]
)
def test_only_minus_infinity_gives_the_future_nothing(fill, leak):
    assert softmax_weights(8, fill)[0, 1:].sum().item() == pytest.approx(leak, rel=0.04)


def test_chosen_scores_of_zero_are_equal_shares_and_none_reaches_the_future():
    torch.testing.assert_close(weights_of(torch.zeros(8, 8)), tril_weights(8))
    weights = weights_of(torch.randn(8, 8, generator=generator(0)))
    assert not weights.triu(1).any()
    torch.testing.assert_close(weights.sum(1), torch.ones(8))


def test_two_scores_by_hand():
    weights = weights_of(torch.tensor([[5.0, 9.0], [math.log(3), 0.0]]))
    torch.testing.assert_close(weights, torch.tensor([[1.0, 0.0], [0.75, 0.25]]))


@pytest.mark.parametrize(("share", "others", "among"), [(0.9, 4, 1), (0.99, 5, 1), (0.99, 6, 2), (0.125, 7, 1)])
def test_the_score_for_a_share_gives_that_share(share, others, among):
    row = torch.zeros(others + among)
    row[:among] = score_for_share(share, others, among=among)
    assert row.softmax(0)[:among].sum().item() == pytest.approx(share)


def test_zeroing_after_the_softmax_breaks_the_sum():
    assert softmax_then_zero(8).sum(1).tolist() == [(t + 1) / 8 for t in range(8)]


def test_softmax_of_what_is_averaged_already_changes_nothing_under_the_mask():
    assert torch.equal(softmax_of_averages(8), tril_weights(8))
    unmasked = softmax_of_averages(8, mask=False)
    assert unmasked[0, :2].tolist() == [pytest.approx(0.280, abs=5e-4), pytest.approx(0.103, abs=5e-4)]


def test_an_average_forgets_the_order():
    x = notebook_x(1337)
    swapped = x[:, [1, 0, *range(2, 8)]]
    moved = changed_rows(x, swapped)
    assert moved[0] > 0.1
    torch.testing.assert_close(moved[1:], torch.zeros(7))


def test_the_future_does_not_reach_an_average():
    x = notebook_x(1337)
    other = x.clone()
    other[:, 5] += 1
    torch.testing.assert_close(changed_rows(x, other), torch.tensor([0, 0, 0, 0, 0, 1 / 6, 1 / 7, 1 / 8]))


@pytest.mark.parametrize("seed", [1337, 666])
def test_equal_bits_are_too_much_to_ask(seed):
    x = notebook_x(seed)
    found = agreement(mean_by_loop(x), mean_by_tril(x))
    assert found.entries == 64
    assert found.equal.sum() < 64  # how many exactly depends on the processor: 40 and 43 on ours
    assert 0 < found.largest < 1e-6
    assert found.close == torch.allclose(mean_by_loop(x), mean_by_tril(x))


def test_the_place_where_allclose_says_no():
    a, b = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 2.1]])
    found = agreement(a, b)
    assert (found.close, found.worst, found.largest) == (False, (0, 1), pytest.approx(0.1))
    assert found.tolerance == pytest.approx(1e-8 + 1e-5 * 2.1)
    assert found.equal.tolist() == [[True, False]]


def test_the_time_of_each_version_is_measured():
    times = averaging.microseconds(mean_by_tril, T=4, repeats=1)
    assert times > 0
