"""Where gradients fade: the formula of the page is what trains, and what it says of sizes and blocks holds."""

import pytest
import torch

from tinygpt.attention import MultiHeadAttention
from tinygpt.gpt import GPTConfig
from tinygpt.lessons.fading import by_block, softmax_backward, through_softmax
from tinygpt.models import build
from tinygpt.randomness import generator
from tinygpt.training.by_hand.attention import Attention


def test_the_formula_of_the_page_is_what_trains():
    T, hs = 5, 4
    layer = MultiHeadAttention(hs, 1, scale=0.5, mask=True, dim=-1, projection=False, dropout=0.0)
    heads = Attention.of(layer, 1, T)
    _, there = heads.forward(torch.randn(3, T, hs, generator=generator(3)))
    d_weights, d_scores = heads.to_scores(torch.randn(1, T, hs, generator=generator(4)), there)
    by_query = [each[:, 0].t() for each in (d_weights, there.weights, d_scores)]
    torch.testing.assert_close(softmax_backward(*by_query[:2]), by_query[2])


def test_a_row_that_is_sure_hands_nothing_back():
    assert softmax_backward(torch.tensor([5.0, -3.0]), torch.tensor([1.0, 0.0])).abs().max() == 0


def test_undivided_scores_fade_with_head_size_and_divided_ones_do_not():
    def median(size, divide):
        return float(through_softmax(size, divide).d_scores.norm(dim=1).median())

    assert median(1, False) == median(1, True)
    assert median(256, False) < median(1, False) / 100
    assert median(256, True) == pytest.approx(median(1, True), rel=0.1)


def test_a_gradient_dies_without_skips_and_norms_and_lives_with_either():
    idx, targets = torch.randint(30, (2, 4, 8), generator=generator(1))
    first, last = by_block(8, False, False, idx, targets, 30)[::7]
    assert first < 1e-4 * last
    for skips, norms in ((False, True), (True, False), (True, True)):
        first, last = by_block(8, skips, norms, idx, targets, 30)[::7]
        assert first > 0.1 * last


def test_the_size_of_a_block_s_gradient_is_autograd_s():
    idx, targets = torch.randint(30, (2, 4, 8), generator=generator(1))
    model = build(GPTConfig(30, n_layer=2, residual=False))
    model(idx, targets)[1].backward()
    wanted = [float(model.get_parameter(f"blocks.{n}.attention.qkv.weight").grad.norm()) for n in range(2)]
    assert by_block(2, False, True, idx, targets, 30) == pytest.approx(wanted, rel=1e-4)
