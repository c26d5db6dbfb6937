"""Characters to ids and back.

A model reads ids, never letters. The vocabulary is the sorted string of a text's distinct characters, and an id is a
character's place in it. An id is a name, not an amount: 50 is not more than 43.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

# The 65 characters of the lecture's file. Both Shakespeare corpora use them, so that ids and shipped models fit both.
LECTURE_CHARS = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class CharTokenizer:
    """The characters a model knows, sorted and distinct; `chars[i]` is the character with id i."""

    chars: str

    def __post_init__(self) -> None:
        if not self.chars:
            raise ValueError("A vocabulary needs at least one character; this text is empty.")
        if self.chars != "".join(sorted(set(self.chars))):
            raise ValueError("The characters of a vocabulary must be sorted and distinct; use CharTokenizer.from_text.")

    @classmethod
    def from_text(cls, text: str) -> "CharTokenizer":
        """A tokenizer for the distinct characters of `text`."""
        return cls("".join(sorted(set(text))))

    @property
    def vocab_size(self) -> int:
        """How many characters have an id."""
        return len(self.chars)

    @cached_property
    def stoi(self) -> dict[str, int]:
        """From character to id."""
        return {c: i for i, c in enumerate(self.chars)}

    @cached_property
    def itos(self) -> dict[int, str]:
        """From id to character."""
        return dict(enumerate(self.chars))

    def encode(self, text: str) -> list[int]:
        """The id of every character of `text`. Raises ValueError, with their names, for characters without an id."""
        stoi = self.stoi
        try:
            return [stoi[c] for c in text]
        except KeyError:
            unknown = ", ".join(map(repr, self.unknown(text)))
            raise ValueError(f"Not among the {self.vocab_size} characters of this vocabulary: {unknown}.") from None

    def decode(self, ids: Iterable[int]) -> str:
        """The text that `ids` spell, so that decode(encode(text)) == text. Raises ValueError for an unknown id."""
        itos = self.itos
        try:
            return "".join([itos[int(i)] for i in ids])
        except KeyError as error:
            raise ValueError(f"There is no id {error}; this vocabulary has ids 0 to {self.vocab_size - 1}.") from None

    def unknown(self, text: str) -> str:
        """The distinct characters of `text` that have no id, in the order they appear."""
        return "".join(c for c in dict.fromkeys(text) if c not in self.stoi)
