"""Commands to several runs that belong together. Each takes the lock once: no page ever sees half of it done.

Only what is interrupted has to be read from disk before, without the lock, as for a single run.
"""

import logging
import time
import uuid

from tinygpt.engine import commands
from tinygpt.engine.description import COLORS, Membership, RunDescription
from tinygpt.engine.dispatcher import Dispatcher
from tinygpt.engine.experiments import NoSuchExperiment
from tinygpt.engine.limits import check_plan
from tinygpt.engine.reading import Reader
from tinygpt.engine.records import Run
from tinygpt.engine.recovery import Remains, read_remains
from tinygpt.experiments.plan import Plan, PlannedRun
from tinygpt.texts.cleaning import MAX_NAME, clean_name

A_MOMENT = 1e-6  # seconds between two runs: read from disk, they come back in the order of their plan

log = logging.getLogger(__name__)


class Experimenter(Reader):
    """Begins experiments. An experiment that is gone raises NoSuchExperiment; a run that has ended is no error."""

    _dispatcher: Dispatcher

    def begin(self, plan: Plan, *, student: str) -> str:
        """Begin all runs of a plan, or none; the id of the experiment. The same plan twice is one.

        Raises ValueError, in words for a student, when it is too large or another one is on its way.
        """
        check_plan(plan)
        with self._table.lock:
            live = commands.on_their_way(self._table.runs.values(), student)
            if twin := next((run for run in live if run.about.experiment and self._is_of(run, plan)), None):
                return twin.about.group
            experiment = uuid.uuid4().hex
            commands.check_room(live, experiment)
            for about in descriptions_of(plan, experiment, student):
                commands.add(self._table, about)
        self._dispatcher.wake()
        return experiment

    def pause_all(self, experiment: str) -> None:
        """Give an experiment no more slices; those in flight still count."""
        with self._table.lock:
            for run in self._members(experiment):
                commands.pause(self._table, run)

    def resume_all(self, experiment: str) -> None:
        """Go on with all runs that are paused, or that the end of a server interrupted.

        Raises ValueError, in words for a student, when another experiment of hers is on its way.
        """
        read = self._read_interrupted(experiment)
        with self._table.lock:
            members = self._members(experiment)
            student = members[0].about.student
            if any(run.status == "interrupted" for run in members):
                commands.check_room(commands.on_their_way(self._table.runs.values(), student), experiment)
            self._take_up(members, read)
            for run in members:
                commands.resume(self._table, run)
        self._dispatcher.wake()

    def stop_all(self, experiment: str) -> None:
        """End an experiment before its time; the models it has reached are kept."""
        read = self._read_interrupted(experiment)
        with self._table.lock:
            members = self._members(experiment)
            self._take_up(members, read)
            for run in members:
                commands.stop(self._table, run)

    def delete_all(self, experiment: str) -> None:
        """Forget an experiment with all its runs, also while they are training."""
        with self._table.lock:
            for run in self._members(experiment):
                commands.delete(self._table, run)

    def _members(self, experiment: str) -> list[Run]:
        """The records of an experiment that has any. Under the lock."""
        members = self._records(experiment)
        if not members:
            raise NoSuchExperiment
        return members

    def _is_of(self, run: Run, plan: Plan) -> bool:
        """Whether the experiment of `run` is this very plan. Under the lock."""
        descriptions = [member.about for member in self._records(run.about.group)]
        begun = [PlannedRun(about.experiment.label, about.spec) for about in descriptions if about.experiment]
        part = descriptions[0].experiment
        return part is not None and (part.kind, part.title) == (plan.kind, plan.title) and begun == distinct(plan)

    def _read_interrupted(self, experiment: str) -> dict[str, tuple[Remains, list[int]]]:
        """What the disk holds of the interrupted runs, by id. Not under the lock: nobody waits for the disk."""
        with self._table.lock:
            interrupted = [run for run in self._members(experiment) if run.status == "interrupted"]
        read = {}
        for run in interrupted:
            try:
                read[run.about.id] = read_remains(self.store, run), self.store.snapshots(run.about.id)
            except OSError as error:  # it stays interrupted, and the others go on
                log.warning("run %s cannot be taken up again: %s", run.about.id, error)
        return read

    def _take_up(self, members: list[Run], read: dict[str, tuple[Remains, list[int]]]) -> None:
        for run in members:
            if run.about.id in read:
                commands.take_up(self._table, run, *read[run.about.id])


def descriptions_of(plan: Plan, experiment: str, student: str) -> list[RunDescription]:
    """A description for each run of a plan; the runs of one label have one color."""
    now, labels = time.time(), list(dict.fromkeys(planned.label for planned in plan.runs))
    return [
        RunDescription(
            uuid.uuid4().hex, student, run_name(planned), planned.spec, now + i * A_MOMENT,
            labels.index(planned.label) % COLORS, Membership(experiment, plan.kind, plan.title, planned.label),
        )
        for i, planned in enumerate(distinct(plan))
    ]  # fmt: skip


def distinct(plan: Plan) -> list[PlannedRun]:
    """The runs of a plan, each once: a seed that somebody typed twice would bring the same curve twice."""
    return list(dict.fromkeys(plan.runs))


def run_name(planned: PlannedRun) -> str:
    """What its run is called: "four heads · seed 1", with a label cut so short that the seed stays."""
    seed = f" · seed {planned.spec.train.seed}"
    return clean_name(planned.label)[: MAX_NAME - len(seed)].rstrip() + seed
