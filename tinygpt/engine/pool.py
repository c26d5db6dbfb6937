"""Opens the lanes, replaces those that break, closes all.

A lane is opened in a thread of its own, since that takes seconds, and is reported when it has done a real first step.
`Lane` objects belong to the dispatcher's thread: the threads here only make executors and report them.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

from tinygpt.engine.slices import HELD, SliceJob, warm

OPENING = 120.0  # seconds a new worker may take for its first step
LONGEST_PAUSE = 30.0  # seconds between two attempts

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Lane:
    """A worker as the dispatcher sees it."""

    number: int
    executor: Executor | None = None  # None while it is being opened
    pid: int = 0
    job: SliceJob | None = None  # in flight ...
    since: float = 0.0  # ... on the monotonic clock
    heard: float = 0.0  # the last sign of life, on the same clock; while a slice may last, it need give none
    cpu: float = 0.0  # seconds of the processor that its process had used then
    tickets: dict[str, str] = field(default_factory=dict)  # run -> the state its worker holds alive, oldest first

    def holds(self, run: str, ticket: str) -> bool:
        """Whether its worker has this state alive, as far as one can know from here."""
        return bool(ticket) and self.tickets.get(run) == ticket

    def stirs(self) -> bool:
        """Whether its process has worked since the last look; of one on another machine nobody can say so."""
        before = self.cpu
        if getattr(self.executor, "here", False):
            with suppress(psutil.Error):
                self.cpu = sum(psutil.Process(self.pid).cpu_times()[:2])
        return self.cpu != before

    def settle(self, run: str, ticket: str) -> None:
        """Its slice is over; its worker holds the state of `ticket` now, and has forgotten the oldest of too many."""
        self.job = None
        self.tickets.pop(run, None)
        if ticket and getattr(self.executor, "keeps_states", True):
            self.tickets[run] = ticket
        while len(self.tickets) > HELD:
            del self.tickets[next(iter(self.tickets))]


class WorkerPool:
    """Makes executors in the background. `opened(lane, executor, pid)` is called from its threads, once for each."""

    def __init__(self, factory: Callable[[], Executor], opened: Callable[[Lane, Executor, int], None]) -> None:
        self._factory, self._opened = factory, opened
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._executors: set[Executor] = set()  # all that are not closed
        self._threads: list[threading.Thread] = []

    def open(self, lane: Lane) -> None:
        """Open `lane` in the background, and try again until it works."""
        self._in_background(f"tinygpt-open-lane-{lane.number}", self._open, lane)

    def replace(self, lane: Lane) -> None:
        """Close a broken lane and open it again."""
        broken, lane.executor, lane.pid, lane.job = lane.executor, None, 0, None
        lane.tickets.clear()
        if broken is not None:
            self._in_background(f"tinygpt-close-lane-{lane.number}", self._shut, broken)
        self.open(lane)

    def close(self) -> None:
        """End every worker, also those that are still being opened."""
        with self._lock:
            self._closed.set()
            executors = list(self._executors)
        for executor in executors:
            self._shut(executor)
        for thread in self._threads:
            thread.join(timeout=10)

    def _in_background(self, name: str, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, name=name, daemon=True)
        with self._lock:
            if not self._closed.is_set():
                self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
                thread.start()

    def _open(self, lane: Lane) -> None:
        pause = 0.0
        while not self._closed.wait(pause):
            executor = None
            try:
                executor = self._factory()
                with self._lock:
                    self._executors.add(executor)
                if not self._closed.is_set():
                    self._opened(lane, executor, executor.submit(warm).result(timeout=OPENING))
                    return
            except Exception as error:
                if not self._closed.is_set():
                    log.warning("lane %d could not be opened, will try again: %r", lane.number, error)
                    pause = min(LONGEST_PAUSE, 2 * pause or 1.0)
            if executor is not None:
                self._shut(executor)

    def _shut(self, executor: Executor) -> None:
        with self._lock:
            if executor not in self._executors:
                return
            self._executors.discard(executor)
        try:
            executor.shutdown()
        except Exception:  # it is broken, and we are done with it
            log.debug("closing a broken lane", exc_info=True)
