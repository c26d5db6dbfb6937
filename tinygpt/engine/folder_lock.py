"""One server for a folder of runs: two would write into the same files, and points of a run would be lost.

The system gives the lock back when its server ends, however that was killed. Whoever only reads needs none.
"""

import json
import logging
import os
import time
from pathlib import Path

from filelock import FileLock, Timeout

from tinygpt.files import has_type, write_whole

log = logging.getLogger(__name__)


class FolderLock:
    """Says which server a folder belongs to: server.lock is locked while it runs, server.json says which one it is."""

    def __init__(self, folder: Path) -> None:
        self._owner = folder / "server.json"
        # A server may end in another thread than it began in. On a disk without locks there is none: it is said.
        self._lock = FileLock(folder / "server.lock", timeout=0, thread_local=False, fallback_to_soft=False)

    def take(self) -> None:
        """Make this process the owner. OSError with a sentence where another server is."""
        try:
            self._lock.acquire()
        except Timeout:
            raise OSError(
                f"The runs in {self._owner.parent} are served already, by {self._who()}: two servers would write into "
                "the same runs. Use that one or end it, or give this one a folder of its own: "
                "TINYGPT_RUNS=another-folder make run"
            ) from None
        except OSError as error:
            why = error.strerror or error
            log.warning("%s cannot be locked (%s): let no other tinygpt serve it", self._owner.parent, why)
        write_whole(self._owner, json.dumps({"process": os.getpid(), "since": time.time()}).encode())

    def release(self) -> None:
        """Let another server have the folder."""
        self._lock.release()

    def _who(self) -> str:
        """The owner in words, as far as it is known: a reader comes a moment too early, or anybody wrote that file."""
        try:
            with open(self._owner, "rb") as file:
                facts = json.loads(file.read(1_000))
            process, since = facts["process"], facts["since"]
            if not has_type([process, since], tuple[int, float]):
                raise ValueError("these are no numbers")
            return f"process {process} since {time.strftime('%H:%M on %d %B', time.localtime(since))}"
        except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return "another process"
