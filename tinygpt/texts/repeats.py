"""Does the text that is held back stand in the training text already? Then its loss says nothing about unseen text.

Shapes in this file:
    N   characters of a text        L   characters of a passage
"""

import torch
from torch import Tensor

PASSAGE = 128  # characters in a row that no two people write alike; in a small text less (`passage_length`)
SHORTEST = 16  # characters: fewer are a phrase, and a phrase may come twice
LINE = 32  # a line of so many characters is a sentence; shorter ones are words, and words come back
ODD = 0x1E3779B97F4A7C15  # any odd number that mixes well; int64 wraps around


def share_in_train(train: str, val: str) -> float:
    """How much of `val` stands word by word in `train`, from 0 to 1: in whole passages, or line by line in any order.

    A passage is PASSAGE characters in a row; lines of less than LINE characters count as new. 0 where val is too short
    to tell.
    """
    return max(passages_in_train(train, val), lines_in_train(train, val))


def passages_in_train(train: str, val: str) -> float:
    """The share of the passages of `val`, one from each character on, that stand in `train`."""
    length = passage_length(len(val))
    if length < SHORTEST or len(train) < length:
        return 0.0
    wanted = passages(codes(val), length)
    keys, place = torch.unique(wanted, return_inverse=True)
    there = passages(codes(train), length)
    at = torch.searchsorted(keys, there).clamp(max=len(keys) - 1)  # val is the smaller one: look train up in it
    found = torch.zeros(len(keys), dtype=torch.bool)
    found[at[keys[at] == there]] = True
    return float(found[place].double().mean())


def passage_length(val: int) -> int:
    """How long a passage is, for a val of so many characters: at most half of it."""
    return min(PASSAGE, val // 2)


def codes(text: str) -> Tensor:
    """The code points of a text. (N,)"""
    return torch.frombuffer(bytearray(text.encode("utf-32-le")), dtype=torch.int32).long()


def passages(codes: Tensor, length: int) -> Tensor:
    """A number for each `length` characters in a row, equal for equal ones. (N,) -> (N - L + 1,)

    Of 1 character, then of 2, 4, 8 ...; the last two of these overlap.
    """
    size, keys = 1, codes * ODD
    while 2 * size <= length:
        keys = keys[:-size] * (ODD + 2 * size) + keys[size:]
        size *= 2
    rest = length - size
    return keys[: len(keys) - rest] * (ODD - 2) + keys[rest:] if rest else keys


def lines_in_train(train: str, val: str) -> float:
    """The share of the characters of `val` that are in lines, of LINE characters at least, which stand in `train`."""
    known = set(train.split("\n"))
    return sum(len(line) + 1 for line in val.split("\n") if len(line) >= LINE and line in known) / max(1, len(val))
