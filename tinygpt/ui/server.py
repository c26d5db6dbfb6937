"""The engine that lives as long as the server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tinygpt.ui import session


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start the engine before the first visitor, close it after the last."""
    session.start_engine()
    try:
        yield
    finally:
        session.close_engine()
