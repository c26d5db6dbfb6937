"""What a page asks of the runs. Nothing here changes one; a run that is gone raises NoSuchRun."""

import logging
from collections.abc import Callable
from functools import partial
from itertools import islice

from tinygpt.checkpoint.header import NotOurFile
from tinygpt.checkpoint.model_file import read_info
from tinygpt.engine.experiments import ExperimentView, experiments_of
from tinygpt.engine.notes import RESTARTED, SERVER_RESTARTED, not_read
from tinygpt.engine.quota import Quota
from tinygpt.engine.records import ENDED, MOVING, NO_MODELS, Run, RunView
from tinygpt.engine.recovery import read_remains
from tinygpt.engine.run_table import RunTable, trained_models
from tinygpt.engine.samples import Sample
from tinygpt.engine.thinning import MOST, thin
from tinygpt.models import config_from
from tinygpt.training.state import Point

log = logging.getLogger(__name__)


class Queries:
    """Answers from the records of a run table, and from the disk: the latter never under the lock."""

    def __init__(self, table: RunTable, quota: Quota) -> None:
        self.store = table.store
        self._table, self._quota = table, quota

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
            if record.status in ENDED and record.curve:
                self._table.holdings.keep_curve(record, self._table.runs)
        return points if len(points) <= most else thin(points, most)

    def samples(self, run: str) -> tuple[Sample, ...]:
        """What the model wrote on its way, in the order of its steps; the last one is that of its view."""
        record = self._table.record(run)
        self._read(record)
        with self._table.lock:
            kept, last = record.samples, Sample(record.progress.sample_step, record.progress.sample)
        return kept or ((last,) if last.text else ())  # older runs have kept their last one alone

    def model_bytes(self, run: str, *, best: bool = False) -> bytes | None:
        """The model of a run as a file, as far as it is trained; None before the first slice.

        Or the `best`, that of its lowest val loss; None where that is no other one. NotOurFile, a ValueError with a
        sentence, for one that is damaged on disk or cannot be read there.
        """
        with self._table.lock:
            record = self._table.record(run)
            models, state = record.models, record.state
        if models == NO_MODELS and state is None:
            if (file := self._own(record, partial(self.store.model, run, best=best))) is not None:
                return file
            state = _file(partial(self.store.state, run))
        return trained_models(models, state)[best]

    def state_bytes(self, run: str) -> bytes | None:
        """All that the next step of a live or interrupted run needs; None before the first slice and after the end."""
        return self._table.record(run).state or _file(partial(self.store.state, run))

    def snapshots(self, run: str) -> list[int]:
        """The steps of which a model was kept on the way, in order."""
        steps = self._table.record(run).about.spec.train.max_steps
        return [step for step in self.store.snapshots(run) if step <= steps]

    def snapshot(self, run: str, step: int) -> bytes | None:
        """The model file of one of `snapshots`, in 16-bit numbers. NotOurFile as for `model_bytes`."""
        return self._own(self._table.record(run), partial(self.store.snapshot, run, step))

    def disk_warning(self, student: str) -> str:
        """What a student should know of the room on the server's disk; "" while there is plenty."""
        with self._table.lock:
            taken = self._table.holdings.bytes
            return self._quota.warning(taken[student], taken.total())

    def live_runs(self) -> int:
        """How many runs of all students are waiting or training just now."""
        with self._table.lock:
            return sum(run.status in MOVING for run in self._table.runs.values())

    def trained_lately(self, most: int = 20) -> list[RunView]:
        """The newest runs, of all students, that this server has trained a slice of; the newest first."""
        with self._table.lock:
            trained = (run for run in reversed(self._table.runs.values()) if run.slices)
            return [run.view() for run in islice(trained, most)]

    @staticmethod
    def _own(record: Run, ask: Callable[[], bytes | None]) -> bytes | None:
        """A model file, if it says that it is of this run's model: else what is asked of it does not fit."""
        blob = _file(ask)
        if blob is not None and not record.about.spec.has_been(config_from(read_info(blob)["model"])):
            raise NotOurFile("The model of this run is damaged on the server's disk: it is that of another one.")
        return blob

    def _read(self, record: Run) -> None:
        """Read the curve of a run from disk, once, and not under the lock; one that cannot be read is empty."""
        if record.curve is not None:
            return
        try:
            remains = read_remains(self.store, record)
        except OSError as error:  # the others must still be seen; it is tried again at every look
            words = not_read(error)
            if record.lost != words:  # said once
                log.warning("the curve of run %s cannot be read: %s", record.about.id, error)
                record.lost = words
            return
        with self._table.lock:
            if record.curve is None:
                record.curve, record.samples, record.lost = remains.curve, remains.samples, remains.lost
                if record.status == "interrupted":
                    record.progress = remains.progress
                    record.note = RESTARTED if remains.lost and not remains.progress.step else SERVER_RESTARTED


def _file(ask: Callable[[], bytes | None]) -> bytes | None:
    """A file of a run; NotOurFile with a sentence where it cannot be read, so that a page has one error to expect."""
    try:
        return ask()
    except OSError as error:
        raise NotOurFile(f"This file of the run cannot be read on the server ({error.strerror}).") from None
