"""The one thread that hands out slices and takes in what came of them.

It owns the lanes. Whatever happens elsewhere, a future that is done, a lane that opened, a student's click, is put into
its queue as a small piece of work, and it does one after the other. So no two results can meet, a lane has at most one
slice in flight, and so has a run.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import NamedTuple

from tinygpt.engine.lanes import worker_died
from tinygpt.engine.limits import HANGING, SILENT
from tinygpt.engine.pool import Lane, WorkerPool
from tinygpt.engine.run_table import RunTable
from tinygpt.engine.slices import Slice, SliceJob, run_slice

log = logging.getLogger(__name__)


class Worker(NamedTuple):
    """A worker process, and the run it is training just now (None: idle)."""

    pid: int
    run: str | None


class Dispatcher:
    """Keeps every lane busy with the jobs of the runs in a table."""

    def __init__(self, factory: Callable[[], Executor], workers: int, table: RunTable) -> None:
        self._table = table
        self._events: SimpleQueue[Callable[[], None] | None] = SimpleQueue()  # None: only look whether there is work
        self._pool = WorkerPool(factory, lambda *news: self._events.put(partial(self._opened, *news)))
        self._lanes = [Lane(number) for number in range(workers)]
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="tinygpt-dispatcher", daemon=True)
        for lane in self._lanes:
            self._pool.open(lane)
        self._thread.start()

    def wake(self) -> None:
        """Something changed in the table: look whether there is work."""
        self._events.put(None)

    def close(self) -> None:
        """End the workers; slices in flight are lost, the states before them are not."""
        self._closed.set()
        self.wake()
        self._thread.join(timeout=10)
        self._pool.close()

    def workers(self) -> list[Worker]:
        """The workers that are ready. A look from outside: a moment later it may be otherwise."""
        ready = [(lane.pid, lane.job) for lane in self._lanes if lane.executor is not None]
        return [Worker(pid, job.run if job else None) for pid, job in ready]

    def _work(self) -> None:
        while not self._closed.is_set():
            event = None
            with suppress(Empty):
                event = self._events.get(timeout=min(SILENT, HANGING) / 3)
            try:
                if event:
                    event()
                self._listen()
                self._hand_out()
            except Exception:  # a mistake of ours must not end everybody's training
                log.exception("the dispatcher goes on after an error")

    def _listen(self) -> None:
        """Give up the workers that hang, and tell the table which ones do not answer."""
        now, silences = time.monotonic(), {}
        for lane in self._lanes:
            if lane.job is not None and now - lane.since > HANGING:
                log.warning("the worker of lane %d has not answered for %.0f s", lane.number, HANGING)
                self._lose(lane, lane.job)
            elif lane.job is not None:
                lane.heard = now if lane.stirs() else lane.heard
                if now - lane.heard >= SILENT:
                    silences[lane.job.run] = now - lane.heard
        everybody = len(silences) == sum(lane.executor is not None for lane in self._lanes)
        self._table.hear(silences, everybody=everybody)

    def _hand_out(self) -> None:
        """A job for every free lane, as long as there are jobs."""
        while not self._closed.is_set():
            free = [lane for lane in self._lanes if lane.executor is not None and lane.job is None]
            chosen = self._table.next_job(free, len(self._lanes)) if free else None
            if chosen is None:
                return
            lane, job = chosen
            lane.job, lane.since = job, time.monotonic()
            lane.heard = lane.since + job.seconds
            assert lane.executor is not None  # it was free
            try:
                future = lane.executor.submit(run_slice, job)
                future.add_done_callback(partial(self._report, lane, job))
            except Exception as error:  # it broke while nobody was looking
                log.warning("lane %d was broken: %r", lane.number, error)
                self._lose(lane, job)

    def _report(self, lane: Lane, job: SliceJob, future: "Future[Slice]") -> None:
        """From the thread of whoever made the future."""
        self._events.put(partial(self._landed, lane, job, future))

    def _landed(self, lane: Lane, job: SliceJob, future: "Future[Slice]") -> None:
        """A future is done. One of a lane that was given up meanwhile says nothing any more."""
        if lane.job is not job:
            return
        try:
            slice_ = future.result()
            self._table.landed(job, slice_, time.monotonic() - lane.since)
            lane.settle(job.run, slice_.ticket)
        except BaseException as error:  # CancelledError, too: dask's word for a worker that is gone
            if worker_died(error):
                log.warning("the worker of lane %d died (%s)", lane.number, type(error).__name__)
                self._lose(lane, job)
            else:
                lane.settle(job.run, "")
                self._table.failed(job, error)

    def _lose(self, lane: Lane, job: SliceJob) -> None:
        """The run goes to another lane at once, while this one gets a new worker."""
        self._pool.replace(lane)
        self._table.lost(job)

    def _opened(self, lane: Lane, executor: Executor, pid: int) -> None:
        lane.pid, lane.executor = pid, executor
