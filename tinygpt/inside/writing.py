"""A text while a model writes it: what it held likely at each step, what was drawn, and what it looked at then.

    writing = Writing(model, idx, Dice(temperature=0.8, seed=1337), most=500)
    writing.go_on(120, seconds=0.2)       until 120 characters stand there, or the time is over
    writing.letters[7].likeliest            what it expected there, and what temperature and top-k left of that
    writing.looked_at(7)                  the weights of each head at that place

However it is cut into pieces, the same order makes the same text.

Shapes in this file:
    P   characters of the prompt     T   characters that the model saw, at most block_size
    L   n_layer                      H   n_head
"""

import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.generation import Token, generate
from tinygpt.gpt import GPTConfig
from tinygpt.inside.moments import maps_of
from tinygpt.models import LanguageModel, count_parameters
from tinygpt.probes import capture
from tinygpt.randomness import generator

LIKELIEST = 8  # characters of each step that are kept
BYTES_OF_A_NUMBER, BYTES_OF_A_CHANCE = 4, 200  # a chance is a tuple of three Python numbers


class Dice(NamedTuple):
    """How characters are drawn: from what temperature and top-k leave, with the random numbers of a seed."""

    temperature: float = 1.0
    top_k: int | None = None
    seed: int = 1337


class Chance(NamedTuple):
    """How likely a character was: for the model itself, and after temperature and top-k."""

    id: int
    own: float
    left: float


class Letter(NamedTuple):
    """One character that was written, among those that could have been."""

    id: int
    likeliest: tuple[Chance, ...]  # the model's own first; the drawn one is the last where it is not among them

    @property
    def chance(self) -> Chance:
        """Its own chance."""
        return next(each for each in self.likeliest if each.id == self.id)


class Took(NamedTuple):
    """What a character cost: so many were read for it, in so many seconds."""

    read: int
    seconds: float


class Writing:
    """What a model writes after a prompt `idx` (1, P), made piece by piece, at most `most` characters."""

    def __init__(self, model: LanguageModel, idx: Tensor, dice: Dice, most: int) -> None:
        self.model, self.prompt, self.most = model, idx, most
        self.letters: list[Letter] = []
        self.took: list[Took] = []  # for each of them
        self._tokens = generate(
            model, idx, most, temperature=dice.temperature, top_k=dice.top_k, generator=generator(dice.seed)
        )
        self._refused: ValueError | None = None
        self._lock = threading.Lock()

    def go_on(self, characters: int, seconds: float) -> None:
        """Until so many characters stand there, or the time is over; at least one more, if any is missing.

        ValueError, in words, for broken weights.
        """
        began = time.perf_counter()
        with self._lock:  # the same text may be shown in two tabs
            while len(self.letters) < min(characters, self.most):
                self._write_one()
                if time.perf_counter() - began >= seconds:
                    break

    def _write_one(self) -> None:
        if self._refused:  # its iterator has ended with that
            raise self._refused
        began = time.perf_counter()
        try:
            token = next(self._tokens)
        except ValueError as refusal:
            self._refused = refusal
            raise
        self.took.append(Took(token.read, time.perf_counter() - began))
        self.letters.append(letter(token))

    @property
    def nbytes(self) -> int:
        """What it may come to hold, near enough, for those who keep many: its model, its cache and its steps."""
        config = self.model.config
        cache = 2 * config.n_layer * config.block_size * config.channels_out if isinstance(config, GPTConfig) else 0
        numbers = count_parameters(config) + cache
        return BYTES_OF_A_NUMBER * numbers + BYTES_OF_A_CHANCE * LIKELIEST * self.most

    def window(self, n: int) -> Tensor:
        """The characters that the n-th one was drawn after: the last of prompt and text that fit. (1, T)"""
        written = torch.tensor([[each.id for each in self.letters[:n]]], dtype=torch.int64)
        return torch.cat((self.prompt, written), dim=1)[:, -self.model.config.block_size :]

    def looked_at(self, n: int) -> Tensor:
        """The weights of each head on the very window that the n-th character was drawn after, at its last place.

        (L, H, T); nan for a block whose attention is switched off, and without any row for a bigram, which has no head.
        """
        window = self.window(n)
        return maps_of(self.model, capture(self.model, window))[:, :, -1]


def letter(token: Token) -> Letter:
    """A token with the few characters that its model held likeliest, instead of all."""
    own, left = token.guesses, token.probabilities
    ids = own.argsort(descending=True, stable=True)[:LIKELIEST].tolist()
    shown = ids if token.id in ids else [*ids[:-1], token.id]
    return Letter(token.id, tuple(Chance(i, float(own[i]), float(left[i])) for i in shown))


def first_difference(a: Sequence[object], b: Sequence[object]) -> int | None:
    """Where two texts part for the first time; None as far as they are equal."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
