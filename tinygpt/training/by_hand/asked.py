"""What is done to queries and keys before they meet, there and back. Values pass by.

It is done where they lie: nobody else has what the layer before has just made, nor the gradient that attention has.

Shapes in this file:
    T   tokens in a sequence       N   tokens of a batch, one after another, time outermost (T * B)
    hs  head_size                  J   channels of all heads of a sequence, side by side (n_head * head_size)
"""

from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.attention import MEAN_SQUARE, MultiHeadAttention, angles


class Rotated(NamedTuple):
    """Queries and keys turned by their place. Two channels are one complex number here: to turn it is to multiply."""

    turns: Tensor  # for each place and each pair of channels a complex number of length 1, (T, 1, 1, hs // 2)
    back: Tensor  # the same turns the other way round
    head_size: int

    @classmethod
    def of(cls, layer: MultiHeadAttention, T: int) -> "Rotated":
        """The heads of that layer, for sequences of T tokens."""
        weight = layer.qkv.weight.detach()
        head_size = len(weight) // (3 * layer.n_head)
        angle = angles(T, head_size)
        turns = torch.polar(torch.ones_like(angle), angle).to(weight.dtype.to_complex())[:, None, None]
        return cls(turns, turns.conj().resolve_conj(), head_size)

    def forward(self, qkv: Tensor) -> tuple[Tensor, None]:
        """Each pair of channels times its turn; `qkv` itself is changed: (3, N, J) -> (3, N, J)."""
        self.turn(qkv[:2], self.turns)
        return qkv, None

    def backward(self, d_out: Tensor, kept: None) -> Tensor:
        """What was turned is turned back, for its gradient was turned with it; `d_out` is changed: (3, N, J) -> it."""
        self.turn(d_out[:2], self.back)
        return d_out

    def turn(self, qk: Tensor, turns: Tensor) -> None:
        """Turn queries and keys where they lie, (2, N, J). The last channel of an odd head_size stays."""
        hs, (T, *_) = self.head_size, turns.shape
        heads = qk.unflatten(-1, (-1, hs)).unflatten(1, (T, -1))  # (2, T, B, n_head, hs)
        arrows = heads[..., : hs - hs % 2].unflatten(-1, (-1, 2) if hs > 1 else (0, 2))
        if hs % 2 == 0:
            torch.view_as_complex(arrows).mul_(turns)
        else:  # an odd row cannot be read in pairs: a copy of it can
            arrows.copy_(torch.view_as_real(torch.view_as_complex(arrows.contiguous()) * turns))


class UnitRms(NamedTuple):
    """Queries and keys divided by the root mean square of their numbers, head by head.

    A turn changes no root mean square, so it comes after the turn here, and its way back needs only what came out.
    """

    head_size: int

    def forward(self, qkv: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """out = x * r with r = 1 / sqrt(mean(x^2) + eps), for queries and keys; `qkv` is changed: (3, N, J) -> it."""
        out = self.heads(qkv)
        r = torch.linalg.vector_norm(out, dim=-1, keepdim=True).square_().div_(self.head_size)
        r = r.add_(MEAN_SQUARE).rsqrt_()  # (2, N, n_head, 1)
        out.mul_(r)
        return qkv, (out, r)

    def backward(self, d_out: Tensor, kept: tuple[Tensor, Tensor]) -> Tensor:
        """d_x = r * (d_out - out * mean(d_out * out)); `d_out` is changed: (3, N, J) -> it.

        A number also moves the root mean square of its vector, and through it all its other numbers.
        """
        out, r = kept
        d_qk = self.heads(d_out)
        d_qk.addcmul_(out, (d_qk * out).mean(-1, keepdim=True), value=-1).mul_(r)
        return d_out

    def heads(self, qkv: Tensor) -> Tensor:
        """Queries and keys, head by head: (3, N, J) -> (2, N, n_head, hs)."""
        return qkv[:2].unflatten(-1, (-1, self.head_size))
