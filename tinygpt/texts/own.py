"""A student's own text on disk, named by its SHA-256: nothing that anybody typed ever becomes part of a path."""

import hashlib
import re
from pathlib import Path

from tinygpt.files import write_whole


def sha256_of(text: str) -> str:
    """The SHA-256 of `text` in UTF-8, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_sha256(key: str) -> bool:
    """Whether `key` is 64 lower-case hex digits and nothing else."""
    return re.fullmatch(r"[0-9a-f]{64}", key) is not None


def keep_text(text: str, folder: Path | str) -> str:
    """Store `text` once as folder/<its SHA-256>.txt; that SHA-256, under which `kept_text` finds it."""
    key = sha256_of(text)
    try:
        kept_text(key, folder)
    except ValueError:  # it is new, or what lies there was damaged
        write_whole(Path(folder) / f"{key}.txt", text.encode())
    return key


def kept_text(key: str, folder: Path | str | None) -> str:
    """The text that `keep_text` stored under `key`. Raises ValueError when it is gone or is not that text any more."""
    if not is_sha256(key):
        raise ValueError("A stored text is named by its SHA-256: 64 hex digits.")
    path = None if folder is None else Path(folder) / f"{key}.txt"
    if path is None or not path.is_file():
        raise ValueError(f"The text {key[:12]} is not here (any more). Paste or upload it again.")
    text = path.read_bytes().decode(errors="replace")
    if sha256_of(text) != key:
        raise ValueError(f"The stored text {key[:12]} is damaged. Paste or upload it again.")
    return text
