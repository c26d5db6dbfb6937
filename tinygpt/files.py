"""Files that are written whole or not at all, and where the project's own folders are."""

import os
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[1]  # the folder with README.md
CHECKPOINTS = PROJECT / "checkpoints"  # the shipped models


def runs_folder() -> Path:
    """Where the app keeps runs and own texts: TINYGPT_RUNS, or checkpoints/runs."""
    return Path(os.environ.get("TINYGPT_RUNS") or CHECKPOINTS / "runs").resolve()


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
