"""Many runs on few workers, one slice at a time. Fair shares, pause, step, stop and recovery all follow from that.

Who owns what:

* One lock guards the records of the runs and their turns (engine/run_table.py). Every command here takes it, changes a
  record, and returns; every question (engine/reading.py) copies one. Nothing under it trains, reads, writes or waits.
* One thread, the dispatcher, owns the lanes (engine/dispatcher.py). It alone hands out slices and takes in their
  results.
* One thread, the disk writer, owns the disk (engine/disk_writer.py). Nobody waits for it.

A slice is a value: a run's latest state goes out, the next state comes back. What a killed worker was doing is lost,
and done again from the same state, to the same bits. A command takes effect when the slice in flight has landed;
nothing is ever canceled, because neither loky's nor dask's workers take notice of that.
"""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import Executor

from tinygpt.engine import commands
from tinygpt.engine.description import RunDescription, free_slot
from tinygpt.engine.dispatcher import Dispatcher, Worker
from tinygpt.engine.experimenter import Experimenter
from tinygpt.engine.limits import check_run
from tinygpt.engine.recovery import read_remains, recovered
from tinygpt.engine.run_table import RunTable
from tinygpt.engine.runs import RunStore
from tinygpt.models import kind
from tinygpt.texts.cleaning import clean_name
from tinygpt.training.spec import RunSpec


class Scheduler(Experimenter):
    """Trains everybody's runs. Safe for any number of threads; commands to a run that is gone raise NoSuchRun.

    What is asked of it stands in engine/reading.py, commands to whole experiments in engine/experimenter.py.
    """

    def __init__(self, executor_factory: Callable[[], Executor], workers: int, *, store: RunStore) -> None:
        """`executor_factory` is called once for each of `workers`, and again when one has died.

        OSError with a sentence when the store cannot be written.
        """
        store.check()
        super().__init__(RunTable(store))
        for about in store.descriptions():
            self._table.runs[about.id] = recovered(store, about)
        self._dispatcher = Dispatcher(executor_factory, workers, self._table)

    def submit(self, spec: RunSpec, *, student: str, name: str = "") -> str:
        """Begin a run; its id. The same run twice is one: a double click trains once.

        Raises ValueError, in words for a student, when it is too large or too many are on their way.
        """
        check_run(spec)
        with self._table.lock:
            mine = [run for run in self._table.runs.values() if run.about.student == student]
            live, single = commands.on_their_way(mine, student), [run for run in mine if run.about.experiment is None]
            if twin := next((run for run in single if run in live and run.about.spec == spec), None):
                return twin.about.id
            commands.check_room(live)
            slot = free_slot([run.about.slot for run in single if kind(run.about.spec.model) == kind(spec.model)])
            name = clean_name(name) or f"Run {1 + len(single)}"
            about = RunDescription(uuid.uuid4().hex, student, name, spec, time.time(), slot)
            commands.add(self._table, about)
        self._dispatcher.wake()
        return about.id

    def pause(self, run: str) -> None:
        """Give a run no more slices; the one in flight still counts."""
        with self._table.lock:
            commands.pause(self._table, self._record(run))

    def resume(self, run: str) -> None:
        """Go on with a run that is paused, or that the end of a server interrupted."""
        self._revive(run)
        with self._table.lock:
            commands.resume(self._table, self._record(run))
        self._dispatcher.wake()

    def step(self, run: str, steps: int = 1) -> None:
        """Make so many steps, then pause. A run that is training is paused first."""
        if steps < 1:
            raise ValueError(f"steps must be at least 1, got {steps}")
        self._revive(run)
        self.pause(run)
        with self._table.lock:
            record = self._record(run)
            if record.status == "paused":
                record.steps_wanted += steps
                self._table.line_up(record)
        self._dispatcher.wake()

    def stop(self, run: str) -> None:
        """End a run before its time; the model it has reached is kept."""
        self._revive(run, to_train=False)
        with self._table.lock:
            commands.stop(self._table, self._record(run))

    def delete(self, run: str) -> None:
        """Forget a run and all it left, also while it is training."""
        with self._table.lock:
            commands.delete(self._table, self._record(run))

    def rename(self, run: str, name: str) -> None:
        """Give a run another name, cleaned; an empty one changes nothing."""
        with self._table.lock:
            record = self._record(run)
            record.about = record.about.renamed(clean_name(name) or record.about.name)
            self._table.disk.describe(record.about)

    def workers(self) -> list[Worker]:
        """The workers that are ready, and what each is training just now."""
        return self._dispatcher.workers()

    def flush(self) -> None:
        """Wait until all that is known is on disk."""
        self._table.disk.flush()

    def close(self) -> None:
        """End the workers and save every run; those on their way are "interrupted" for the next server."""
        self._dispatcher.close()
        self._table.disk.close()

    def _revive(self, run: str, *, to_train: bool = True) -> None:
        """An interrupted run becomes a paused one; if it is to train, there must be room for it."""
        record = self._record(run)
        if record.status != "interrupted":
            return
        remains, kept = read_remains(self.store, record), self.store.snapshots(run)
        with self._table.lock:
            about = self._record(run).about  # reading took a while: it may be gone, or revived
            if to_train and record.status == "interrupted":
                live = commands.on_their_way(self._table.runs.values(), about.student)
                commands.check_room(live, about.experiment.id if about.experiment else "")
            commands.take_up(self._table, record, remains, kept)
