"""Shannon's game: guess the next characters of a line that nobody has seen, and pay for each what a model would pay.

A player lays chips on what may come next. Each chip is a tenth of the probability; the last tenth cannot be laid. What
is not laid is shared evenly over the whole vocabulary, so nothing gets a probability of 0, and nothing costs infinity.
"""

import math
from typing import NamedTuple

import torch

from tinygpt.corpus import Corpus
from tinygpt.inside.surprise import surprise
from tinygpt.models import LanguageModel
from tinygpt.randomness import generator
from tinygpt.tokenizer import CharTokenizer

CHIPS = 9  # that can be laid
CHIP = 0.1  # what a chip is worth
ROUNDS = 10  # characters to guess in a line
SHOWN = 60  # characters of it that are shown at most
BEFORE = 12  # characters of the line that are there at least, before the first guess


class Game(NamedTuple):
    """A line as far as it is shown, and the characters to guess one after the other."""

    before: str
    asked: str


def laid(chips: int, of_all: int, vocab_size: int) -> float:
    """The probability of a character with so many of the chips that are laid: theirs, and its part of the rest."""
    return chips * CHIP + (1 - of_all * CHIP) / vocab_size


def cost(p: float) -> float:
    """What a guess costs that gave `p` to the character that came, in nats."""
    return -math.log(p)


def price(game: Game, model: LanguageModel, tokenizer: CharTokenizer) -> tuple[float, ...]:
    """What a model pays for each character that is asked for, in nats: it sees what a player sees, if that fits."""
    ids = torch.tensor(tokenizer.encode(game.before + game.asked))
    return tuple(surprise(model, ids)[-len(game.asked) :].tolist())


def games(corpus: Corpus, count: int, seed: int = 1337) -> list[Game]:
    """So many different lines of the hidden text, drawn with `seed`.

    A text without lines that are long enough is one long line, and one too short for all guesses has fewer of them.
    """
    hidden = corpus.tokenizer.decode(corpus.val.tolist())
    lines = [line for line in dict.fromkeys(hidden.split("\n")) if len(line) >= BEFORE + ROUNDS] or [hidden]
    source = generator(seed)
    order = torch.randperm(len(lines), generator=source).tolist()
    return [_game(lines[order[n % len(lines)]], source) for n in range(count)]


def _game(line: str, source: torch.Generator) -> Game:
    """A place in the line where the guesses begin."""
    rounds = min(ROUNDS, len(line) - 1)
    first = min(BEFORE, len(line) - rounds)
    start = first + int(torch.randint(len(line) - rounds - first + 1, (1,), generator=source))
    return Game(line[max(0, start - SHOWN) : start], line[start : start + rounds])
