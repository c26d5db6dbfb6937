"""Two languages in which a few letters decide the next one: one that stands further back, or the last ones together.

Shapes in this file:
    V   letters of the alphabet: a, b, c ...        N   letters of the text
    T   letters in a context (block_size)           m   letters that decide the next one (order)
"""

import math
from dataclasses import dataclass
from functools import cached_property

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


@dataclass(frozen=True)
class Markov(Language):
    """After any `order` letters, one letter is the favorite; the others follow rarely, and all alike.

    The favorite comes with probability `favorite`, which one it is was drawn once for each of the V**m contexts. A
    model that sees m letters or more can lose as little as the entropy of that choice. With fewer in sight the cost is
    that of the mixture over the letters unseen: H(s + 1) - H(s) for s letters seen, where H(s) is the entropy of s
    letters in a row somewhere in the text (they are counted by the stationary distribution of the chain).
    """

    about: str
    vocab_size: int = 8
    order: int = 2
    favorite: float = 25 / 32
    seed: int = 1337  # of the favorites, not of the text

    @cached_property
    def favorites(self) -> Tensor:
        """The favorite letter after each context. (V**m,)"""
        generator = torch.Generator().manual_seed(self.seed)
        return torch.randint(self.vocab_size, (self.vocab_size**self.order,), generator=generator)

    @cached_property
    def table(self) -> Tensor:
        """The probability of each letter after each context. (V**m, V)"""
        rare = (1 - self.favorite) / (self.vocab_size - 1)
        table = torch.full((len(self.favorites), self.vocab_size), rare, dtype=torch.float64)
        return table.scatter_(1, self.favorites[:, None], self.favorite)

    @cached_property
    def joint(self) -> Tensor:
        """How often each m + 1 letters stand in a row somewhere in an endless text. (V**m, V)"""
        contexts = torch.full((len(self.table),), 1 / len(self.table), dtype=torch.float64)
        for _ in range(1_000):  # forgets its start geometrically, since every letter can follow every context
            contexts = (contexts[:, None] * self.table).view(self.vocab_size, -1).sum(0)
        return contexts[:, None] * self.table

    def cost(self, seen: int) -> float:
        """The entropy of the next letter after the last `seen` ones; more than m of them add nothing."""
        s = min(seen, self.order)
        together = self.joint.view(self.vocab_size ** (s + 1), -1).sum(1)  # s + 1 letters in a row
        alone = self.joint.view(self.vocab_size**s, -1).sum(1)
        return entropy_of(together) - entropy_of(alone)

    def ids(self, length: int, generator: torch.Generator) -> Tensor:
        """A random text as ids, begun in the long-run mixture of contexts. (N,)"""
        V, favorites = self.vocab_size, self.favorites.tolist()
        common = (torch.rand(length, generator=generator) < self.favorite).tolist()
        steps = torch.randint(1, V, (length,), generator=generator).tolist()  # from the favorite to another letter
        context = int(torch.multinomial(self.joint.sum(1), 1, generator=generator))
        ids = []
        for is_favorite, step in zip(common, steps, strict=True):
            letter = favorites[context] if is_favorite else (favorites[context] + step) % V
            context = (context * V + letter) % len(favorites)  # the oldest letter drops out
            ids.append(letter)
        return torch.tensor(ids)
