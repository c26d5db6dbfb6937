"""Held-out text in which a stretch stands twice, and breaks off inside the second copy: what a model that copies is
tested with (inside.copying).

A text in which most lines are a word, dots and the same word again, as in the copying language, has passages of its
own: each letter of a second word but its first, for whether that comes or another dot is drawn. Elsewhere a stretch
of text is repeated; how long it is, and where it breaks off, is drawn, so that no fixed distance leads to the letter.

Shapes in this file:
    N   passages      T   tokens in a window (block_size)      V   vocab_size
"""

import re
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.corpus import Corpus

TWICE = re.compile(r"^([^.\n]+)(\.+)(\1)$", re.MULTILINE)  # a word, dots, the word again
PASSAGES = 256  # the standard error of `copying.follows` is then about 0.01
SHORTEST = 4  # characters: two letters, and one of them again


class Passages(NamedTuple):
    """Held-out text that breaks off inside the second copy of a stretch."""

    idx: Tensor  # (N, T)
    place: Tensor  # where the first copy has the letter to be guessed, (N,)
    old: Tensor  # that letter, (N,)
    new: Tensor  # another one, to be put there, (N,)

    @property
    def exchanged(self) -> Tensor:
        """The passages with the other letter in the first copy. (N, T)"""
        return self.idx.scatter(1, self.place[:, None], self.new[:, None])


class Copies(NamedTuple):
    """The letters of val whose original stands before them: where, how far back, and in which word."""

    place: Tensor  # (n,)
    distance: Tensor  # (n,)
    word: list[str]


def copied_letters(corpus: Corpus) -> Copies | None:
    """The letters, but the first, of each word of val that follows itself; None where most of val is no such line."""
    text = corpus.tokenizer.decode(corpus.val.tolist())
    lines = list(TWICE.finditer(text))
    found = [
        (place, line.start(3) - line.start(1), line[1])
        for line in lines
        for place in range(line.start(3) + 1, line.end(3))
    ]
    if not found or 2 * sum(len(line[0]) for line in lines) < len(text):
        return None
    places, distances, words = zip(*found, strict=True)
    return Copies(torch.tensor(places), torch.tensor(distances), list(words))


def draw_passages(corpus: Corpus, block_size: int, generator: torch.Generator, *, count: int = PASSAGES) -> Passages:
    """`count` passages drawn from val. ValueError where the window, the text or its alphabet is too small for any."""
    if block_size < SHORTEST:
        raise ValueError(
            f"In a window of {block_size} no stretch stands twice: to see whether a model copies, "
            f"it takes a block_size of at least {SHORTEST}."
        )
    if corpus.tokenizer.vocab_size < 2:
        raise ValueError("This text has one character only, so there is no other one to exchange it for.")
    copies = copied_letters(corpus)
    if copies is None:
        return _repeated(corpus, block_size, generator, count)
    return _of_own_lines(corpus, copies, block_size, generator, count)


def _repeated(corpus: Corpus, T: int, generator: torch.Generator, count: int) -> Passages:
    """Text of val whose last letters go back to where a stretch of T/4 to T/2 letters began."""
    starts = corpus.starts("val", count, T, generator)  # (N,)
    length = torch.randint(max(2, T // 4), T // 2 + 1, (count,), generator=generator)
    again = 1 + (torch.rand(count, generator=generator) * (length - 1)).long()  # letters of the second copy
    t = torch.arange(T).expand(count, T)
    goes_back = length[:, None] * (t >= T - again[:, None])
    idx = corpus.val[starts[:, None] + t - goes_back]
    place = T - length
    old = idx.gather(1, place[:, None])[:, 0]
    likely = corpus.val.bincount(minlength=corpus.tokenizer.vocab_size).float() + 1  # a plausible letter, or any
    return Passages(idx, place, old, _other(likely.expand(count, -1), old, generator))


def _of_own_lines(corpus: Corpus, copies: Copies, T: int, generator: torch.Generator, count: int) -> Passages:
    """Windows of val that end before a letter of a second word. The new one is none of its word, where there is one."""
    able = ((copies.place >= T) & (copies.distance < T)).nonzero()[:, 0]  # the letter before the original is seen, too
    if not len(able):
        raise ValueError(f"In windows of {T} no letter stands together with its original: take a larger block_size.")
    chosen = able[torch.randint(len(able), (count,), generator=generator)]
    idx = corpus.val[copies.place[chosen, None] + torch.arange(-T, 0)]
    old = corpus.val[copies.place[chosen]]
    of_words = set("".join(copies.word))
    free = [[c in of_words and c not in copies.word[n] for c in corpus.tokenizer.chars] for n in chosen.tolist()]
    likely = torch.tensor(free).float() + 1e-6  # where the word has all letters there are, any will do
    return Passages(idx, T - copies.distance[chosen], old, _other(likely, old, generator))


def _other(likely: Tensor, old: Tensor, generator: torch.Generator) -> Tensor:
    """A letter for each row of `likely` (N, V) that is not the old one (N,). (N,)"""
    return torch.multinomial(likely.scatter(1, old[:, None], 0.0), 1, generator=generator)[:, 0]
