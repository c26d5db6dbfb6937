"""The language of looking back: a letter copies one that stands a fixed number of letters before it.

Shapes in this file:
    V   letters of the alphabet: a, b, c ...        N   letters of the text
    T   letters in a context (block_size)
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from tinygpt.languages.base import Language, entropy_of


@dataclass(frozen=True)
class LookBack(Language):
    """The next letter is the one that stands `k` letters before the current one, or, now and then, any letter.

    So x[t + 1] copies x[t - k] with probability `copy`, else it is drawn from all V letters alike. Letters that are not
    a multiple of k + 1 apart have nothing to do with each other: a table of pairs learns nothing, a look at position
    t - k learns all there is.

    That look is impossible at the first k positions of a window, where the next letter costs ln V. The others cost
    H, the entropy of one letter with probability copy + (1 - copy) / V and V - 1 letters with (1 - copy) / V each.
    Hence a best loss of k/T ln V + (1 - k/T) H for T > k, and of ln V for T <= k.
    """

    about: str
    vocab_size: int = 8
    k: int = 3
    copy: float = 0.9

    def cost(self, seen: int) -> float:
        """ln V while the letter to copy is out of sight, H as soon as it is seen."""
        if seen <= self.k:
            return math.log(self.vocab_size)
        other = (1 - self.copy) / self.vocab_size
        return entropy_of(torch.tensor([self.copy + other] + [other] * (self.vocab_size - 1), dtype=torch.float64))

    def ids(self, length: int, generator: torch.Generator) -> Tensor:
        """A random text as ids. (N,)"""
        shape = (-(-length // (self.k + 1)), self.k + 1)  # written in rows of k + 1, a letter copies the one above it
        drawn = torch.randint(self.vocab_size, shape, generator=generator)
        copied = torch.rand(shape, generator=generator) < self.copy
        row = torch.arange(shape[0])[:, None].expand(shape)
        source = row.masked_fill(copied, 0).cummax(dim=0).values  # a copy of a copy: up to the last letter drawn
        return drawn.gather(0, source).flatten()[:length]
