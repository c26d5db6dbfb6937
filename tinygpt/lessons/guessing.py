"""Shannon's game: guess the next characters of a line that nobody has seen, and pay for each what a model would pay.

A player lays chips on what may come next. Each chip is a tenth of the probability; the last tenth cannot be laid. What
is not laid is shared evenly over the whole vocabulary, so nothing gets a probability of 0, and nothing costs infinity.

Shapes in this file:
    V   vocab_size
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.randomness import generator

CHIPS = 9  # that can be laid
CHIP = 0.1  # what a chip is worth
ROUNDS = 10  # characters to guess in a line
BEFORE = 12  # characters of the line that are there at least, before the first guess


class Game(NamedTuple):
    """A line as far as it is shown, the characters to guess one after the other, and what the pairs pay for each."""

    before: str
    asked: str
    pairs: tuple[float, ...]  # -ln p, in nats

    @property
    def mean(self) -> float:
        """What the pairs pay on these characters, in nats per character."""
        return sum(self.pairs) / len(self.pairs)


def laid(chips: int, of_all: int, vocab_size: int) -> float:
    """The probability of a character with so many of the chips that are laid: theirs, and its part of the rest."""
    return chips * CHIP + (1 - of_all * CHIP) / vocab_size


def cost(p: float) -> float:
    """What a guess costs that gave `p` to the character that came, in nats."""
    return -math.log(p)


def games(corpus: Corpus, P: Tensor, count: int, seed: int = 1337) -> list[Game]:
    """So many different lines of the hidden text, drawn with `seed`, and what a table `P` (V, V) pays on them.

    A text without lines that are long enough is one long line, and one too short for all guesses has fewer of them.
    """
    hidden = corpus.tokenizer.decode(corpus.val.tolist())
    lines = [line for line in dict.fromkeys(hidden.split("\n")) if len(line) >= BEFORE + ROUNDS] or [hidden]
    source = generator(seed)
    order = torch.randperm(len(lines), generator=source).tolist()
    return [_game(corpus, P, lines[order[n % len(lines)]], source) for n in range(count)]


def _game(corpus: Corpus, P: Tensor, line: str, source: torch.Generator) -> Game:
    """A place in the line where the guesses begin, and their price."""
    rounds = min(ROUNDS, len(line) - 1)
    first = min(BEFORE, len(line) - rounds)
    start = first + int(torch.randint(len(line) - rounds - first + 1, (1,), generator=source))
    ids = torch.tensor(corpus.tokenizer.encode(line[start - 1 : start + rounds]), dtype=torch.int64)
    paid = -P[ids[:-1], ids[1:]].log()
    return Game(line[max(0, start - 60) : start], line[start : start + rounds], tuple(paid.tolist()))
