"""The one thread that writes runs to disk, so that a slow or full disk never delays a slice.

Orders are carried out one after the other: the points of a slice are on disk before the state that follows them. What
is not written yet (points that failed, states that are not due) belongs to this thread alone. A run whose disk is full
goes on training; its owner is told in a sentence, and its points are tried again with the next ones.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from tinygpt.engine.runs import Card, RunStore
from tinygpt.training import Point

SAVE_EVERY = 3.0  # seconds between two saved states of a run ...
SAVE_SHARE = 0.05  # ... and no more than this share of the time spent on saving them

log = logging.getLogger(__name__)


class Scribe:
    """Writes what it is given, in order, later. `complain(run, sentence)` comes from its thread; "" is all clear."""

    def __init__(self, store: RunStore, complain: Callable[[str, str], None]) -> None:
        self._store, self._complain = store, complain
        self._orders: SimpleQueue[tuple[str, Callable[[], None]] | None] = SimpleQueue()
        self._unsaved: dict[str, list[Point]] = {}  # points the disk did not take
        self._states: dict[str, bytes] = {}  # the latest state of a run, while it is not saved
        self._due: dict[str, float] = {}  # when that may be done
        self._in_trouble: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="tinygpt-scribe", daemon=True)
        self._thread.start()

    def card(self, card: Card) -> None:
        """Store a new run, or its new name."""
        self._order(card.id, partial(self._store.write_card, card))

    def slice(self, run: str, points: list[Point], state: bytes, snapshots: dict[int, bytes]) -> None:
        """Store what a slice brought: its points at once, its state when it is due."""
        self._order(run, partial(self._append, run, points))
        self._order(run, partial(self._keep_state, run, state))
        for step, blob in snapshots.items():
            self._order(run, partial(self._store.write_snapshot, run, step, blob))

    def rewind(self, run: str, step: int) -> None:
        """Forget the points from `step` on."""
        self._order(run, partial(self._store.rewind, run, step))

    def end(
        self, run: str, facts: dict[str, Any], model: Callable[[], bytes | None], saved: Callable[[], None]
    ) -> None:
        """Store how a run ended, with the model that `model` makes; `saved` is called once that is safe."""
        self._order(run, partial(self._end, run, facts, model, saved))

    def delete(self, run: str) -> None:
        """Remove all that a run left."""
        self._order(run, partial(self._delete, run))

    def flush(self, timeout: float = 30.0) -> bool:
        """Wait until all that was ordered is done, and every state is saved; whether that came in time."""
        done = threading.Event()
        self._order("", self._save_all)
        self._order("", done.set)
        return done.wait(timeout)

    def close(self) -> None:
        """Finish what was ordered, and end."""
        self.flush()
        self._orders.put(None)
        self._thread.join(timeout=10)

    def _order(self, run: str, work: Callable[[], None]) -> None:
        self._orders.put((run, work))

    def _work(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=self._patience())
            except Empty:
                self._save_due()
                continue
            if order is None:
                return
            self._try(*order)
            self._save_due()

    def _patience(self) -> float | None:
        """Seconds until the next state is due, None when there is none."""
        return max(0.0, min(self._due[run] for run in self._states) - time.monotonic()) if self._states else None

    def _try(self, run: str, work: Callable[[], None]) -> None:
        """Do one piece of work; trouble with the disk is told, and nothing ends this thread."""
        try:
            work()
        except OSError as error:
            log.warning("run %s: %s", run, error)
            self._in_trouble.add(run)
            reason = error.strerror or type(error).__name__
            self._complain(run, f"This run cannot be saved ({reason}). It goes on, but free some space on the server.")
        except Exception:
            log.exception("run %s: could not be saved", run)

    def _append(self, run: str, points: list[Point]) -> None:
        waiting = self._unsaved.pop(run, []) + points
        try:
            self._store.append(run, waiting)
        except OSError:
            self._unsaved[run] = waiting
            raise
        if run in self._in_trouble:
            self._in_trouble.discard(run)
            self._complain(run, "")

    def _keep_state(self, run: str, state: bytes) -> None:
        self._states[run] = state
        self._due.setdefault(run, time.monotonic() + SAVE_EVERY)

    def _save_due(self) -> None:
        now = time.monotonic()
        for run in [run for run in self._states if self._due[run] <= now]:
            self._try(run, partial(self._save, run))

    def _save_all(self) -> None:
        for run in list(self._states):
            self._try(run, partial(self._save, run))

    def _save(self, run: str) -> None:
        """Save the latest state of a run. Its points first: a state must never be ahead of its curve."""
        began = time.monotonic()
        self._due[run] = began + SAVE_EVERY  # also when the disk refuses
        if run in self._unsaved:
            self._append(run, [])
        self._store.write_state(run, self._states[run])
        del self._states[run]
        now = time.monotonic()
        self._due[run] = now + max(SAVE_EVERY, (now - began) / SAVE_SHARE)

    def _end(
        self, run: str, facts: dict[str, Any], model: Callable[[], bytes | None], saved: Callable[[], None]
    ) -> None:
        self._forget(run)
        self._store.end(run, facts, model())
        saved()

    def _delete(self, run: str) -> None:
        self._forget(run)
        self._unsaved.pop(run, None)
        self._in_trouble.discard(run)
        self._store.delete(run)

    def _forget(self, run: str) -> None:
        self._states.pop(run, None)
        self._due.pop(run, None)
