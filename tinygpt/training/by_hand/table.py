"""Tables there and back: a token reads its row, and the row hears what was wrong with it. A bigram is nothing else.

Shapes in this file:
    N   tokens of a batch (T * B), one after another, time outermost      V   vocab_size
    T   tokens in a sequence      B   sequences in the batch              C   numbers in a row: of a bigram its logits
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from tinygpt.gpt import TokenShift
from tinygpt.training.by_hand.two_way import learned


class Table(NamedTuple):
    """A row for each token, and where the gradient of that goes, both (V, C)."""

    weight: Tensor
    d_weight: Tensor

    @classmethod
    def of(cls, table: nn.Embedding) -> "Table":
        """That table, where its numbers lie."""
        return cls(*learned(table.weight))

    def forward(self, ids: Tensor) -> Tensor:
        """The row of each token: (N,) -> (N, C)."""
        return torch.embedding(self.weight, ids)

    def backward(self, d_out: Tensor, ids: Tensor) -> None:
        """A row adds up what all its tokens say: (N, C), (N,)."""
        self.d_weight.zero_().index_add_(0, ids, d_out)


class Shifted(NamedTuple):
    """What each token brings of the one before it."""

    share: Tensor  # of each channel, (C,)
    d_share: Tensor
    B: int  # sequences in the batch: with time outermost, so far in front of it stands what came before a token

    @classmethod
    def of(cls, shift: TokenShift, B: int) -> "Shifted":
        """That shift, where its numbers lie, for batches of B sequences."""
        return cls(*learned(shift.share), B)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """out = x + share * the x before it: (N, C) -> (N, C)."""
        out = x.clone()
        out[self.B :].addcmul_(x[: -self.B], self.share)
        return out, x

    def backward(self, d_out: Tensor, x: Tensor) -> Tensor:
        """A token hears of itself, and its share from the one behind it: (N, C) -> (N, C)."""
        torch.sum(d_out[self.B :] * x[: -self.B], 0, out=self.d_share)
        d_x = d_out.clone()
        d_x[: -self.B].addcmul_(d_out[self.B :], self.share)
        return d_x


class Places(NamedTuple):
    """What each place of a sequence adds to the token that stands there."""

    weight: Tensor  # a row for each place, (block_size, C)
    d_weight: Tensor
    T: int  # tokens in a sequence

    @classmethod
    def of(cls, table: nn.Embedding, T: int) -> "Places":
        """That table, where its numbers lie."""
        return cls(*learned(table.weight), T)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        """out = x + the row of its place; `x` itself is changed: (N, C) -> (N, C)."""
        x.view(self.T, -1, x.shape[1]).add_(self.weight[: self.T, None])
        return x, None

    def backward(self, d_out: Tensor, kept: None) -> Tensor:
        """A row adds up what all tokens at its place say: (N, C) -> (N, C)."""
        torch.sum(d_out.view(self.T, -1, d_out.shape[1]), 1, out=self.d_weight[: self.T])
        if self.T < len(self.d_weight):
            self.d_weight[self.T :] = 0
        return d_out
