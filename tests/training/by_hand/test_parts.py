"""Each part there and back: what its way back says is what nudging its numbers does (torch.autograd.gradcheck)."""

import math

import pytest
import torch
from torch.autograd import Function, gradcheck
from torch.nn import functional as F

from tinygpt.attention import attention_stages
from tinygpt.training.by_hand.activation import activation_backward, activation_forward
from tinygpt.training.by_hand.attention import (
    Asked,
    asks_forward,
    attention_backward,
    attention_forward,
    future,
)
from tinygpt.training.by_hand.linear import Linear, linear_backward, linear_forward
from tinygpt.training.by_hand.loss import loss_backward, loss_forward
from tinygpt.training.by_hand.norm import Norm, norm_backward, norm_forward


def drawn(*shape):
    """Numbers in float64, each of which asks for its gradient."""
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(7)).requires_grad_()


def part(forward, backward):
    """A function of tensors whose gradients are those that `backward(d_out, kept, *tensors)` says."""

    class There(Function):
        @staticmethod
        def forward(ctx, *tensors):
            out, ctx.kept = forward(*(each.detach() for each in tensors))
            ctx.save_for_backward(*tensors)
            return out

        @staticmethod
        def backward(ctx, d_out):
            found = backward(d_out, ctx.kept, *(each.detach() for each in ctx.saved_tensors))
            return found if isinstance(found, tuple) else (found,)

    return There.apply


@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_layer(bias):
    def layer(weight, b):
        return Linear(weight, b if bias else None, torch.zeros_like(weight), torch.zeros_like(b) if bias else None)

    def back(d_out, _, x, weight, b):
        of = layer(weight, b)
        return linear_backward(d_out, x, of), of.d_weight, of.d_bias if bias else torch.zeros_like(b)

    there = part(lambda x, weight, b: (linear_forward(x, layer(weight, b)), None), back)
    assert gradcheck(there, (drawn(5, 3), drawn(4, 3), drawn(4)))


def test_a_layer_norm():
    def layer(weight, bias):
        return Norm(weight, bias, torch.zeros_like(weight), torch.zeros_like(bias))

    def forward(x, weight, bias):
        normed = norm_forward(x, layer(weight, bias))
        torch.testing.assert_close(normed.out, F.layer_norm(x, (4,), weight, bias))
        return normed.out, normed

    def back(d_out, normed, _, weight, bias):
        of = layer(weight, bias)
        return norm_backward(d_out, normed, of), of.d_weight, of.d_bias

    assert gradcheck(part(forward, back), (drawn(5, 4), drawn(4), drawn(4)))


def test_the_formula_of_the_norm_is_what_it_computes():
    x, d_out, weight, bias = (drawn(*shape).detach() for shape in ((5, 4), (5, 4), (4,), (4,)))
    layer = Norm(weight, bias, torch.zeros(4, dtype=torch.float64), torch.zeros(4, dtype=torch.float64))
    normed = norm_forward(x, layer)
    h, d_h = (x - normed.mean) * normed.rstd, d_out * weight
    wanted = normed.rstd * (d_h - d_h.mean(1, keepdim=True) - h * (d_h * h).mean(1, keepdim=True))
    torch.testing.assert_close(norm_backward(d_out, normed, layer), wanted)
    torch.testing.assert_close(layer.d_weight, (d_out * h).sum(0))


def test_queries_keys_and_values():
    def back(d_qkv, _, x, weight):
        layer = Linear(weight, None, torch.zeros_like(weight), None)
        return linear_backward(d_qkv.transpose(0, 1).reshape(len(x), -1), x, layer), layer.d_weight

    there = part(lambda x, weight: (asks_forward(x, weight), None), back)
    assert gradcheck(there, (drawn(5, 4), drawn(6, 4)))


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("dim", [1, 2])
@pytest.mark.parametrize("off", [False, True], ids=["whole", "surgery"])
def test_attention(dim, mask, off):
    T, B, H, hs = 4, 2, 3, 2
    one = torch.ones(B * H, 1, 1, dtype=torch.float64)
    flat, cut = one.clone(), one.clone()
    flat[1::H], cut[2::H] = 0, 0
    hidden = future(T, one) if mask else one.new_zeros(T, T)
    asked = Asked(T, hs, 0.7, hidden, dim, flat if off else None, cut if off else None)

    def forward(qkv):
        there = attention_forward(qkv, asked)
        return there.out, there

    qkv = drawn(3, T * B, H * hs)

    def back(d_out, there, _):
        return attention_backward(d_out, there, asked).view(T * B, 3, -1).transpose(0, 1)

    assert gradcheck(part(forward, back), (qkv,))
    if not off:  # it is the attention of the lessons, with time outermost and the scores turned
        q, k, v = qkv.detach().view(3, T, B, H, hs).permute(0, 2, 3, 1, 4)
        weights = attention_stages(q, k, scale=0.7, mask=mask, dim=-1 if dim == 1 else -2).weights
        wanted = (weights @ v).permute(2, 0, 1, 3).reshape(T * B, H * hs)
        torch.testing.assert_close(attention_forward(qkv.detach(), asked).out, wanted)


@pytest.mark.parametrize("name", ["relu", "gelu"])
def test_an_activation(name):
    x = drawn(5, 4)
    assert x.abs().min() > 1e-3, "relu has an edge at 0"
    there = part(
        lambda x: (activation_forward(x.clone(), name), None), lambda d_out, _, x: activation_backward(d_out, x, name)
    )
    assert gradcheck(there, (x,))


def test_the_loss():
    targets = torch.tensor([0, 2, 2, 1])

    def forward(logits):
        loss, log_p = loss_forward(logits, targets)
        torch.testing.assert_close(loss, F.cross_entropy(logits, targets))
        return loss, log_p

    there = part(forward, lambda d_loss, log_p, _: d_loss * loss_backward(log_p.clone(), targets))
    assert gradcheck(there, (drawn(4, 3),))


def test_a_loss_that_exploded_is_told_and_not_a_small_one():
    loss, _ = loss_forward(torch.tensor([[1e4, 0.0]]), torch.tensor([1]))
    assert loss == 1e4
    loss, _ = loss_forward(torch.tensor([[math.inf, 0.0]]), torch.tensor([1]))
    assert loss.isnan() or loss.isinf()
