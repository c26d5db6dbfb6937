"""A text as training data: train and val, windows and batches, and the catalogue of texts.

Shapes in this file:
    N   ids in the text        B   windows in a batch
    T   ids in a context (block_size)
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import count
from pathlib import Path

import torch
from torch import Tensor

from tinygpt.languages import catalogue
from tinygpt.texts import plays, tiny_shakespeare
from tinygpt.texts.decoding import TextRefused
from tinygpt.texts.keeping import kept
from tinygpt.texts.own import is_sha256, kept_text, sha256_of
from tinygpt.texts.repeats import share_in_train
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer


def split_point(length: int) -> int:
    """How many of `length` characters are for training: the first 90 %, counted as the lecture does."""
    return int(0.9 * length)


@dataclass(frozen=True)
class Corpus:
    """A text, its tokenizer and its ids. Equal texts with equal vocabularies are equal corpora."""

    name: str
    text: str = field(repr=False)  # a repr of a million characters helps nobody
    tokenizer: CharTokenizer

    @classmethod
    def from_text(cls, text: str, name: str = "text", chars: str | None = None) -> "Corpus":
        """A corpus of any text; `chars` is its vocabulary when it should not be the text's own.

        Raises ValueError for an empty text, and for characters that are not among `chars`.
        """
        if not text:
            raise ValueError("This text is empty: there is nothing to learn from.")
        corpus = cls(name, text, CharTokenizer.from_text(text) if chars is None else CharTokenizer(chars))
        _ = corpus.data  # encode now, so that a character without an id is an error here and not in mid-training
        return corpus

    @cached_property
    def data(self) -> Tensor:
        """The whole text as ids, int64. (N,) Raises ValueError, with their names, for characters without an id."""
        return ids_of(self.text, self.tokenizer)

    @cached_property
    def train(self) -> Tensor:
        """The first 90 % of the ids. (split_point(N),)"""
        return self.data[: split_point(len(self.data))]

    @cached_property
    def val(self) -> Tensor:
        """The rest, which no training window ever touches. (N - split_point(N),)"""
        return self.data[split_point(len(self.data)) :]

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the text in UTF-8, 64 hex digits."""
        return sha256_of(self.text)

    @cached_property
    def val_in_train(self) -> float:
        """How much of val stands word by word in train, from 0 to 1."""
        at = split_point(len(self.text))
        return share_in_train(self.text[:at], self.text[at:])

    def split(self, name: str) -> Tensor:
        """The ids of "train" or "val". Raises ValueError for another name."""
        if name not in ("train", "val"):
            raise ValueError(f'A split is "train" or "val", got {name!r}.')
        return self.train if name == "train" else self.val

    def windows(self, split: str, starts: Tensor, block_size: int) -> tuple[Tensor, Tensor]:
        """Windows of `split` at `starts` (B,), and the same windows one id later. Both (B, T)

        Raises ValueError for a window that would reach beyond the end.
        """
        data = self.split(split)
        try:
            window = data.unfold(0, block_size + 1, 1)[starts]  # one gather: (B, T + 1)
        except (IndexError, RuntimeError):
            raise ValueError(
                f"A window of {block_size} + 1 ids at {starts.tolist()} reaches beyond the {len(data):,} of {split}."
            ) from None
        return window[:, :-1].contiguous(), window[:, 1:].contiguous()  # as torch.stack gives them: view() works

    def starts(self, split: str, batch_size: int, block_size: int, generator: torch.Generator | None = None) -> Tensor:
        """Random places where a whole window fits. (B,) Raises ValueError when the split is shorter than a window."""
        room = len(self.split(split)) - block_size
        if room < 1:
            raise ValueError(
                f"The {split} part of this text has {len(self.split(split))} characters; a context of {block_size} "
                f"needs at least {block_size + 1}. Take a longer text or a smaller context."
            )
        return torch.randint(room, (batch_size,), generator=generator)

    def batch(
        self, split: str, batch_size: int, block_size: int, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """Random windows x and what follows each of their ids, y. Both (B, T)"""
        return self.windows(split, self.starts(split, batch_size, block_size, generator), block_size)


def ids_of(text: str, tokenizer: CharTokenizer) -> Tensor:
    """What `tokenizer.encode` finds, for a whole text at once: the number that Unicode gives each character is looked
    up in a table of ids. int64 (N,)"""
    if not text:
        return torch.zeros(0, dtype=torch.int64)
    numbers = torch.frombuffer(bytearray(text.encode("utf-32-le", "surrogatepass")), dtype=torch.int32)
    beyond = ord(tokenizer.chars[-1]) + 1  # they are sorted: no character from here on has an id
    table = torch.full((beyond + 1,), -1)
    table[[ord(c) for c in tokenizer.chars]] = torch.arange(tokenizer.vocab_size)
    ids = table.index_select(0, numbers.clamp_(max=beyond))
    if bool((ids < 0).any()):
        tokenizer.encode(text)  # it says which
    return ids


@dataclass(frozen=True)
class Entry:
    """A text of the catalogue: what people read about it, and how to get it."""

    title: str
    about: str
    read: Callable[[], str]
    chars: str | None = None  # its vocabulary; None: its own distinct characters


CATALOGUE = {
    "shakespeare-plays": Entry(
        "Shakespeare, nine plays",
        "The nine plays of the lecture's file, rebuilt from an installed package: no network needed.",
        plays.nine_plays,
        LECTURE_CHARS,
    ),
    "tinyshakespeare": Entry(
        "Tiny Shakespeare",
        "The lecture's exact file, 1,115,394 characters: every number of the lecture can be reproduced.",
        tiny_shakespeare.read,
        LECTURE_CHARS,
    ),
    "look-back": Entry(
        "Look-back language", catalogue.TASKS["look-back"].about, partial(catalogue.language_text, "look-back")
    ),
    "markov": Entry("Markov language", catalogue.TASKS["markov"].about, partial(catalogue.language_text, "markov")),
    "copying": Entry("Copying language", catalogue.TASKS["copying"].about, partial(catalogue.language_text, "copying")),
    "brackets": Entry(
        "Brackets language", catalogue.TASKS["brackets"].about, partial(catalogue.language_text, "brackets")
    ),
}


def default_corpus() -> str:
    """The key to begin with: the exact file when it is on this machine, else the plays that need no network."""
    return "tinyshakespeare" if tiny_shakespeare.find() else "shakespeare-plays"


@kept
def load_corpus(key: str, *, folder: Path | None = None) -> Corpus:
    """The corpus of a catalogue key, or of an own text by its SHA-256 as `keep_text` stored it in `folder`.

    Its name is the key. Raises ValueError for an unknown key and for a text that is not there (any more).
    """
    if entry := CATALOGUE.get(key):
        return Corpus.from_text(entry.read(), key, entry.chars)
    if not is_sha256(key):
        raise ValueError(f"There is no corpus {key[:80]!r}; choose one of {', '.join(CATALOGUE)}.")
    return Corpus.from_text(kept_text(key, folder), key)


def largest_block_size(length: int) -> int:
    """The largest context for a text of `length` characters: train and val both hold two more. Below 1: none."""
    train = split_point(length)
    return min(train, length - train) - 2


def check_length(text: str, block_size: int, instead: str | None = None) -> None:
    """Raises TextRefused unless train and val, 90 % and the rest, both hold at least block_size + 2 characters.

    `instead` is the way out that is there beside a longer text: on a page, a smaller block_size.
    """
    largest = largest_block_size(len(text))
    if block_size <= largest:
        return
    needed = next(n for n in count(len(text)) if block_size <= largest_block_size(n))
    if instead is None:
        instead = f"choose a block_size of at most {largest}" if largest > 0 else ""
    raise TextRefused(
        f"Your text has {len(text):,} characters; with a context of {block_size} it needs at least {needed:,}, because "
        f"its last tenth is held back to validate. Add text{instead and ', or '}{instead}."
    )
