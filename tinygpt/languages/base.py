"""What every made-up language has: its letters, a text, and the least that any model can lose on it.

Shapes in this file:
    V   letters of the alphabet        N   letters of the text        T   letters in a context (block_size)

A loss is the mean over the T positions of a window that begins anywhere in the text, and position t sees only the
t + 1 letters of its window up to itself. So the best loss is the mean of what the next letter costs when 1, 2, ... T
letters are seen, and it falls with block_size. All costs are in nats per character.
"""

import torch
from torch import Tensor


class Language:
    """A random text by rules, of which the best possible loss is known exactly."""

    about: str
    vocab_size: int

    @property
    def letters(self) -> str:
        """The alphabet, sorted, so that a letter has the same id here and in the corpus. V characters."""
        return "".join(chr(ord("a") + i) for i in range(self.vocab_size))

    def cost(self, seen: int) -> float:
        """The entropy of the next letter when the last `seen` letters are known, in nats."""
        raise NotImplementedError

    def ids(self, length: int, generator: torch.Generator) -> Tensor:
        """A random text as ids. (N,)"""
        raise NotImplementedError

    def best_loss(self, block_size: int) -> float:
        """The mean cost over the positions of a window, in nats per character. Raises ValueError below 1."""
        if block_size < 1:
            raise ValueError(f"block_size must be at least 1, got {block_size}")
        return sum(self.cost(t + 1) for t in range(block_size)) / block_size

    def text(self, length: int, generator: torch.Generator) -> str:
        """A random text of `length` letters."""
        letters = self.letters
        return "".join([letters[i] for i in self.ids(length, generator).tolist()])


def entropy_of(p: Tensor) -> float:
    """The entropy of the probabilities `p`, in nats: -sum p ln p, where 0 ln 0 = 0."""
    return float(torch.special.entr(p).sum())
