"""Files that are written whole, JSON that is read value by value, and where the project's own folders are."""

import os
import sys
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_origin

PROJECT = Path(__file__).parents[1]  # the folder with README.md
CHECKPOINTS = PROJECT / "checkpoints"  # the shipped models
BLOCK = 4_096  # bytes; a disk has nothing smaller


def runs_folder() -> Path:
    """Where the app keeps runs and own texts: TINYGPT_RUNS, or checkpoints/runs."""
    return Path(os.environ.get("TINYGPT_RUNS") or CHECKPOINTS / "runs").resolve()


def size_on_disk(size: int) -> int:
    """The bytes that a file of so many takes on a disk: whole blocks."""
    return -(-size // BLOCK) * BLOCK


def write_whole(path: Path, blob: bytes) -> None:
    """Write a file in one move: a full disk or a power cut leaves the old one as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(blob)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


# --- JSON: every value is checked against the type of its field, for JSON can hold much else -------------------------


def has_type(value: Any, kind: Any) -> bool:
    """Whether a value may stand where a field is of this type: a list for a tuple, an int for a float.

    An int is a count, from 0 on. A float is no NaN, not infinite, no int of 400 digits. A str can be sent to a
    browser: half of a surrogate pair cannot.
    """
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        return isinstance(value, list) and len(value) == len(kinds) and all(map(has_type, value, kinds))
    if get_args(kind):  # such as `float | None`
        return any(has_type(value, one) for one in get_args(kind))
    if kind is str:
        return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)
    if kind not in (int, float):
        return isinstance(value, kind)
    number = isinstance(value, int | kind) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
    return number and (kind is float or value >= 0)


def checked(kind: Any, facts: Any) -> Any:
    """The dataclass of this kind that `facts` describe; a field without a fact has its default, and more is no error.

    ValueError or TypeError where they are not what they should be.
    """
    types = {field.name: field.type for field in fields(kind)}
    known = {name: facts[name] for name in types if name in facts}
    if wrong := [name for name, value in known.items() if not has_type(value, types[name])]:
        raise ValueError(f"{wrong[0]} is not what it should be")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})
