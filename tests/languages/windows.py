"""All windows of a made-up language with what is hidden spelled out: brute force, to check exact filtering against."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping

Hidden = Hashable  # everything that the rest of the text depends on, letters and all


def costs_by_brute_force(
    start: Mapping[Hidden, float], moves: Callable[[Hidden], Iterable[tuple[str, float, Hidden]]], length: int
) -> list[float]:
    """The entropy of the next letter after 0, 1, ... `length` letters: H(s + 1 letters) - H(s letters)."""
    assert math.isclose(sum(start.values()), 1)
    windows = {("", hidden): p for hidden, p in start.items()}
    entropies = [0.0]
    for _ in range(length + 1):
        longer: dict[tuple[str, Hidden], float] = defaultdict(float)
        for (window, hidden), p in windows.items():
            for letter, share, after in moves(hidden):
                longer[window + letter, after] += p * share
        windows = longer
        by_letters: dict[str, float] = defaultdict(float)
        for (window, _), p in windows.items():
            by_letters[window] += p
        assert math.isclose(sum(by_letters.values()), 1)
        entropies.append(-sum(p * math.log(p) for p in by_letters.values()))
    return [after - before for before, after in zip(entropies[:-1], entropies[1:], strict=True)]
