"""Many runs on few workers, one slice at a time. Fair shares, pause, step, stop and recovery all follow from that.

Who owns what:

* One lock guards the records of the runs and their turns (engine/run_table.py). Every command here takes it, changes a
  record, and returns; every question (engine/queries.py) copies one. Nothing under it trains, reads, writes or waits.
* One thread, the dispatcher, owns the lanes (engine/dispatcher.py). It alone hands out slices and takes in their
  results.
* One thread, the disk writer, owns the disk (engine/disk_writer.py). Nobody waits for it.

A slice is a value: a run's latest state goes out, the next state comes back. What a killed worker was doing is lost,
and done again from the same state, to the same bits. A command takes effect when the slice in flight has landed;
nothing is ever canceled, because neither loky's nor dask's workers take notice of that.
"""

import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Executor

from tinygpt.engine import commands
from tinygpt.engine.description import RunDescription, free_slot
from tinygpt.engine.dispatcher import Dispatcher, Worker
from tinygpt.engine.experiments import NoSuchExperiment, descriptions_of, is_of_plan
from tinygpt.engine.limits import check_plan, check_run
from tinygpt.engine.queries import Queries
from tinygpt.engine.records import Run
from tinygpt.engine.recovery import Remains, read_remains, recovered
from tinygpt.engine.run_table import RunTable
from tinygpt.engine.runs import RunStore
from tinygpt.experiments.plan import Plan
from tinygpt.models import kind
from tinygpt.texts.cleaning import clean_name
from tinygpt.training.spec import RunSpec

log = logging.getLogger(__name__)


class Scheduler(Queries):
    """Trains everybody's runs. Safe for any number of threads; what is gone raises NoSuchRun or NoSuchExperiment.

    A command to all runs of an experiment takes the lock once, so no page ever sees half of it done, and leaves those
    alone that have ended. What may be asked stands in engine/queries.py.
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

    def begin(self, plan: Plan, *, student: str) -> str:
        """Begin all runs of a plan, or none; the id of the experiment. The same plan twice is one.

        Raises ValueError, in words for a student, when it is too large or another one is on its way.
        """
        check_plan(plan)
        with self._table.lock:
            live = commands.on_their_way(self._table.runs.values(), student)
            for group in {run.about.group for run in live if run.about.experiment}:
                if is_of_plan([run.about for run in self._table.members(group)], plan):
                    return group
            experiment = uuid.uuid4().hex
            commands.check_room(live, experiment)
            for about in descriptions_of(plan, experiment, student):
                commands.add(self._table, about)
        self._dispatcher.wake()
        return experiment

    def pause(self, run: str) -> None:
        """Give a run no more slices; the one in flight still counts."""
        with self._table.lock:
            commands.pause(self._table, self._table.record(run))

    def pause_all(self, experiment: str) -> None:
        """Give an experiment no more slices; those in flight still count."""
        with self._table.lock:
            for run in self._members(experiment):
                commands.pause(self._table, run)

    def resume(self, run: str) -> None:
        """Go on with a run that is paused, or that the end of a server interrupted."""
        remains = self._remains(self._table.record(run))
        with self._table.lock:
            record = self._table.record(run)  # reading took a while: it may be gone, or resumed
            self._resume_interrupted([record], remains)
            commands.resume(self._table, record)
        self._dispatcher.wake()

    def resume_all(self, experiment: str) -> None:
        """Go on with all runs that are paused, or that the end of a server interrupted.

        Raises ValueError, in words for a student, when another experiment of hers is on its way.
        """
        remains = self._remains_of_all(experiment)
        with self._table.lock:
            members = self._members(experiment)
            self._resume_interrupted(members, remains)
            for run in members:
                commands.resume(self._table, run)
        self._dispatcher.wake()

    def step(self, run: str, steps: int = 1) -> None:
        """Make so many steps, then pause. A run that is training is paused first."""
        if steps < 1:
            raise ValueError(f"steps must be at least 1, got {steps}")
        remains = self._remains(self._table.record(run))
        with self._table.lock:
            record = self._table.record(run)
            self._resume_interrupted([record], remains)
            commands.step(self._table, record, steps)
        self._dispatcher.wake()

    def stop(self, run: str) -> None:
        """End a run before its time; the model it has reached is kept."""
        remains = self._remains(self._table.record(run))
        with self._table.lock:
            record = self._table.record(run)
            self._resume_interrupted([record], remains, to_train=False)
            commands.stop(self._table, record)

    def stop_all(self, experiment: str) -> None:
        """End an experiment before its time; the models it has reached are kept."""
        remains = self._remains_of_all(experiment)
        with self._table.lock:
            members = self._members(experiment)
            self._resume_interrupted(members, remains, to_train=False)
            for run in members:
                commands.stop(self._table, run)

    def delete(self, run: str) -> None:
        """Forget a run and all it left, also while it is training."""
        with self._table.lock:
            commands.delete(self._table, self._table.record(run))

    def delete_all(self, experiment: str) -> None:
        """Forget an experiment with all its runs, also while they are training."""
        with self._table.lock:
            for run in self._members(experiment):
                commands.delete(self._table, run)

    def rename(self, run: str, name: str) -> None:
        """Give a run another name, cleaned; an empty one changes nothing."""
        with self._table.lock:
            record = self._table.record(run)
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

    def _members(self, experiment: str) -> list[Run]:
        """The records of an experiment that has any. Under the lock."""
        members = self._table.members(experiment)
        if not members:
            raise NoSuchExperiment
        return members

    def _remains(self, run: Run) -> dict[str, Remains]:
        """What the disk holds of a run, by its id, if it was interrupted. Not under the lock: reading takes a while."""
        return {run.about.id: read_remains(self.store, run)} if run.status == "interrupted" else {}

    def _remains_of_all(self, experiment: str) -> dict[str, Remains]:
        with self._table.lock:
            members = self._members(experiment)
        remains: dict[str, Remains] = {}
        for run in members:
            try:
                remains |= self._remains(run)
            except OSError as error:  # it stays interrupted, and the others go on
                log.warning("run %s cannot be resumed: %s", run.about.id, error)
        return remains

    def _resume_interrupted(self, runs: list[Run], remains: dict[str, Remains], *, to_train: bool = True) -> None:
        """Interrupted `runs` become paused ones; if they are to train, there must be room for them. Under the lock."""
        if to_train and any(run.status == "interrupted" for run in runs):
            first = runs[0].about
            live = commands.on_their_way(self._table.runs.values(), first.student)
            commands.check_room(live, first.experiment.id if first.experiment else "")
        for run in runs:
            if run.about.id in remains:
                commands.resume_interrupted(self._table, run, remains[run.about.id])
