"""Attention there and back, for all heads of all sequences at once.

Tokens stand here with time outermost: the first characters of all sequences, then all second ones. So a head of a
sequence is a view, and nothing has to be copied to get at it. Scores stand with the keys outermost, (T, G, T), because
softmax is much faster down a column than along a row.

Shapes in this file:
    T   tokens in a sequence       N   tokens of a batch (T * B), one after another
    G   heads of all sequences     J   channels of all heads of a sequence, side by side (n_head * head_size)
    hs  head_size                  C   channels (n_embd)
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tinygpt.attention import MultiHeadAttention, causal_mask
from tinygpt.randomness import Dropout
from tinygpt.training.by_hand.products import multiply, multiply_each, multiply_into
from tinygpt.training.by_hand.two_way import learned


class Asks(NamedTuple):
    """The linear layer that makes queries, keys and values of every token, apart from each other."""

    weight: Tensor  # (3 * J, C)
    turned: Tensor  # the same numbers for each of the three the other way round, (3, C, J)
    d_weight: Tensor

    @classmethod
    def of(cls, layer: nn.Linear) -> "Asks":
        """That layer, where its numbers lie."""
        weight, d_weight = learned(layer.weight)
        return cls(weight, weight.view(3, -1, weight.shape[1]).transpose(1, 2), d_weight)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """q, k, v = x W_q^T, x W_k^T, x W_v^T: (N, C) -> (3, N, J)."""
        return multiply_each(x.expand(3, -1, -1), self.turned), x

    def backward(self, d_out: Tensor, x: Tensor) -> Tensor:
        """As one linear layer, whose three outputs stand side by side: (3, N, J) -> (N, C)."""
        d_qkv = d_out.transpose(0, 1).flatten(1)  # (N, 3 * J)
        multiply_into(self.d_weight, d_qkv.t(), x)
        return multiply(d_qkv, self.weight)


class Attended(NamedTuple):
    """What the way back of attention needs."""

    q: Tensor  # (G, T, hs), and so k and v
    k: Tensor
    v: Tensor
    weights: Tensor  # a row for each key, for each head a column for each query, (T, G, T)
    used: Tensor  # those weights that nothing took away
    kept: Tensor | None  # what they were multiplied by for that


class Attention(NamedTuple):
    """How the heads of all sequences look. It learns nothing itself: how they look is in queries and keys."""

    B: int
    T: int
    n_head: int
    head_size: int
    scale: float  # what q k is multiplied by
    hidden: Tensor  # added to the scores: minus infinity where a query would see its future, (T, 1, T)
    dim: int  # along which the weights sum to 1: 0, down the keys of a query
    dropout: Dropout
    whole: Tensor | None  # surgery: 0 for a head that is flattened, 1 for all others, (G, 1, 1); None: no head is
    uncut: Tensor | None  # the same for heads that are cut
    order: Tensor  # of the rows (3, B, n_head, T), each hs wide, token by token: (T, B, 3, n_head), flattened

    @classmethod
    def of(cls, layer: MultiHeadAttention, B: int, T: int) -> "Attention":
        """The heads of that layer for B sequences of T tokens, as surgery left them."""
        like = layer.qkv.weight.detach()
        head_size = len(like) // (3 * layer.n_head)
        hidden = future(T, like) if layer.mask else like.new_zeros(T, 1, T)
        whole, uncut = (layer.all_but(off).to(like).repeat(B, 1, 1) if off else None for off in (layer.flat, layer.cut))
        dim = 0 if layer.dim == -1 else 2
        order = torch.arange(3 * B * layer.n_head * T).view(3, B, -1, T).permute(3, 1, 0, 2).flatten()
        return cls(B, T, layer.n_head, head_size, layer.scale, hidden, dim, layer.weights_dropout, whole, uncut, order)

    def forward(self, qkv: Tensor) -> tuple[Tensor, Attended]:
        """weights = softmax(scale * k q^T + hidden), out = weights^T v, for every head: (3, N, J) -> (N, J)."""
        T, G, hs = self.T, self.B * self.n_head, self.head_size
        q, k, v = qkv.view(3, T, G, hs).transpose(1, 2).unbind()  # each (G, T, hs)
        if self.whole is not None:
            q = q * self.whole  # all scores of a flattened head are 0
        scores = torch.bmm(k, q.mT).transpose(0, 1)  # (G, T, hs) x (G, hs, T), then keys outermost
        masked = torch.add(self.hidden, scores, alpha=self.scale, out=qkv.new_empty(T, G, T))
        weights = torch.softmax(masked, self.dim)
        kept = self.taken(weights)
        used = weights if kept is None else weights * kept
        heads = torch.bmm(used.permute(1, 2, 0), v)  # (G, T, T) x (G, T, hs)
        return heads.transpose(0, 1).reshape(T * self.B, -1), Attended(q, k, v, weights, used, kept)

    def backward(self, d_out: Tensor, there: Attended) -> Tensor:
        """From the gradient of what came out to that of queries, keys and values: (N, J) -> (3, N, J).

        A product hands each factor the gradient times the other one: d_q = scale * d_scores k, and so on.
        """
        B, T, hs = self.B, self.T, self.head_size
        d_heads = d_out.view(T, -1, hs).transpose(0, 1)  # (G, T, hs)
        _, d_scores = self.to_scores(d_heads, there)
        d_scores = d_scores.transpose(0, 1)  # (G, T, T)
        d_qkv = d_out.new_empty(3, B * self.n_head, T, hs)
        d_q, d_k, d_v = d_qkv.unbind()
        d_q.baddbmm_(d_scores.mT, there.k, beta=0, alpha=self.scale)
        d_k.baddbmm_(d_scores, there.q, beta=0, alpha=self.scale)
        torch.bmm(there.used.transpose(0, 1), d_heads, out=d_v)
        if self.whole is not None:
            d_q.mul_(self.whole)
        by_token = d_qkv.view(-1, hs).index_select(0, self.order)  # whole rows are copied, faster than by permute
        return by_token.view(T * B, 3, -1).transpose(0, 1)

    def to_scores(self, d_heads: Tensor, there: Attended) -> tuple[Tensor, Tensor]:
        """From the gradient of what the heads hand on to those of weights and scores: (G, T, hs) -> two (T, G, T).

        A softmax hands back w * (d_w - sum(d_w * w)): what a weight gains, all weights of its query lose. The mask
        hands back nothing: a weight of 0 never moves.
        """
        d_weights = torch.bmm(there.v, d_heads.mT).transpose(0, 1)  # (T, G, T)
        if there.kept is not None:
            d_weights = d_weights * there.kept
        return d_weights, torch._softmax_backward_data(d_weights, there.weights, self.dim, d_weights.dtype)

    def taken(self, weights: Tensor) -> Tensor | None:
        """What weights are multiplied by: 0 where dropout or surgery takes one; None if neither does. (T, G, T)"""
        kept = self.uncut.transpose(0, 1) if self.uncut is not None else None  # (1, G, 1)
        if self.dropout.p:
            T, G, _ = weights.shape
            drawn = self.dropout.draw(weights.new_empty(G, T, T)).permute(2, 0, 1)  # it is drawn a row for each query
            kept = drawn if kept is None else drawn * kept
        return kept


def future(T: int, like: Tensor) -> Tensor:
    """Minus infinity where a key stands behind its query, which must not see it; else 0. (T, 1, T) as `like`"""
    hidden = causal_mask(T).t()  # keys outermost
    return like.new_zeros(T, T).masked_fill_(~hidden, -math.inf)[:, None]
