"""What a page asks of the runs. Nothing here changes one; a run that is gone raises NoSuchRun."""

import logging

from tinygpt.engine.experiments import ExperimentView, experiments_of
from tinygpt.engine.records import MOVING, Run, RunView
from tinygpt.engine.recovery import read_remains
from tinygpt.engine.run_table import RunTable, trained_model
from tinygpt.engine.samples import Sample
from tinygpt.engine.thinning import MOST, thin
from tinygpt.training.state import Point

log = logging.getLogger(__name__)


class Queries:
    """Answers from the records of a run table, and from the disk: the latter never under the lock."""

    def __init__(self, table: RunTable) -> None:
        self.store = table.store
        self._table = table

    def runs(self, student: str) -> list[RunView]:
        """A student's runs, oldest first, also those of her experiments."""
        with self._table.lock:
            mine = [run.about.id for run in self._table.runs.values() if run.about.student == student]
        return [view for run in mine if (view := self.view(run))]

    def view(self, run: str) -> RunView | None:
        """A run at this moment; None if there is no such run (any more)."""
        with self._table.lock:
            record = self._table.runs.get(run)
        if record is not None and record.status == "interrupted":
            self._read(record)
        with self._table.lock:
            return record.view() if record is not None and run in self._table.runs else None

    def experiments(self, student: str) -> list[ExperimentView]:
        """A student's experiments, oldest first."""
        with self._table.lock:
            descriptions = [run.about for run in self._table.runs.values() if run.about.student == student]
        return experiments_of(descriptions, self.view)

    def experiment(self, experiment: str) -> ExperimentView | None:
        """An experiment of anybody: a link shows it. None if there is no such experiment (any more)."""
        with self._table.lock:
            descriptions = [run.about for run in self._table.runs.values() if run.about.group == experiment]
        return next(iter(experiments_of(descriptions, self.view)), None)

    def points(self, run: str, most: int = MOST) -> tuple[Point, ...]:
        """The curve of a run, thinned to at most `most` points. All of them are in the store."""
        record = self._table.record(run)
        self._read(record)
        with self._table.lock:
            points = record.curve.points() if record.curve else ()
        return points if len(points) <= most else thin(points, most)

    def samples(self, run: str) -> tuple[Sample, ...]:
        """What the model wrote on its way, in the order of its steps; the last one is that of its view."""
        record = self._table.record(run)
        self._read(record)
        with self._table.lock:
            kept, last = record.samples, Sample(record.progress.sample_step, record.progress.sample)
        return kept or ((last,) if last.text else ())  # older runs have kept their last one alone

    def model_bytes(self, run: str) -> bytes | None:
        """The model of a run as a file, as far as it is trained; None before the first slice."""
        with self._table.lock:
            record = self._table.record(run)
            model, state = record.model, record.state
        if model is None and state is None:
            model, state = self.store.model(run), self.store.state(run)
        return trained_model(model, state)

    def state_bytes(self, run: str) -> bytes | None:
        """All that the next step of a live or interrupted run needs; None before the first slice and after the end."""
        return self._table.record(run).state or self.store.state(run)

    def snapshots(self, run: str) -> list[int]:
        """The steps of which a model was kept on the way, in order."""
        self._table.record(run)
        return self.store.snapshots(run)

    def snapshot(self, run: str, step: int) -> bytes | None:
        """The model file of one of `snapshots`, in 16-bit numbers."""
        self._table.record(run)
        return self.store.snapshot(run, step)

    def live_runs(self) -> int:
        """How many runs of all students are waiting or training just now."""
        with self._table.lock:
            return sum(run.status in MOVING for run in self._table.runs.values())

    def _read(self, record: Run) -> None:
        """Read the curve of a run from disk, once, and not under the lock; one that cannot be read is empty."""
        if record.curve is not None:
            return
        try:
            remains = read_remains(self.store, record)
        except OSError as error:  # the others must still be seen
            log.warning("the curve of run %s cannot be read: %s", record.about.id, error)
            return
        with self._table.lock:
            if record.curve is None:
                record.curve, record.samples = remains.curve, remains.samples
                if record.status == "interrupted":
                    record.progress = remains.progress
