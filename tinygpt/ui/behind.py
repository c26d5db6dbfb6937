"""What takes longer than a page may: it is computed behind the page, one thing after another for the whole server.

A page asks for it at every tick, and waits a moment each time: what is done by then is there, and nothing that belongs
to a page nobody looks at any more is begun. What was computed is kept as all else is (texts/keeping.py).
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from tinygpt.texts.keeping import is_kept

P = ParamSpec("P")
R = TypeVar("R")

MOST = 100  # that were begun and are not asked for any more

_behind = ThreadPoolExecutor(1, thread_name_prefix="behind")
_begun: "dict[tuple[Any, ...], Future[Any]]" = {}  # whatever was asked for last stands last
_lock = threading.Lock()


def result_of(function: Callable[P, R], wait: float, *args: P.args, **kwargs: P.kwargs) -> R | None:
    """What a function that is @kept returns, if it is known within `wait` seconds; else None, and it goes on.

    What it raises is raised here, and the next to ask tries again. It runs without a page: nothing of Streamlit in it.
    """
    if is_kept(function, *args, **kwargs):
        return function(*args, **kwargs)
    name = (function, args, tuple(sorted(kwargs.items())))
    with _lock:
        future = _begun.pop(name, None) or _behind.submit(function, *args, **kwargs)
        _begun[name] = future
        while len(_begun) > MOST:
            _begun.pop(next(iter(_begun)))
    try:
        value: R = future.result(max(0.0, wait))
    except TimeoutError:
        if not future.done():
            return None
        raise  # the function's own
    finally:
        if future.done():
            with _lock:
                _begun.pop(name, None)
    return value
