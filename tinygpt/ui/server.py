"""The engine that lives as long as the server."""

import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import torch

from tinygpt.texts import tiny_shakespeare
from tinygpt.ui import session

AFTER = 15.0  # seconds after the start: by then the first page has been served


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start the engine before the first visitor, close it after the last."""
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
