"""An experiment, several runs that belong together: described as its plan says, and seen as one."""

import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tinygpt.engine.description import COLORS, Membership, RunDescription
from tinygpt.engine.records import ENDED, RunView
from tinygpt.experiments.plan import Plan, PlannedRun
from tinygpt.texts.cleaning import MAX_NAME, clean_name

A_MOMENT = 1e-6  # seconds between two runs: read from disk, they come back in the order of their plan


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """Nothing in it changes, so it can be handed to any thread."""

    id: str
    student: str
    kind: str  # of its plan: "ladder", "sweep", ...
    title: str
    created: float  # seconds since 1970
    runs: tuple[RunView, ...]  # in the order of the plan; those that were deleted are missing

    @property
    def steps(self) -> int:
        """Made so far, by all runs."""
        return sum(run.step for run in self.runs)

    @property
    def max_steps(self) -> int:
        """What that will come to: a run that ended before its time makes no more."""
        return sum(run.step if run.status in ENDED else run.max_steps for run in self.runs)

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self.steps / self.max_steps if self.max_steps else 1.0

    @property
    def status(self) -> str:
        """That of its liveliest run: "running", else "paused", else "interrupted", else "ended"."""
        if any(run.moving for run in self.runs):
            return "running"
        found = {run.status for run in self.runs}
        return next((status for status in ("paused", "interrupted") if status in found), "ended")

    @property
    def labels(self) -> tuple[str, ...]:
        """Of its variants, in the order of the plan."""
        return tuple(dict.fromkeys(run.label for run in self.runs))


def experiments_of(runs: Iterable[RunDescription], view: Callable[[str], RunView | None]) -> list[ExperimentView]:
    """The experiments that `runs` are parts of, in order; `view` shows a run, or None if it is gone."""
    found: dict[str, ExperimentView] = {}
    for about in runs:
        if (part := about.experiment) and (run := view(about.id)):
            begun = ExperimentView(part.id, about.student, part.kind, part.title, about.created, ())
            one = found.get(part.id, begun)
            found[part.id] = replace(one, runs=(*one.runs, run))
    return list(found.values())


def descriptions_of(plan: Plan, experiment: str, student: str) -> list[RunDescription]:
    """A description for each run of a plan; the runs of one label have one color.

    A run that stands there twice, for a seed that somebody typed twice, is made once.
    """
    now, labels = time.time(), list(dict.fromkeys(planned.label for planned in plan.runs))
    return [
        RunDescription(
            uuid.uuid4().hex, student, run_name(planned), planned.spec, now + i * A_MOMENT,
            labels.index(planned.label) % COLORS, Membership(experiment, plan.kind, plan.title, planned.label),
        )
        for i, planned in enumerate(dict.fromkeys(plan.runs))
    ]  # fmt: skip


def run_name(planned: PlannedRun) -> str:
    """What its run is called: "four heads · seed 1", with a label cut so short that the seed stays."""
    seed = f" · seed {planned.spec.train.seed}"
    return clean_name(planned.label)[: MAX_NAME - len(seed)].rstrip() + seed
