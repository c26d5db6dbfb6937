"""What was computed from texts stays at hand, as long as all of it together fits into one bound.

    @kept
    def load_corpus(key: str) -> Corpus: ...

It is as functools.lru_cache, but a text of 2 MB and a table of 4,096 x 4,096 numbers are not counted as one thing each:
what was asked for longest ago goes first, whichever function it came from.
"""

import functools
import inspect
import sys
import threading
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MOST_BYTES = 256 * 1024**2  # of all that is kept in this process; the very last one stays also if it is larger
SAMPLE = 100  # items of a long list that are measured; the others are taken to be alike

_values: dict[tuple[Hashable, ...], tuple[Any, int]] = {}  # with their sizes; whatever was asked for last stands last
_lock = threading.Lock()


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function of hashable arguments returns. Two threads may compute it at once; neither waits."""

    @functools.wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        name = (function, args, tuple(sorted(kwargs.items())))
        with _lock:
            if found := _values.pop(name, None):
                _values[name] = found
                value: R = found[0]
                return value
        value = function(*args, **kwargs)
        size = size_of(value)
        with _lock:
            _values[name] = (value, size)
            total = sum(each for _, each in _values.values())
            while total > MOST_BYTES and len(_values) > 1:
                total -= _values.pop(next(iter(_values)))[1]
        return value

    return asked


def is_kept(function: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Whether what a kept function returns for these arguments is at hand."""
    with _lock:
        return (inspect.unwrap(function), args, tuple(sorted(kwargs.items()))) in _values


def forget_texts() -> None:
    """Somebody deletes a text: let nothing stay in memory that may have been made of it."""
    with _lock:
        _values.clear()


def size_of(value: Any) -> int:
    """Bytes of memory that a value takes, near enough: those of its tensors, texts and long lists."""
    if isinstance(size := getattr(value, "nbytes", None), int):  # a tensor or an array
        return size
    if hasattr(value, "state_dict"):  # a model
        return size_of(value.state_dict())
    size = sys.getsizeof(value)
    if isinstance(value, dict):
        return size + sum(map(size_of, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        sample = [size_of(each) for each, _ in zip(value, range(SAMPLE), strict=False)]
        return size + sum(sample) * len(value) // max(1, len(sample))
    return size + sum(map(size_of, getattr(value, "__dict__", {}).values()))
