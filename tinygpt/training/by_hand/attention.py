"""Attention there and back, for all heads of all sequences at once.

Tokens stand here with time outermost: the first characters of all sequences, then all second ones. So a head of a
sequence is a view, and nothing has to be copied to get at it. Scores stand the other way round than in
tinygpt/attention.py: a row for each key, a column for each query, because softmax is faster down than along.

Shapes in this file:
    T   tokens in a sequence       N   tokens of a batch (T * B), one after another
    G   heads of all sequences     J   channels of all heads of a sequence, side by side (n_head * head_size)
    hs  head_size                  C   channels (n_embd)
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Asked(NamedTuple):
    """How attention is to be computed."""

    T: int
    head_size: int
    scale: float  # what q k is multiplied by
    hidden: Tensor  # added to the scores: minus infinity where a query would see its future, (T, T)
    dim: int  # along which the weights sum to 1: 1, down the keys of a query
    whole: Tensor | None  # 0 for a head that is flattened, 1 for all others, (G, 1, 1); None: no head is
    kept: Tensor | None  # 0 for a weight that dropout took or surgery cut, else what it is multiplied by, (G, T, T)


class Attended(NamedTuple):
    """What attention hands on (N, J), and what its way back needs."""

    out: Tensor
    q: Tensor  # (G, T, hs), and so k and v
    k: Tensor
    v: Tensor
    weights: Tensor  # (G, T, T)
    used: Tensor  # those weights that nothing took away


def future(T: int, like: Tensor) -> Tensor:
    """Minus infinity where a key stands behind its query, which must not see it; else 0. A (T, T) as `like`"""
    return like.new_full((T, T), -math.inf).tril(-1)


def asks_forward(x: Tensor, weight: Tensor) -> Tensor:
    """Queries, keys and values of every token, apart from each other: (N, C), (3 * J, C) -> (3, N, J).

    It is a linear layer, and goes back as one (linear_backward), once its three gradients stand side by side.
    """
    return torch.bmm(x.expand(3, *x.shape), weight.view(3, -1, x.shape[1]).transpose(1, 2))


def attention_forward(qkv: Tensor, asked: Asked) -> Attended:
    """weights = softmax(scale * k q^T + hidden), out = weights^T v, for every head: (3, N, J) -> (N, J)."""
    T, hs = asked.T, asked.head_size
    q, k, v = qkv.view(3, T, -1, hs).transpose(1, 2).unbind()  # each (G, T, hs)
    if asked.whole is not None:
        q = q * asked.whole  # all scores of a flattened head are 0
    scores = torch.baddbmm(asked.hidden, k, q.transpose(1, 2), alpha=asked.scale)  # (G, T, hs) x (G, hs, T)
    weights = torch.softmax(scores, asked.dim)
    used = weights if asked.kept is None else weights * asked.kept
    heads = torch.bmm(used.transpose(1, 2), v)  # (G, T, T) x (G, T, hs)
    return Attended(heads.transpose(0, 1).reshape(qkv.shape[1:]), q, k, v, weights, used)


def attention_backward(d_out: Tensor, there: Attended, asked: Asked) -> Tensor:
    """From the gradient of what came out to that of queries, keys and values, side by side: (N, J) -> (N, 3 * J).

    A product hands each factor the gradient times the other one. A softmax hands back w * (d_w - sum(d_w * w)): what a
    weight gains, all weights of its query lose. The mask hands back nothing, since a weight of 0 is never moved.
    """
    T, hs = asked.T, asked.head_size
    d_heads = d_out.view(T, -1, hs).transpose(0, 1)  # (G, T, hs)
    d_weights = torch.bmm(there.v, d_heads.transpose(1, 2))  # (G, T, hs) x (G, hs, T)
    if asked.kept is not None:
        d_weights.mul_(asked.kept)
    d_scores = torch.ops.aten._softmax_backward_data(d_weights, there.weights, asked.dim, d_weights.dtype)
    d_scores.mul_(asked.scale)
    d_q = torch.bmm(d_scores.transpose(1, 2), there.k)
    if asked.whole is not None:
        d_q.mul_(asked.whole)
    N, J = d_out.shape
    d_qkv = d_out.new_empty((N, 3 * J))
    of_query, of_key, of_value = d_qkv.view(T, N // T, 3, J // hs, hs).permute(2, 1, 3, 0, 4)  # (B, n_head, T, hs) each
    of_query.copy_(d_q.view(of_query.shape))
    of_key.copy_(torch.bmm(d_scores, there.q).view(of_query.shape))
    of_value.copy_(torch.bmm(there.used, d_heads).view(of_query.shape))
    return d_qkv
