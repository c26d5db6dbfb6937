"""Who is looking, and the engine that trains for everybody."""

import secrets

import streamlit as st

from tinygpt.ui.server import COOKIE, is_name


def student() -> str:
    """The name of this browser; a session without a (true) cookie gets one of its own. 32 hexadecimal digits."""
    name = st.context.cookies.get(COOKIE)
    if name is not None and is_name(name):
        return name
    return st.session_state.setdefault("student", secrets.token_hex(16))


def start_engine() -> None:
    """Warm the workers."""


def close_engine() -> None:
    """Let the workers go."""


def runs_in_progress() -> int:
    """How many runs this server is training just now."""
    return 0
