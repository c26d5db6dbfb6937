"""The engine that lives as long as the server."""

import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Any

import torch

from tinygpt.texts import tiny_shakespeare
from tinygpt.ui import session

AFTER = 15.0  # seconds after the start: by then the first page has been served
OPEN_FILES = 8_192  # that the server may hold at once, where the system allows it
OF_A_PAGE = 5  # its connections, about: a browser keeps several
REMINDER = 60.0  # seconds between two lines in the log about the same lack

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start the engine before the first visitor, close it after the last."""
    allow_open_files()
    asyncio.get_running_loop().set_exception_handler(Complaints())
    torch.set_num_threads(1)  # for every thread to come, as in the workers: one and two threads give other bits
    try:
        session.engine()  # its workers are warm before the first visitor comes
    except (ValueError, OSError) as error:  # a setting that is wrong: both say in words what to do
        sys.stderr.write(f"tinygpt cannot start. {error}\n")
        sys.stderr.flush()
        os._exit(1)  # whatever is raised here, even SystemExit, Starlette prints as a traceback
    if warning := tiny_shakespeare.not_as_told():
        sys.stderr.write(f"{warning}\n")
    import_module("pandas")  # Streamlit reads it for its first text field: no page should wait for that
    reader = threading.Timer(AFTER, import_module, ("scipy.stats",))  # it takes a second, so no verdict waits for it
    reader.daemon = True
    reader.start()
    try:
        yield
    finally:
        reader.cancel()
        session.close_engine()


def allow_open_files() -> None:
    """Raise the bound on open files as far as the system lets us: every open page is some; say so where it is low."""
    try:
        import resource  # here: Windows has no such module, and no such bound
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES // 4:
        words = (
            "This server may hold %d open files, enough for about %d open pages. For more, type `ulimit -n %d` first."
        )
        log.warning(words, soft, soft // OF_A_PAGE, OPEN_FILES)


class Complaints:
    """What the event loop does with an error that nobody waits for: asyncio repeats one of them a thousand times."""

    def __init__(self) -> None:
        self._said = -REMINDER

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log it; that no page can be opened any more, once a minute."""
        if not str(context.get("message", "")).startswith("socket.accept() out of system resource"):
            loop.default_exception_handler(context)
        elif time.monotonic() - self._said >= REMINDER:
            self._said = time.monotonic()
            log.error("No further page can be opened: all the files that this server may hold are open.")
