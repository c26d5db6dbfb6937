"""What is switched off in a GPT, written so that files and links can say it: "0.2 cut, 0.3 flat, 1 feed-forward".

    0.2 cut          head 2 of block 0 hands nothing on: its weights, and so its output, are zero
    0.3 flat         head 3 of block 0 asks nothing: its scores are all equal, each of its rows is a plain average
    1 attention      the attention part of block 1 adds nothing to the residual stream
    1 feed-forward   nor does its feed-forward part

Blocks and heads are counted from 0, as in the code.
"""

import re
from typing import NamedTuple

HALVES = ("attention", "feed-forward")
OF_A_HEAD = ("cut", "flat")
MOST_LETTERS = 4_096  # of what is read: 64 blocks of 128 heads are never all written out
WRITTEN = re.compile(r"(\d{1,3})(?:\.(\d{1,3}) (cut|flat)| (attention|feed-forward))", re.ASCII)


class Operation(NamedTuple):
    """One thing that is done to a GPT; "cut" and "flat" are done to a head, the other two are parts switched off."""

    block: int
    head: int  # -1 where the operation is not on a head
    what: str  # one of OF_A_HEAD or of HALVES

    def __str__(self) -> str:
        return f"{self.block}.{self.head} {self.what}" if self.head >= 0 else f"{self.block} {self.what}"


def read_surgery(text: str) -> tuple[Operation, ...]:
    """The operations that a text names, in order; ValueError, in words, for anything else."""
    found: set[Operation] = set()
    for part in filter(None, (each.strip() for each in text[:MOST_LETTERS].split(","))):
        if not (match := WRITTEN.fullmatch(part)):
            raise ValueError(
                f"surgery must be like '0.2 cut, 0.3 flat, 1 attention, 1 feed-forward', got {part[:60]!r}"
            )
        block, head, of_head, half = match.groups()
        found.add(Operation(int(block), -1 if head is None else int(head), of_head or half))
    return tuple(sorted(found))


def write_surgery(operations: tuple[Operation, ...]) -> str:
    """The text that `read_surgery` reads."""
    return ", ".join(map(str, sorted(operations)))


def check_surgery(text: str, *, n_layer: int, n_head: int, residual: bool, feed_forward: bool) -> str:
    """The same surgery in its one spelling. ValueError, in words, where such a GPT has no such part to switch off."""
    operations = read_surgery(text)
    for one in operations:
        if one.block >= n_layer:
            raise ValueError(
                f"surgery {str(one)!r}: there is no block {one.block}, the last of {n_layer} is {n_layer - 1}"
            )
        if one.head >= n_head:
            raise ValueError(f"surgery {str(one)!r}: there is no head {one.head}, the last of {n_head} is {n_head - 1}")
        if one.what == "feed-forward" and not feed_forward:
            raise ValueError(f"surgery {str(one)!r}: this model has no feed-forward part")
        if one.what in HALVES and not residual:
            raise ValueError(f"surgery {str(one)!r}: without a skip connection nothing would be left to read")
    heads = [(one.block, one.head) for one in operations if one.head >= 0]
    if twice := next((head for head in heads if heads.count(head) > 1), None):
        raise ValueError(f"surgery: head {twice[1]} of block {twice[0]} cannot be cut and flat at once")
    return write_surgery(operations)
