"""The language of brackets: two kinds, well nested, never more than `depth` open.

    [()([])]([][])

At each letter a bracket closes as likely as a new one opens, except that with none open one must open, and with
`depth` open one must close. Which one opens is drawn alike; the one that closes is the last one open. So how likely an
opening is depends on how many are open, and the kind that closes on which they are: both on the whole past since the
last time none was open.

What a letter costs when a window begins anywhere. Hidden are d, how many are open, and m, how many of them were opened
in this window. A reader sees opening and closing: kinds are drawn alike, so they tell nothing about d, and each move
is one sign in tinygpt.languages.filtering. An opening bracket may be of any kind; a closing one is known where m > 0,
and may be of any kind where its partner stands before the window. A walk that has been `depth` steps apart gives d
away.

In an endless text a walk between 0 and D that turns back at both ends is at 0 and at D half as often as between: d has
probability 1/D there, and 1/(2D) at the ends. Whoever knew d and every open bracket would still pay, on average over
d, (D - 1)/D (ln 2 + ln kinds / 2) + ln kinds / (2D): no window makes it cheaper, and a long one comes as near as one
likes. With D = 3 a window of 64 is within 1e-5 of it, and there filtering ends: deeper brackets would take minutes.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import torch
from torch import Tensor

from tinygpt.languages.base import Language
from tinygpt.languages.filtering import Move, State, costs

PAIRS = "()[]{}"
LONG = 64  # letters after which the state is as good as known


@dataclass(frozen=True)
class Brackets(Language):
    """Well-nested brackets of `kinds` kinds, at most `depth` of them open."""

    about: str
    kinds: int = 2
    depth: int = 3

    @property
    def vocab_size(self) -> int:  # type: ignore[override]
        """Each kind opens and closes."""
        return 2 * self.kinds

    @property
    def letters(self) -> str:
        """( is 0, ) is 1, [ is 2 ..."""
        return PAIRS[: 2 * self.kinds]

    def __post_init__(self) -> None:
        if not 1 <= self.kinds <= len(PAIRS) // 2 or self.depth < 1:
            raise ValueError(f"There are 1 to 3 kinds and a depth of 1 or more, got {self.kinds} and {self.depth}.")

    def cost(self, seen: int) -> float:
        """Exact filtering over how many are open; after a long window, the cost where all is known."""
        return self.known_cost if seen > LONG else self._costs[seen]

    @property
    def known_cost(self) -> float:
        """What a letter costs whoever knows all that are open."""
        D, kind = self.depth, math.log(self.kinds)
        return (D - 1) / D * (math.log(2) + kind / 2) + kind / (2 * D)

    @cached_property
    def _costs(self) -> tuple[float, ...]:
        """After 0, 1, ... LONG letters."""
        start: dict[State, float] = {
            (d, 0): 1 / (2 * self.depth) if d in (0, self.depth) else 1 / self.depth for d in range(self.depth + 1)
        }
        return tuple(islice(costs(start, self.moves), LONG + 1))

    def moves(self, state: State) -> list[Move]:
        """With d brackets open, of which m were opened in this window."""
        d, m = state
        up, down = (d + 1, m + 1), (d - 1, max(0, m - 1))
        opens = 1.0 if d == 0 else 0.0 if d == self.depth else 0.5
        moves = [Move("open", opens, up, self.kinds), Move("close", 1 - opens, down, 1 if m else self.kinds)]
        return [move for move in moves if move.probability]

    def ids(self, length: int, generator: torch.Generator) -> Tensor:
        """A random text as ids, begun with none open. (N,)"""
        opens = (torch.rand(length, generator=generator) < 0.5).tolist()
        kinds = torch.randint(self.kinds, (length,), generator=generator).tolist()
        ids: list[int] = []
        stack: list[int] = []
        for up, kind in zip(opens, kinds, strict=True):
            if not stack or (up and len(stack) < self.depth):
                stack.append(kind)
                ids.append(2 * kind)
            else:
                ids.append(2 * stack.pop() + 1)
        return torch.tensor(ids)
