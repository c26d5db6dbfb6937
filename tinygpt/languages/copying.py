r"""The language of copying: a word, a few dots, the same word again, a new line.

    dbgach..dbgach
    fhcega.....fhcega

A word is L letters, all different, drawn from K letters alike; 1 to G dots follow, each number as likely. So the whole
second word can be known, but not by its distance: the letter to copy is L + 1 to L + G places back. Whoever looks for
an earlier place of the *current* letter and takes what followed it there is right every time. That takes two layers:
the first tells each place what stands before it, the second looks for that ("In-context learning and induction heads",
2022). A single layer bets on a distance; with a feed-forward layer it can learn to count the dots, much later.

What a letter costs when a window begins anywhere. A line with g dots has 2L + g + 1 places. Hidden are g, the place i
in the line of the letter to come, and `first`, the first place of this line in the window: 0 once a line has begun
there. A reader sees letters, dots and new lines; all letters are alike at first, so which one it is tells nothing
about g and i, and they are one sign in tinygpt.languages.filtering. How many letters it may be:

    1              in the second word, where the first one's letter at the same place is in the window
    K - n          elsewhere, with n different letters of this word in the window: letters of a word are different

In an endless text every place of every line is as likely to be the first of a window: state (g, i) has probability
1 / sum over g of (2L + g + 1). After 2L + G + 1 letters a reader has seen this line from its beginning, whatever the
window, and further letters change nothing.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import torch
from torch import Tensor

from tinygpt.languages.base import Language
from tinygpt.languages.filtering import Move, State, costs


@dataclass(frozen=True)
class Copying(Language):
    """Words that stand twice in a line, with 1 to `dots` dots between."""

    about: str
    kinds: int = 8  # K: a, b, c ...
    word: int = 6  # L
    dots: int = 6  # G

    def __post_init__(self) -> None:
        if not 1 <= self.word <= self.kinds:
            raise ValueError(f"A word of {self.word} different letters needs as many kinds, got {self.kinds}.")

    @property
    def vocab_size(self) -> int:  # type: ignore[override]
        """The letters of words, the dot and the new line."""
        return self.kinds + 2

    @property
    def letters(self) -> str:
        """The new line is 0, the dot 1, and a is 2."""
        return "\n." + "".join(chr(ord("a") + i) for i in range(self.kinds))

    def cost(self, seen: int) -> float:
        """Exact filtering over the place in the line; more letters than the longest line add nothing."""
        return self._costs[min(seen, 2 * self.word + self.dots + 1)]

    @cached_property
    def _costs(self) -> tuple[float, ...]:
        """After 0, 1, 2, ... letters, up to the longest line with its new line."""
        gaps = range(1, self.dots + 1)
        places = [(g, i, i) for g in gaps for i in range(2 * self.word + g + 1)]
        return tuple(
            islice(costs({state: 1 / len(places) for state in places}, self.moves), 2 * self.word + self.dots + 2)
        )

    def moves(self, state: State) -> list[Move]:
        """What may be written at place i of a line with g dots, seen from place `first` on."""
        g, i, first = state
        if self.word <= i < self.word + g:
            return [Move(".", 1.0, (g, i + 1, first))]
        if i == 2 * self.word + g:
            return [Move("\n", 1 / self.dots, (gap, 0, 0)) for gap in range(1, self.dots + 1)]
        return [Move("letter", 1.0, (g, i + 1, first), self._choices(g, i, first))]

    def _choices(self, g: int, i: int, first: int) -> int:
        """How many letters may stand at place i."""
        if i < self.word:
            return self.kinds - (i - first)
        if first <= i - self.word - g:
            return 1  # its original is in the window
        end_of_word = max(0, self.word - first)
        return self.kinds - end_of_word - (i - max(first, self.word + g))

    def ids(self, length: int, generator: torch.Generator) -> Tensor:
        """A random text as ids, begun with a new word. (N,)"""
        lines = -(-length // (2 * self.word + 2))
        words = torch.rand(lines, self.kinds, generator=generator).argsort(1)[:, : self.word] + 2
        gap = torch.randint(1, self.dots + 1, (lines, 1), generator=generator)
        dots = torch.ones(lines, self.dots, dtype=torch.int64)
        whole = torch.cat([words, dots, words, torch.zeros(lines, 1, dtype=torch.int64)], dim=1)
        place = torch.arange(whole.shape[1])[None] - self.word  # of dots: 0, 1, 2, ...
        return whole[(place < gap) | (place >= self.dots)][:length]
