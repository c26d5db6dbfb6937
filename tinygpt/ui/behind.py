"""What takes longer than a page may: it is computed behind the page, one thing after another for the whole server.

A page asks for it at every tick, and waits a moment each time: what is done by then is there, and nothing that belongs
to a page nobody looks at any more is begun.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MOST = 2_000  # results that stay at hand: so they must be small

_behind = ThreadPoolExecutor(1, thread_name_prefix="behind")
_asked: "dict[tuple[Any, ...], Future[Any]]" = {}  # whatever was asked for last stands last
_lock = threading.Lock()


def result_of(function: Callable[P, R], wait: float, *args: P.args, **kwargs: P.kwargs) -> R | None:
    """What a function of hashable arguments returns, if it is known within `wait` seconds; else None, and it goes on.

    What it raises is raised here, and the next to ask tries again. It runs without a page: nothing of Streamlit in it.
    """
    name = (function, args, tuple(sorted(kwargs.items())))
    with _lock:
        future = _asked.pop(name, None) or _behind.submit(function, *args, **kwargs)
        _asked[name] = future
        while len(_asked) > MOST:
            _asked.pop(next(iter(_asked)))
    try:
        value: R = future.result(max(0.0, wait))
        return value
    except TimeoutError:
        if future.done():  # the function's own
            raise
        return None
    except BaseException:
        with _lock:
            _asked.pop(name, None)
        raise
