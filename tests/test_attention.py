"""Attention by hand: numbers a student can check, and the notebooks' own."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.attention import Head, MultiHeadAttention, Past, attention_stages, causal_mask, rotated, unit_rms


def test_weights_of_two_tokens_by_hand():
    q = torch.tensor([[[1.0], [1.0]]])  # (1, 2, 1)
    k = torch.tensor([[[0.0], [math.log(3)]]])
    weights = attention_stages(q, k).weights
    torch.testing.assert_close(weights, torch.tensor([[[1.0, 0.0], [0.25, 0.75]]]))


def test_a_token_may_look_at_itself_and_to_its_left():
    assert causal_mask(3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]


def test_every_stage_is_kept_and_follows_from_the_one_before():
    q, k = torch.randn(2, 3, 4, 16, generator=torch.Generator().manual_seed(1)).unbind(0)  # each (3, 4, 16)
    stages = attention_stages(q, k)
    torch.testing.assert_close(stages.scores, q @ k.mT)
    torch.testing.assert_close(stages.scaled, stages.scores / 4)  # sqrt(16)
    assert stages.masked[:, 0, 1:].eq(float("-inf")).all()
    torch.testing.assert_close(stages.weights, stages.masked.softmax(-1))


@pytest.mark.parametrize(("scale", "factor"), [(True, 0.5), (False, 1.0), (1.0, 1.0), (0.1, 0.1), (0.0, 0.0)])
def test_scale_is_a_switch_or_a_number(scale, factor):
    q, k = torch.ones(1, 2, 4), torch.ones(1, 2, 4)  # q @ k is 4 everywhere, sqrt(hs) is 2
    torch.testing.assert_close(attention_stages(q, k, scale=scale).scaled, torch.full((1, 2, 2), 4.0 * factor))


@given(T=st.integers(1, 12), hs=st.integers(1, 16), seed=st.integers(0, 99), mask=st.booleans())
def test_every_row_of_weights_sums_to_one(T, hs, seed, mask):
    q, k = torch.randn(2, T, hs, generator=torch.Generator().manual_seed(seed)).unbind(0)
    weights = attention_stages(q, k, mask=mask).weights
    torch.testing.assert_close(weights.sum(-1), torch.ones(T))
    if mask:
        assert weights.triu(1).eq(0).all()


def test_the_notebook_version_4_reproduced_with_its_own_slip():
    torch_global = torch.random.get_rng_state()
    try:  # the notebook draws everything from the process's generator: this test may, and puts it back
        torch.manual_seed(1337)
        x = torch.randn(4, 8, 32)
        head = Head(32, 16)
    finally:
        torch.random.set_rng_state(torch_global)
    v = head.value(x)
    torch.testing.assert_close(v[0, 0, :4], torch.tensor([-0.1571, 0.8801, 0.1615, -0.7824]), atol=5e-5, rtol=0)
    slip = attention_stages(head.query(x), head.key(x), scale=False, dim=1).weights[0]
    torch.testing.assert_close(slip[2, :3], torch.tensor([0.0521, 0.0135, 0.2482]), atol=5e-5, rtol=0)
    assert slip[5].sum().item() == pytest.approx(1.71, abs=0.005)  # a row, and it should be 1
    torch.testing.assert_close(slip.sum(0), torch.ones(8))  # the columns are what was normalized
    assert head(x).shape == (4, 8, 16)


def test_many_heads_at_once_equal_single_heads_side_by_side():
    attention = MultiHeadAttention(8, 2, scale=4**-0.5, mask=True, dim=-1, projection=False, dropout=0.0)
    x = torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(2))
    alone = []
    for h in range(2):
        head = Head(8, 4)
        with torch.no_grad():
            for part, linear in zip(
                attention.qkv.weight.view(3, 2, 4, 8)[:, h], (head.query, head.key, head.value), strict=True
            ):
                linear.weight.copy_(part)
        alone.append(head(x))
    torch.testing.assert_close(attention(x), torch.cat(alone, dim=-1))


def test_keys_and_values_come_one_after_the_other_and_each_layer_has_its_own():
    past, one, two = Past(), torch.nn.Identity(), torch.nn.Identity()
    first, second = torch.tensor([[[[1.0]]]]), torch.tensor([[[[2.0]]]])  # (B, n_head, T, hs) of 1, 1, 1, 1
    past.with_new(one, first, -first), past.with_new(two, second, second)
    keys, values = past.with_new(one, second, -second)
    assert (keys.flatten().tolist(), values.flatten().tolist()) == ([1, 2], [-1, -2])


@given(T=st.integers(1, 9), first=st.integers(1, 9), n_head=st.integers(1, 3), hs=st.integers(1, 5))
def test_token_by_token_gathers_what_all_at_once_do(T, first, n_head, hs):
    attention = MultiHeadAttention(
        7, n_head, scale=0.3, mask=True, dim=-1, projection=True, dropout=0.0, head_size=hs
    )  # fmt: skip
    x, past = torch.randn(2, T, 7, generator=torch.Generator().manual_seed(T)), Past()
    pieces = [attention(piece, past) for piece in (x[:, :first], *x[:, first:].split(1, dim=1)) if piece.shape[1]]
    torch.testing.assert_close(torch.cat(pieces, dim=1), attention(x))


def test_the_only_row_of_a_window_has_nothing_to_hide():
    q, k = torch.randn(2, 3, 1, 4, generator=torch.Generator().manual_seed(1)).unbind(0)
    assert all(map(torch.equal, attention_stages(q, k), attention_stages(q, k, mask=False)))


# --- queries and keys before they meet --------------------------------------------------------------------------------


def test_three_and_four_over_their_root_mean_square_by_hand():
    rms = math.sqrt((9 + 16) / 2)
    torch.testing.assert_close(unit_rms(torch.tensor([3.0, 4.0])), torch.tensor([3 / rms, 4 / rms]))
    assert unit_rms(torch.zeros(2)).tolist() == [0, 0], "nothing is divided by 0"
    x = torch.randn(5, 8, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(unit_rms(x), unit_rms(100 * x))


def test_an_arrow_is_turned_by_one_radian_a_place_by_hand():
    right = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])  # at three places
    wanted = torch.tensor([[math.cos(t), math.sin(t)] for t in range(3)])
    torch.testing.assert_close(rotated(right), wanted)
    torch.testing.assert_close(rotated(right[:1], first=2), wanted[2:])


def test_the_second_of_two_arrows_turns_a_hundred_times_as_slowly():
    up = torch.tensor([[0.0, 1.0, 0.0, 1.0]])
    angle = torch.tensor([3.0, 0.03])
    torch.testing.assert_close(rotated(up, first=3)[0], torch.stack((-angle.sin(), angle.cos()), -1).flatten())


@given(st.integers(1, 9), st.integers(0, 50), st.integers(0, 20), st.integers(0, 10**6))
def test_the_score_of_turned_vectors_depends_on_how_far_apart_they_stand(hs, place, apart, seed):
    q, k = torch.randn(2, 1, hs, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    here, there = (float((rotated(q, first + apart) * rotated(k, first)).sum()) for first in (0, place))
    assert here == pytest.approx(there, abs=1e-9)


@given(st.integers(1, 9), st.integers(0, 60))
def test_a_turn_changes_no_length_and_leaves_the_last_of_an_odd_number_of_channels(hs, first):
    x = torch.randn(2, 3, hs, dtype=torch.float64, generator=torch.Generator().manual_seed(hs))
    torch.testing.assert_close(rotated(x, first).norm(dim=-1), x.norm(dim=-1))
    if hs % 2:
        assert torch.equal(rotated(x, first)[..., -1], x[..., -1])
