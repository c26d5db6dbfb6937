"""What a command does to the record of a run. Everything here is called under the lock of the run table.

A command that comes too late, for a run that has ended meanwhile, does nothing.
"""

import uuid
from collections.abc import Iterable

from tinygpt.engine.description import RunDescription
from tinygpt.engine.limits import MAX_LIVE
from tinygpt.engine.records import LIVE, MOVING, Run
from tinygpt.engine.recovery import Remains
from tinygpt.engine.run_table import RunTable
from tinygpt.engine.snapshots import snapshot_steps
from tinygpt.engine.thinning import ThinnedCurve


def add(table: RunTable, about: RunDescription) -> None:
    """A new run, which waits for its first turn."""
    run = Run(about, curve=ThinnedCurve(), snapshots_due=snapshot_steps(about.spec.train.max_steps))
    table.runs[about.id] = run
    table.disk.describe(about)
    table.line_up(run)


def pause(table: RunTable, run: Run) -> None:
    """No more slices; the one in flight still counts."""
    if run.status in MOVING:
        run.status, run.steps_wanted = "paused", 0
        table.step_back(run)


def resume(table: RunTable, run: Run) -> None:
    """A paused run goes on."""
    if run.status == "paused":
        run.status, run.steps_wanted = "training" if run.ticket else "waiting", 0
        table.line_up(run)


def step(table: RunTable, run: Run, steps: int) -> None:
    """So many steps, then a pause; a run that is on the move is paused first."""
    pause(table, run)
    if run.status == "paused":
        run.steps_wanted += steps
        table.line_up(run)


def stop(table: RunTable, run: Run) -> None:
    """The end, now or when the slice in flight has landed."""
    if run.status in LIVE and run.in_flight:
        run.stopping = True
    elif run.status in LIVE:
        table.stop(run)


def delete(table: RunTable, run: Run) -> None:
    """Forget it and all it left, also while it is training."""
    table.step_back(run)
    del table.runs[run.about.id]
    table.disk.delete(run.about.id)


def resume_interrupted(table: RunTable, run: Run, remains: Remains) -> None:
    """An interrupted run becomes a paused one; its `remains` were read from disk without the lock."""
    if run.status != "interrupted":
        return
    run.status, run.note = "paused", ""
    run.curve, run.progress, run.state = remains.curve, remains.progress, remains.state
    run.ticket = uuid.uuid4().hex if remains.state else ""
    due = snapshot_steps(run.about.spec.train.max_steps)
    run.snapshots_due = tuple(step for step in due if step >= run.progress.step and step not in remains.snapshots)
    table.disk.rewind(run.about.id, run.progress.step)


def on_their_way(runs: Iterable[Run], student: str) -> list[Run]:
    """What `student` has on its way and has not stopped."""
    return [run for run in runs if run.about.student == student and run.status in LIVE and not run.stopping]


def check_room(live: Iterable[Run], experiment: str = "") -> None:
    """Raise ValueError, in words for a student, when one more single run, or a run of `experiment`, is too much.

    `live` is what she has on its way. Her experiment and her single runs do not count against each other.
    """
    if not experiment:
        single = [run for run in live if run.about.experiment is None]
        if len(single) >= MAX_LIVE:
            raise ValueError(
                f"You have {len(single)} runs on their way. Stop one of them, or wait until it has finished."
            )
        return
    others = (run.about.experiment for run in live if run.about.experiment)
    if other := next((other for other in others if other.id != experiment), None):
        raise ValueError(
            f"Your experiment “{other.title}” is still on its way, and there is room for one. "
            "Stop it, or wait until it has finished."
        )
