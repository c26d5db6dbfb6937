"""Each part there and back: what its way back says is what nudging its numbers does (gradcheck); a table by hand."""

import math
from copy import deepcopy

import pytest
import torch
from torch import nn
from torch.autograd import Function, gradcheck
from torch.nn import functional as F

from tinygpt.attention import MultiHeadAttention, attention_stages, rotated, unit_rms
from tinygpt.gpt import TokenShift
from tinygpt.randomness import Dropout, generator
from tinygpt.training.by_hand.activation import Gelu, Relu, Relu2
from tinygpt.training.by_hand.asked import Rotated, UnitRms
from tinygpt.training.by_hand.attention import Asks, Attention
from tinygpt.training.by_hand.linear import Linear
from tinygpt.training.by_hand.loss import loss_backward, loss_forward
from tinygpt.training.by_hand.norm import Norm
from tinygpt.training.by_hand.table import Places, Shifted, Table
from tinygpt.training.by_hand.two_way import Dropped, Residual, back, there
from tinygpt.training.by_hand.walk import part_of

B, T, C = 2, 3, 4
N = B * T


def drawn(*shape):
    """Numbers in float64, each of which asks for its gradient."""
    return torch.randn(shape, dtype=torch.float64, generator=generator(7)).requires_grad_()


def blank_gradients(module):
    for p in module.parameters():
        p.grad = torch.full_like(p, math.nan)  # whatever stood there is written over
    return module


def true_of(kind, module, x, *, changes=False):
    """Whether `kind(module)` goes back as nudging says, also to its weights; `changes`: its gradient is its own."""
    weights = list(module.double().parameters())

    class There(Function):
        @staticmethod
        def forward(ctx, x, *_):
            ctx.part = kind(blank_gradients(module))
            ctx.gradients = [p.grad for p in weights]
            out, ctx.kept = ctx.part.forward(x.detach().clone())
            return out.clone()

        @staticmethod
        def backward(ctx, d_out):
            d_own = d_out.clone()
            d_x = ctx.part.backward(d_own, deepcopy(ctx.kept))  # gradcheck goes back many times
            assert changes or torch.equal(d_own, d_out), "the gradient of what came out is somebody else's"
            return d_x, *(each.clone() for each in ctx.gradients)

    return gradcheck(lambda x, *w: There.apply(x, *w), (x, *weights))


@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_layer(bias):
    layer = nn.Linear(C, 5, bias=bias).double()
    x = drawn(N, C)
    torch.testing.assert_close(Linear.of(blank_gradients(layer)).forward(x.detach())[0], layer(x).detach())
    assert true_of(Linear.of, layer, x)


def test_a_layer_norm():
    layer = nn.LayerNorm(C).double()
    with torch.no_grad():
        layer.weight.copy_(drawn(C)), layer.bias.copy_(drawn(C) + 1)
    x = drawn(N, C)
    torch.testing.assert_close(Norm.of(blank_gradients(layer)).forward(x.detach())[0], layer(x).detach())
    assert true_of(Norm.of, layer, x)


def test_the_formula_of_the_norm_is_what_it_computes():
    layer = blank_gradients(nn.LayerNorm(C).double())
    with torch.no_grad():
        layer.weight.copy_(drawn(C))
    x, d_out, norm = drawn(N, C).detach(), drawn(N, C).detach(), Norm.of(layer)
    out, kept = norm.forward(x)
    h, d_h = (x - kept.mean) * kept.rstd, d_out * norm.weight
    wanted = kept.rstd * (d_h - d_h.mean(1, keepdim=True) - h * (d_h * h).mean(1, keepdim=True))
    torch.testing.assert_close(norm.backward(d_out, kept), wanted)
    torch.testing.assert_close(norm.d_weight, (d_out * h).sum(0))
    torch.testing.assert_close(out, h * norm.weight)


def test_queries_keys_and_values():
    layer = nn.Linear(C, 3 * 6, bias=False).double()
    x = drawn(N, C)
    asked, _ = Asks.of(blank_gradients(layer)).forward(x.detach())
    torch.testing.assert_close(asked.transpose(0, 1).reshape(N, -1), layer(x).detach())
    assert true_of(Asks.of, layer, x)


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("dim", [-1, -2])
@pytest.mark.parametrize("off", [False, True], ids=["whole", "surgery"])
def test_attention(dim, mask, off):
    layer = MultiHeadAttention(6, 3, scale=0.7, mask=mask, dim=dim, projection=False, dropout=0.0).double()
    if off:
        layer.flat, layer.cut = (1,), (2,)
    qkv = drawn(3, N, 6)
    assert true_of(lambda nothing: Attention.of(layer, B, T), nn.Identity(), qkv)
    if not off:  # it is the attention of the lessons, with time outermost and the scores turned
        q, k, v = qkv.detach().view(3, T, B, 3, 2).permute(0, 2, 3, 1, 4)
        weights = attention_stages(q, k, scale=0.7, mask=mask, dim=dim).weights
        wanted = (weights @ v).permute(2, 0, 1, 3).reshape(N, 6)
        torch.testing.assert_close(Attention.of(layer, B, T).forward(qkv.detach())[0], wanted)


def by_heads(qkv, hs):
    """(3, N, J) as the model has it: (3, B, n_head, T, hs)."""
    return qkv.view(3, T, B, -1, hs).permute(0, 2, 3, 1, 4)


@pytest.mark.parametrize("hs", [1, 2, 3, 6])
def test_queries_and_keys_are_as_long_as_each_other_and_values_pass_by(hs):
    qkv = drawn(3, N, 6)
    out, _ = UnitRms(hs).forward(qkv.detach().clone())
    wanted = by_heads(qkv.detach(), hs)
    torch.testing.assert_close(by_heads(out, hs), torch.cat((unit_rms(wanted[:2]), wanted[2:])))
    assert true_of(lambda nothing: UnitRms(hs), nn.Identity(), qkv, changes=True)


@pytest.mark.parametrize("hs", [1, 2, 3, 6])
def test_queries_and_keys_are_turned_by_their_place_and_values_pass_by(hs):
    layer = MultiHeadAttention(6, 6 // hs, scale=1.0, mask=True, dim=-1, projection=False, dropout=0.0, rotary=True)
    layer, qkv = layer.double(), drawn(3, N, 6)
    out, _ = Rotated.of(layer, T).forward(qkv.detach().clone())
    wanted = by_heads(qkv.detach(), hs)
    torch.testing.assert_close(by_heads(out, hs), torch.cat((rotated(wanted[:2]), wanted[2:])))
    assert true_of(lambda nothing: Rotated.of(layer, T), nn.Identity(), qkv, changes=True)


@pytest.mark.parametrize("kind", [Relu, Gelu, Relu2])
def test_an_activation(kind):
    x = drawn(N, C)
    assert x.abs().min() > 1e-3, "relu has an edge at 0"
    assert true_of(lambda nothing: kind(), nn.Identity(), x)


def test_what_dropout_took_hears_nothing():
    dropout = Dropout(0.5)

    def dropped(nothing):
        dropout.generator = generator(3)
        return Dropped(dropout, T)

    assert true_of(dropped, nn.Identity(), drawn(N, C))


def test_a_residual_hands_its_gradient_to_both():
    inside = nn.Linear(C, C).double()
    assert true_of(lambda layer: Residual([Linear.of(layer)]), inside, drawn(N, C))
    stream, kept = there([Residual([])], drawn(N, C).detach())
    d_out = drawn(N, C).detach()
    assert torch.equal(stream, 2 * drawn(N, C).detach()), "with nothing inside it is x + x"
    assert torch.equal(back([Residual([])], d_out.clone(), kept), 2 * d_out)


def test_what_a_token_brings_of_the_one_before_it():
    shift = TokenShift(C).double()
    with torch.no_grad():
        shift.share.copy_(drawn(C))
    x = drawn(N, C)
    by_token = x.detach().view(T, B, C).transpose(0, 1)  # as the model has it
    wanted = (by_token + shift(by_token).detach()).transpose(0, 1).reshape(N, C)
    torch.testing.assert_close(Shifted.of(blank_gradients(shift), B).forward(x.detach())[0], wanted)
    assert true_of(lambda module: Shifted.of(module, B), shift, x)
    assert true_of(lambda module: Shifted.of(module, N), shift, x), "of one token nobody stands before"


@pytest.mark.parametrize("length", [T, T + 2], ids=["all places", "a shorter sequence"])
def test_places(length):
    assert true_of(lambda table: Places.of(table, T), nn.Embedding(length, C).double(), drawn(N, C))


def test_a_row_of_a_table_adds_up_what_its_tokens_say():
    table = Table.of(blank_gradients(nn.Embedding(3, 2)))
    ids = torch.tensor([0, 2, 2])
    assert torch.equal(table.forward(ids), table.weight[ids])
    table.backward(torch.tensor([[1.0, 2], [3, 4], [5, 6]]), ids)
    assert table.d_weight.tolist() == [[1, 2], [0, 0], [8, 10]]


def test_the_loss():
    targets = torch.tensor([0, 2, 2, 1])

    class There(Function):
        @staticmethod
        def forward(ctx, logits):
            loss, ctx.log_p = loss_forward(logits.detach(), targets)
            torch.testing.assert_close(loss, F.cross_entropy(logits.detach(), targets))
            return loss

        @staticmethod
        def backward(ctx, d_loss):
            return d_loss * loss_backward(ctx.log_p.clone(), targets)

    assert gradcheck(There.apply, (drawn(4, 3),))


def test_a_loss_that_exploded_is_told_and_not_a_small_one():
    loss, _ = loss_forward(torch.tensor([[1e4, 0.0]]), torch.tensor([1]))
    assert loss == 1e4
    loss, _ = loss_forward(torch.tensor([[math.inf, 0.0]]), torch.tensor([1]))
    assert loss.isnan() or loss.isinf()


def test_a_part_that_nobody_knows_is_an_error_and_no_silent_way_round():
    with pytest.raises(TypeError, match="no way back by hand through a Softplus"):
        part_of(nn.Softplus(), T)
