"""Causal self-attention, one step at a time: all attention that tinygpt computes is this.

Shapes in this file:
    B   sequences in the batch      C   channels (n_embd)
    T   tokens in a sequence        hs  head_size
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tinygpt.probes import Probe
from tinygpt.randomness import Dropout


class Stages(NamedTuple):
    """From queries and keys to attention weights, each step (..., T, T). In the lecture, all of them are `wei`."""

    scores: Tensor  # q @ k^T
    scaled: Tensor  # scores / sqrt(hs)
    masked: Tensor  # the future set to -inf
    weights: Tensor  # softmax: every row sums to 1


def causal_mask(T: int) -> Tensor:
    """True where a token may look: at itself and to its left. (T, T)"""
    return torch.ones(T, T, dtype=torch.bool).tril()


def attention_stages(
    q: Tensor, k: Tensor, *, scale: float | bool | Tensor = True, mask: bool = True, dim: int = -1
) -> Stages:
    """Attention weights for `q` and `k`, both (..., T, hs), with every step kept, each (..., T, T).

    `scale` is a factor: True means 1/sqrt(hs), as in "Attention Is All You Need" (2017), eq. 1; False means 1. A tensor
    (n_head, 1, 1) holds a factor for each head: with 0 its scores are all equal, and each of its rows a plain average.
    `mask=False` is an encoder: every token sees every token. `dim=1` on a 3-D tensor is the study notebooks' slip:
    it makes columns sum to 1 instead of rows.
    """
    T, hs = q.shape[-2:]
    scores = q @ k.transpose(-2, -1)  # (..., T, hs) @ (..., hs, T) -> (..., T, T)
    factor = 1.0 if scale is False else hs**-0.5 if scale is True else scale
    scaled = scores * factor  # hs**-0.5 keeps the variance near 1
    masked = scaled.masked_fill(~causal_mask(T), float("-inf")) if mask else scaled
    return Stages(scores, scaled, masked, weights=F.softmax(masked, dim=dim))


MEAN_SQUARE = 1e-6  # added to a mean square, so that nothing is divided by 0
LONGEST_TURN = 10_000  # the slowest pair of channels turns about this many times as slowly as the fastest one


def unit_rms(x: Tensor) -> Tensor:
    """Each vector divided by the root mean square of its numbers, so all are equally long: (..., hs) -> (..., hs).

    Source: "Query-Key Normalization for Transformers" (Henry et al., 2020), here as RMSNorm without learned weights.
    """
    return x * (x.square().mean(-1, keepdim=True) + MEAN_SQUARE).rsqrt()


def angles(T: int, head_size: int, first: int = 0) -> Tensor:
    """By how much each pair of channels is turned at each of T places, of which the first is `first`. (T, hs // 2)

    The first pair is turned by a whole radian from place to place, each further one more slowly.
    """
    pairs = head_size // 2
    speeds = float(LONGEST_TURN) ** (-torch.arange(pairs, dtype=torch.float64) / max(1, pairs))
    return torch.outer(torch.arange(first, first + T, dtype=torch.float64), speeds)


def rotated(x: Tensor, first: int = 0) -> Tensor:
    """Queries or keys, turned by their place, of which the first is `first`: (..., T, hs) -> (..., T, hs).

    Channels 0 and 1 are the two numbers of an arrow, 2 and 3 of the next. If query and key are both turned by their
    places, their score depends on how far apart these are, and on nothing else of them. An odd head_size leaves the
    last channel over: it is not turned. Source: "RoFormer" (Su et al., 2021), section 3.2.
    """
    T, hs = x.shape[-2:]
    angle = angles(T, hs, first)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)  # (T, hs // 2) each
    even = hs - hs % 2
    a, b = x[..., 0:even:2], x[..., 1:even:2]
    turned = torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)  # the pairs side by side again
    return torch.cat((turned, x[..., even:]), dim=-1)


class Past:
    """What a model keeps while it writes: keys and values of the tokens read so far, for new ones to ask, and the last.

    Keys and values stay what they are only where no row sees what follows it: with the mask, and softmax along the row.
    """

    def __init__(self) -> None:
        self.length = 0  # tokens that the whole model has read
        self.last: Tensor | None = None  # the last of them, (B, 1): what a token shift brings to the next
        self._kept: dict[nn.Module, tuple[Tensor, Tensor]] = {}  # of each attention layer, (B, n_head, T, hs) each

    def with_new(self, layer: nn.Module, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """The keys and values of a layer for all tokens, once `k` and `v` have come: both (B, n_head, T, hs)."""
        if layer in self._kept:
            keys, values = self._kept[layer]
            k, v = torch.cat((keys, k), dim=-2), torch.cat((values, v), dim=-2)
        self._kept[layer] = k, v
        return k, v


class Head(nn.Module):
    """One head of self-attention, as the lecture writes it: key, query and value made in that order."""

    def __init__(self, n_embd: int, head_size: int) -> None:
        super().__init__()
        self.key = nn.Linear(n_embd, head_size, bias=False)  # what do I contain?
        self.query = nn.Linear(n_embd, head_size, bias=False)  # what am I looking for?
        self.value = nn.Linear(n_embd, head_size, bias=False)  # what do I pass on, if you look at me?

    def forward(self, x: Tensor) -> Tensor:
        """What each token gathers from itself and its past: (B, T, C) -> (B, T, hs)."""
        weights = attention_stages(self.query(x), self.key(x)).weights  # (B, T, T)
        return weights @ self.value(x)  # (B, T, T) @ (B, T, hs) -> (B, T, hs)


class MultiHeadAttention(nn.Module):
    """`n_head` heads side by side, computed at once; with n_head=1 it is a single `Head`."""

    def __init__(
        self, n_embd: int, n_head: int, *, scale: float, mask: bool, dim: int, projection: bool, dropout: float,
        head_size: int | None = None, rotary: bool = False, qk_norm: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.rotary, self.qk_norm = rotary, qk_norm
        self.n_head, self.scale, self.mask, self.dim = n_head, scale, mask, dim
        self.cut: tuple[int, ...] = ()  # heads that hand nothing on ...
        self.flat: tuple[int, ...] = ()  # ... and heads that look at all they may alike (tinygpt/surgery.py)
        joined = n_head * (head_size or n_embd // n_head)  # channels of all heads side by side
        self.qkv = nn.Linear(n_embd, 3 * joined, bias=False)  # all in one matmul: fewer, larger steps
        self.projection = nn.Linear(joined, n_embd) if projection else nn.Identity()
        self.x, self.query, self.key, self.value, self.scores, self.weights = (Probe() for _ in range(6))
        self.weights_dropout, self.out_dropout = Dropout(dropout), Dropout(dropout)

    def forward(self, x: Tensor, past: Past | None = None) -> Tensor:
        """Every token gathers from its past, once per head: (B, T, C) -> (B, T, C), unprojected (B, T, n_head * hs)."""
        B, T, _ = x.shape
        qkv = self.qkv(self.x(x)).view(B, T, 3, self.n_head, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind()  # each (B, n_head, T, hs)
        if self.qk_norm:
            q, k = unit_rms(q), unit_rms(k)
        if self.rotary:
            q, k = (rotated(each, 0 if past is None else past.length) for each in (q, k))
        if past is not None:  # writing: only the new token came in, and it looks at those before it as well
            k, v = past.with_new(self, k, v)
        scale = self.scale * self.all_but(self.flat) if self.flat else self.scale
        mask = self.mask and T > 1  # a single row is the last one: nothing follows it
        stages = attention_stages(self.query(q), self.key(k), scale=scale, mask=mask, dim=self.dim)
        self.scores(stages.scores)
        used = stages.weights * self.all_but(self.cut) if self.cut else stages.weights
        weights = self.weights_dropout(self.weights(used))  # (B, n_head, T, T)
        heads = weights @ self.value(v)  # (B, n_head, T, T) @ (B, n_head, T, hs) -> (B, n_head, T, hs)
        joined = heads.transpose(1, 2).reshape(B, T, -1)  # the heads' outputs, one after another
        return self.out_dropout(self.projection(joined))

    def all_but(self, heads: tuple[int, ...]) -> Tensor:
        """0 for each of these heads, 1 for all others. (n_head, 1, 1)"""
        return torch.tensor([float(head not in heads) for head in range(self.n_head)])[:, None, None]
