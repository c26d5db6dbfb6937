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
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, wait
from contextlib import contextmanager
from dataclasses import replace

from tinygpt.engine.description import COLORS, Origin, RunDescription
from tinygpt.engine.dispatcher import Dispatcher, Worker
from tinygpt.engine.experiments import descriptions_of
from tinygpt.engine.limits import check_plan, check_room, check_run, check_server
from tinygpt.engine.queries import Queries
from tinygpt.engine.quota import Quota, expected_bytes
from tinygpt.engine.records import LIVE, Run
from tinygpt.engine.recovery import read_remains, recovered
from tinygpt.engine.run_table import RunTable
from tinygpt.engine.runs import RunStore
from tinygpt.engine.slices import operated_state
from tinygpt.experiments.plan import Plan
from tinygpt.models import kind
from tinygpt.texts.cleaning import clean_name
from tinygpt.training.spec import RunSpec

AT_ONCE = 1.0  # seconds that somebody waits to hear whether the files of a run could be removed

log = logging.getLogger(__name__)


class Scheduler(Queries):
    """Trains everybody's runs. Safe for any number of threads; what is gone raises NoSuchRun.

    A command names a run, or an experiment and so all of its runs: then it takes the lock once, so no page ever sees
    half of it done. It leaves those alone that have ended meanwhile. In the name of a `student` it reaches her own runs
    alone, and raises NotYours for those of others; None is whoever runs the server. What may be asked stands in
    engine/queries.py.
    """

    def __init__(self, executor_factory: Callable[[], Executor], workers: int, *, store: RunStore) -> None:
        """`executor_factory` is called once for each of `workers`, and again when one has died.

        OSError with a sentence when the store cannot be written, or another server has it.
        """
        quota = Quota.from_environment()
        store.check()
        store.lock.take()
        super().__init__(RunTable(store), quota)
        for about in store.descriptions():
            self._table.put(recovered(store, about))
        self._dispatcher = Dispatcher(executor_factory, workers, self._table)

    def submit(self, spec: RunSpec, *, student: str, name: str = "") -> str:
        """Begin a run; its id. The same run twice is one: a double click trains once.

        Raises ValueError, in words for a student, when it is too large or too many are on their way.
        """
        check_run(spec)
        with self._table.lock:
            live = self._table.on_their_way(student)
            if twin := next((about for about in live if not about.experiment and about.spec == spec), None):
                return twin.id
            check_room(live)
            self._check_server(student, [spec])
            about = self._described(spec, student, name)
            self._table.add(about)
        self._dispatcher.wake()
        return about.id

    def fork(self, run: str, surgery: str, *, student: str, name: str = "") -> str:
        """Begin a twin of one of her runs at the step it has reached, with `surgery` from there on; the twin's id.

        Both go on from the same bits, and with the run's own surgery they end with the same. The same fork twice is
        one. ValueError, in words for a student, where there is nothing to go on from or to operate on, or no room.
        """
        with self._table.lock:
            record = self._table.record(run, student)
            begun = record.begun()
        if begun is None:
            raise ValueError(
                "A run can be forked while it trains or is paused. Of one that has ended only its models are kept; one "
                "that has not begun, or was interrupted, can be forked after its next step."
            )
        origin = Origin(run, begun.progress.step)
        spec = record.about.spec.operated(surgery, origin.step)
        state = operated_state(begun.state, spec)  # it takes a while, so not under the lock
        with self._table.lock:
            live = self._table.on_their_way(student)
            if twin := next((about for about in live if (about.origin, about.spec) == (origin, spec)), None):
                return twin.id
            check_room(live)
            self._check_server(student, [spec])
            about = self._described(spec, student, name or f"{record.about.name}, forked")
            self._table.fork(replace(about, origin=origin), origin, begun, state)
        self._dispatcher.wake()
        return about.id

    def begin(self, plan: Plan, *, student: str) -> str:
        """Begin all runs of a plan, or none; the id of the experiment. The same plan twice is one.

        Raises ValueError, in words for a student, when it is too large or another one is on its way.
        """
        check_plan(plan)
        with self._table.lock:
            live = self._table.on_their_way(student)
            for group in {about.group for about in live if about.experiment}:
                planned = [(about.experiment, about.spec) for about in descriptions_of(plan, group, student)]
                if planned == [(run.about.experiment, run.about.spec) for run in self._table.members(group)]:
                    return group
            experiment = uuid.uuid4().hex
            check_room(live, experiment)
            self._check_server(student, [planned.spec for planned in plan.runs])
            for about in descriptions_of(plan, experiment, student):
                self._table.add(about)
        self._dispatcher.wake()
        return experiment

    def pause(self, name: str, *, student: str | None = None) -> None:
        """Give it no more slices; those in flight still count."""
        with self._table.lock:
            for run in self._table.members(name, student):
                self._table.pause(run)

    def resume(self, name: str, *, student: str | None = None) -> None:
        """Go on with what is paused, or what the end of a server interrupted.

        Raises ValueError, in words for a student, when too much else of hers is on its way.
        """
        with self._taken_up(name, student) as runs:
            for run in runs:
                if run.status == "paused":
                    run.status, run.steps_wanted = "training" if run.ticket else "waiting", 0
                    self._table.line_up(run)
        self._dispatcher.wake()

    def step(self, name: str, steps: int = 1, *, student: str | None = None) -> None:
        """Make so many steps, then pause. What is training is paused first."""
        if steps < 1:
            raise ValueError(f"steps must be at least 1, got {steps}")
        with self._taken_up(name, student) as runs:
            for run in runs:
                self._table.pause(run)
                if run.status == "paused":
                    run.steps_wanted += steps
                    self._table.line_up(run)
        self._dispatcher.wake()

    def stop(self, name: str, *, student: str | None = None) -> None:
        """End it before its time, now or when the slice in flight has landed; the model it has reached is kept."""
        with self._taken_up(name, student, to_train=False) as runs:
            for run in runs:
                if run.status in LIVE and run.in_flight:
                    run.stopping = True
                elif run.status in LIVE:
                    self._table.stop(run)

    def delete(self, name: str, *, student: str | None = None) -> None:
        """Forget it and all it left, also while it is training. OSError with a sentence where the disk refuses that."""
        with self._table.lock:
            attempts = [self._table.remove(run) for run in self._table.members(name, student)]
        done, _ = wait(attempts, timeout=AT_ONCE)
        if error := next((error for attempt in done if (error := attempt.result())), None):
            raise OSError(
                f"It is gone from the lists, but its files cannot be removed ({error.strerror}). The server tries that "
                "again every few seconds. If it is started anew before it succeeds, the run is back: delete it again."
            ) from error

    def rename(self, run: str, name: str, *, student: str | None = None) -> None:
        """Give a run another name, cleaned; an empty one changes nothing."""
        with self._table.lock:
            record = self._table.record(run, student)
            record.about = replace(record.about, name=clean_name(name) or record.about.name)
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
        self.store.lock.release()

    def _described(self, spec: RunSpec, student: str, name: str) -> RunDescription:
        """A new single run, with a name and a color."""
        mine = [run.about for run in self._table.runs.values() if run.about.student == student]
        single = [about for about in mine if not about.experiment]
        taken = [about.slot for about in single if kind(about.spec.model) == kind(spec.model)]
        slot = min(range(COLORS), key=taken.count)  # a color that is not taken; when all are, the one taken least
        name = clean_name(name) or f"Run {1 + len(single)}"
        return RunDescription(uuid.uuid4().hex, student, name, spec, time.time(), slot)

    def _check_server(self, student: str, specs: list[RunSpec]) -> None:
        """Raise ValueError, in words for a student, where the server has no room for these runs."""
        check_server(self._table.all_on_their_way(), specs)
        taken = self._table.holdings.bytes
        self._quota.check(taken[student], taken.total(), sum(map(expected_bytes, specs)))

    @contextmanager
    def _taken_up(self, name: str, student: str | None, *, to_train: bool = True) -> Iterator[list[Run]]:
        """The runs of `name`, under the lock; those that were interrupted are paused now, where the disk has them.

        If they are to train, there must be room for them. Of several, one that cannot be read stays interrupted, and
        the others go on; if it is the only one, OSError.
        """
        with self._table.lock:
            runs = self._table.members(name, student)
        remains = {}
        for run in runs:  # reading takes a while, so it is not done under the lock ...
            try:
                if run.status == "interrupted":
                    remains[run.about.id] = read_remains(self.store, run)
            except OSError as error:
                if len(runs) == 1:
                    raise
                log.warning("run %s cannot be resumed: %s", run.about.id, error)
        with self._table.lock:
            runs = self._table.members(name, student)  # ... and one may be gone meanwhile, or be resumed
            if to_train and (more := [run.about.spec for run in runs if run.status == "interrupted"]):
                first = runs[0].about
                check_room(self._table.on_their_way(first.student), first.experiment.id if first.experiment else "")
                check_server(self._table.all_on_their_way(), more)
            for run in runs:
                if run.status == "interrupted" and run.about.id in remains:
                    run.take_up(remains[run.about.id])
                    self._table.disk.rewind(run.about.id, run.progress.step)
            yield runs
