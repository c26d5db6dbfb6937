"""The one thread that writes runs to disk, so that a slow or full disk never delays a slice.

What is ordered for a run is done in that order: its description first, the points of a slice before the state that
follows them, its end last. What the disk refuses is owed: it is tried again every few seconds, and whatever is ordered
for that run meanwhile waits behind it. So a run whose disk is full goes on training, its owner is told, and once there
is space again nothing of it is missing. Everything kept here belongs to this thread alone.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from tinygpt.engine.description import Origin, RunDescription
from tinygpt.engine.records import NO_MODELS, Models
from tinygpt.engine.runs import RunStore
from tinygpt.engine.samples import Sample
from tinygpt.training.state import Point

SAVE_EVERY = 3.0  # seconds between two saved states of a run, and between two attempts on a disk that refuses ...
SAVE_SHARE = 0.05  # ... and no more than this share of the time spent on saving states

Work = Callable[[], None]
Known = Callable[[str], tuple[RunDescription, tuple[Point, ...]] | None]

log = logging.getLogger(__name__)


class DiskWriter:
    """Writes what it is given, in order, later. `refused(run, error)` comes from its thread; None is all clear.

    `known(run)` is the description and the curve of a run whose folder somebody has removed: it is made again.
    """

    def __init__(self, store: RunStore, refused: Callable[[str, Exception | None], None], known: Known) -> None:
        self._store, self._refused, self._known = store, refused, known
        self._orders: SimpleQueue[Work | None] = SimpleQueue()
        self._owed: dict[str, list[Work]] = {}  # what the disk did not take, in order, for each run in trouble
        self._states: dict[str, bytes] = {}  # the latest state of a run, while it is not saved
        self._due: dict[str, float] = {}  # when its state may be saved, or the disk tried again
        self._thread = threading.Thread(target=self._work, name="tinygpt-disk-writer", daemon=True)
        self._thread.start()

    def describe(self, about: RunDescription) -> None:
        """Store a new run, or its new name."""
        self._order(about.id, partial(self._store.write_description, about))

    def fork(self, about: RunDescription, origin: Origin, state: bytes) -> None:
        """Store a run that begins where another one was."""
        self._order(about.id, partial(self._store.fork, about, origin, state))

    def slice(
        self, run: str, points: list[Point], state: bytes | None, snapshots: dict[int, bytes], samples: list[Sample]
    ) -> None:
        """Store what a slice brought: its points at once, its state (None: it has ended) when it is due."""
        self._order(run, partial(self._append, run, points))
        if state is not None:
            self._orders.put(partial(self._keep_state, run, state))
        for step, blob in snapshots.items():
            self._order(run, partial(self._store.write_snapshot, run, step, blob))
        for sample in samples:
            self._order(run, partial(self._store.append_sample, run, sample))

    def rewind(self, run: str, step: int) -> None:
        """Forget the points from `step` on."""
        self._order(run, partial(self._store.rewind, run, step))

    def end(self, run: str, facts: dict[str, Any], models: Callable[[], Models], saved: Work) -> None:
        """Store how a run ended, with what `models` makes; `saved` is called once that is safe."""

        def end() -> None:
            self._make_sure_of(run)
            try:
                files = models()
            except ValueError as error:  # a damaged state: that it has ended is safe all the same
                log.warning("run %s has ended without a model: %s", run, error)
                files = NO_MODELS
            self._store.end(run, facts, *files)
            self._states.pop(run, None)  # not before its model is safe: until then the run can go on from it
            self._due.pop(run, None)
            saved()

        self._order(run, end)

    def delete(self, run: str) -> "Future[OSError | None]":
        """Remove all that a run left, and forget what it is owed; what the disk said at the first attempt."""
        first: Future[OSError | None] = Future()

        def forget() -> None:
            self._owed.pop(run, None)
            self._states.pop(run, None)
            self._due.pop(run, None)

        def delete() -> None:
            try:
                self._store.delete(run)
            except OSError as error:
                if not first.done():
                    first.set_result(error)
                raise
            if not first.done():
                first.set_result(None)

        self._orders.put(forget)
        self._order(run, delete)
        return first

    def flush(self) -> None:
        """Wait until all that was ordered is done, and every state is saved."""
        done = threading.Event()
        self._orders.put(partial(self._save_due, math.inf))
        self._orders.put(done.set)
        done.wait(timeout=30)

    def close(self) -> None:
        """Finish what was ordered, and end."""
        self.flush()
        self._orders.put(None)
        self._thread.join(timeout=10)

    def _order(self, run: str, work: Work) -> None:
        """Let the thread do a piece of work, or keep it behind those that the disk refused."""

        def carry_out() -> None:
            if run in self._owed or not self._attempt(run, work):
                self._owed.setdefault(run, []).append(work)

        self._orders.put(carry_out)

    def _work(self) -> None:
        while True:
            due = [self._due[run] for run in self._unsaved()]
            with suppress(Empty):
                order = self._orders.get(timeout=max(0.0, min(due) - time.monotonic()) if due else None)
                if order is None:
                    return
                order()
            self._save_due(time.monotonic())

    def _attempt(self, run: str, work: Work) -> bool:
        """Whether a piece of work is done with. Trouble with the disk is told, and nothing ends this thread."""
        try:
            work()
        except OSError as error:
            if run not in self._owed:  # once is enough
                log.warning("run %s cannot be saved: %s", run, error)
            self._due[run] = time.monotonic() + SAVE_EVERY
            self._refused(run, error)
            return False
        except Exception as error:  # a mistake of ours: to try again would not help
            log.exception("run %s: could not be saved", run)
            self._refused(run, error)
        return True

    def _append(self, run: str, points: list[Point]) -> None:
        self._make_sure_of(run)
        self._store.append(run, points)

    def _make_sure_of(self, run: str) -> None:
        """Make the folder of a run again where somebody has removed it, so that the run is there after a restart."""
        if self._store.is_described(run) or not (known := self._known(run)):
            return
        about, curve = known
        log.warning("the folder of run %s was removed: it is made again", run)
        self._store.write_description(about)
        self._store.append(run, curve)

    def _unsaved(self) -> set[str]:
        return self._states.keys() | self._owed.keys()

    def _save_due(self, now: float) -> None:
        for run in self._unsaved():
            if self._due[run] <= now:
                self._save(run)

    def _save(self, run: str) -> None:
        """Do what a run is owed, then save its latest state: that must never be ahead of the curve."""
        in_trouble, owed = run in self._owed, self._owed.get(run, [])
        while owed:
            if not self._attempt(run, owed[0]):
                return
            del owed[0]
        if run in self._states and not self._attempt(run, partial(self._save_state, run)):
            self._owed[run] = []  # what is ordered now waits until the disk is tried again
        elif in_trouble:
            del self._owed[run]
            self._refused(run, None)

    def _keep_state(self, run: str, state: bytes) -> None:
        self._states[run] = state
        self._due.setdefault(run, time.monotonic() + SAVE_EVERY)

    def _save_state(self, run: str) -> None:
        began = time.monotonic()
        self._due[run] = began + SAVE_EVERY
        self._store.write_state(run, self._states[run])
        del self._states[run]
        now = time.monotonic()
        self._due[run] = now + max(SAVE_EVERY, (now - began) / SAVE_SHARE)
