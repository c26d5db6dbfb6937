"""Schedulers to test with, on three executors (this process, loky's processes, a dask cluster), and what to expect."""

import functools
import os
import signal
import uuid
from concurrent.futures import BrokenExecutor, Executor, Future, InvalidStateError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.waiting import until
from tinygpt.checkpoint.model_file import load
from tinygpt.checkpoint.run_state import dumps, loads
from tinygpt.corpus import Corpus
from tinygpt.engine.dispatcher import Dispatcher
from tinygpt.engine.lanes import LokyLane
from tinygpt.engine.runs import RunStore
from tinygpt.engine.slices import Slice
from tinygpt.scheduler import Scheduler
from tinygpt.texts.own import keep_text, sha256_of
from tinygpt.training.loop import advance
from tinygpt.training.state import start

TEXT = "the quick brown fox jumps over the lazy dog. " * 40
CORPUS = Corpus.from_text(TEXT)
V = CORPUS.tokenizer.vocab_size
KEY = sha256_of(TEXT)


class Mortal(ThreadPoolExecutor):
    """A worker in this process that can die like a real one: what it was doing never comes back."""

    def __init__(self):
        super().__init__(1)
        self.job, self.outcome, self.dead = None, Future(), False

    def submit(self, fn, *args):
        if self.dead:
            raise BrokenExecutor("dead")
        self.job, self.outcome = (args[0] if args else None), Future()
        super().submit(self._run, self.outcome, fn, args)
        return self.outcome

    def _run(self, outcome, fn, args):
        try:
            result, set_result = fn(*args), outcome.set_result
        except Exception as error:
            result, set_result = error, outcome.set_exception
        with suppress(InvalidStateError):  # killed meanwhile
            set_result(result)

    def kill(self):
        self.dead = True
        with suppress(InvalidStateError):
            self.outcome.set_exception(BrokenExecutor("killed"))

    def shutdown(self, wait=True, **others):
        super().shutdown(wait=False)


class AtOnce(Executor):
    """A lane that trains nothing: each slice is back at once and says that it took exactly the seconds of its job.

    `made` is shared by all lanes, and gets the run of each slice; once it holds `most`, nothing comes back any more.
    """

    def __init__(self, made, most):
        self.made, self.most = made, most

    def submit(self, fn, *args):
        future = Future()
        if not args:  # the first step of a new worker
            future.set_result(0)
        elif len(self.made) < self.most:
            [job] = args
            self.made.append(job.run)
            future.set_result(Slice(job.run, step=len(self.made), ticket="held", seconds=job.seconds))
        return future


def slices_made(table, lanes, most):
    """The runs of a table that get the first `most` slices, in order, when the dispatcher hands them out."""
    made = []
    dispatcher = Dispatcher(lambda: AtOnce(made, most), lanes, table)
    dispatcher.wake()
    until(lambda: len(made) == most)
    dispatcher.close()
    return made


@dataclass
class Engine:
    """A scheduler on some executor, and how to kill the worker that trains a run just now."""

    scheduler: Scheduler
    kill: Any

    def submit(self, spec, student=None):
        """A run of a student of its own, so that tests do not meet."""
        return self.scheduler.submit(spec, student=student or uuid.uuid4().hex)


@contextmanager
def in_process(folder):
    lanes = []

    def factory():
        lanes.append(Mortal())
        return lanes[-1]

    def kill(run):
        for lane in list(lanes):
            if not lane.dead and not lane.outcome.done() and getattr(lane.job, "run", None) == run:
                lane.kill()
                return True
        return False

    with closing(Scheduler(factory, 2, store=RunStore(folder))) as scheduler:
        yield Engine(scheduler, kill)


@contextmanager
def on_loky(folder):
    with closing(Scheduler(LokyLane, 2, store=RunStore(folder))) as scheduler:

        def kill(run):
            busy = [worker.pid for worker in scheduler.workers() if worker.run == run]
            for pid in busy:
                os.kill(pid, signal.SIGKILL)
            return bool(busy)

        yield Engine(scheduler, kill)


@contextmanager
def on_dask(folder):
    from distributed import Client, LocalCluster

    from tinygpt.engine.dask_lanes import open_cluster

    with (
        LocalCluster(2, processes=True, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        factory, workers = open_cluster(cluster.scheduler_address)
        assert workers == 2

        def kill(run):
            busy = [address for address, tasks in client.processing().items() if tasks]
            for pid in client.run(os.getpid, workers=busy).values() if busy else ():
                os.kill(pid, signal.SIGKILL)
            return bool(busy)

        with closing(Scheduler(factory, workers, store=RunStore(folder))) as scheduler:
            yield Engine(scheduler, kill)
        factory.args[0].close()


@contextmanager
def closing(scheduler):
    keep_text(TEXT, scheduler.store.corpora)
    try:
        yield scheduler
    finally:
        scheduler.close()


def finished(engine, run):
    """Wait for the end of a run; its view then, with everything on disk."""
    until(lambda: not engine.scheduler.view(run).live)
    engine.scheduler.flush()
    return engine.scheduler.view(run)


def curve(points):
    return [point._replace(seconds=0.0) for point in points]


@functools.cache
def in_one_piece(spec):
    """The curve and the state of a run that nothing happens to."""
    state = start(spec, CORPUS)
    return curve(advance(state, CORPUS)), dumps(state)


def assert_equal_to_one_piece(engine, run, spec):
    view = finished(engine, run)
    assert view.status == "finished", view.note
    points, blob = in_one_piece(spec)
    assert curve(engine.scheduler.store.points(run)) == points
    mine, exact = load(engine.scheduler.model_bytes(run)).model.state_dict(), loads(blob).model.state_dict()
    assert mine.keys() == exact.keys()
    assert all((mine[name] == exact[name]).all() for name in mine)
