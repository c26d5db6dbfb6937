"""What the next letter costs in a language with a hidden state, computed exactly.

Such a language moves from state to state, and each move writes a letter. Whoever has read a window from its beginning
does not know the state for certain: what is known is a belief, a probability for each state. Reading one more letter
turns it into the next belief by the rule of Bayes: keep the moves that could have written this letter, and make their
probabilities sum to 1 again. That is filtering. The cost of a letter after s letters is the entropy of what the belief
then says about it, averaged over all windows of s letters.

There are far too many windows to list them (10**32 of 32 letters of ten kinds), and two things make that unnecessary.
Windows that lead to the same belief are kept as one, with the sum of their probabilities. And letters which a rule
treats alike ("any of the five not yet used") are one sign: they cost ln 5 on top of the sign's own surprise, and which
of them it was tells nothing about the state.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

DIGITS = 12  # beliefs that agree to so many are one: rounding must not tell equal ones apart
FORGET = 1e-13  # windows that together are less likely than that are dropped: all of them cost below 1e-8

State = tuple[int, ...]
Belief = tuple[tuple[State, float], ...]  # states with their probabilities, which sum to 1


class Move(NamedTuple):
    """One way on from a state."""

    sign: str  # what a reader sees of it
    probability: float
    state: State  # where it leads
    letters: int = 1  # how many letters, all alike, this sign stands for; the same in every state of a belief


Moves = Callable[[State], Sequence[Move]]


def costs(start: Mapping[State, float], moves: Moves) -> Iterator[float]:
    """The entropy of the next letter after 0, 1, 2, ... letters of a window, in nats, without end.

    `start` says how likely each state is where a window begins: how often it occurs in an endless text.
    """
    windows = {_belief(start): 1.0}
    while True:
        cost, after = 0.0, defaultdict[Belief, float](float)
        for belief, share in windows.items():
            for letters, p, to in _signs(belief, moves):
                cost += share * p * (math.log(letters) - math.log(p))
                after[_belief(to)] += share * p
        yield cost
        windows = {belief: share for belief, share in after.items() if share > FORGET}


def _signs(belief: Belief, moves: Moves) -> Iterator[tuple[int, float, dict[State, float]]]:
    """Each sign that may come next: how many letters it is, how likely it is, and the states it leads to."""
    to: dict[str, dict[State, float]] = defaultdict(lambda: defaultdict(float))
    letters: dict[str, int] = {}
    for state, p in belief:
        for move in moves(state):
            to[move.sign][move.state] += p * move.probability
            if letters.setdefault(move.sign, move.letters) != move.letters:
                raise ValueError(f"{move.sign!r} stands for another number of letters in each state of one belief.")
    for sign, states in to.items():
        yield letters[sign], sum(states.values()), states


def _belief(states: Mapping[State, float]) -> Belief:
    """Probabilities that sum to 1, rounded, in a fixed order: equal beliefs are equal keys."""
    total = sum(states.values())
    return tuple(sorted((state, round(p / total, DIGITS)) for state, p in states.items()))
