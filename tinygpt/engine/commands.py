"""What a command does to the record of a run. Everything here is called under the lock of the desk.

A command that comes too late, for a run that has ended meanwhile, does nothing.
"""

from collections.abc import Iterable

from tinygpt.engine.card import Card
from tinygpt.engine.desk import Desk
from tinygpt.engine.limits import MAX_LIVE
from tinygpt.engine.records import LIVE, MOVING, Run
from tinygpt.engine.recovery import Remains, revive
from tinygpt.engine.snapshots import snapshot_steps
from tinygpt.engine.thinning import Curve


def begin(desk: Desk, card: Card) -> None:
    """A new run, which waits for its first turn."""
    run = Run(card, curve=Curve(), snapshots_due=snapshot_steps(card.spec.train.max_steps))
    desk.runs[card.id] = run
    desk.scribe.card(card)
    desk.line_up(run)


def pause(desk: Desk, run: Run) -> None:
    """No more slices; the one in flight still counts."""
    if run.status in MOVING:
        run.status, run.steps_wanted = "paused", 0
        desk.step_back(run)


def resume(desk: Desk, run: Run) -> None:
    """A paused run goes on."""
    if run.status == "paused":
        run.status, run.steps_wanted = "training" if run.ticket else "waiting", 0
        desk.line_up(run)


def stop(desk: Desk, run: Run) -> None:
    """The end, now or when the slice in flight has landed."""
    if run.status in LIVE and run.in_flight:
        run.stopping = True
    elif run.status in LIVE:
        desk.stop(run)


def delete(desk: Desk, run: Run) -> None:
    """Forget it and all it left, also while it is training."""
    desk.step_back(run)
    del desk.runs[run.card.id]
    desk.scribe.delete(run.card.id)


def take_up(desk: Desk, run: Run, remains: Remains, kept: list[int]) -> None:
    """An interrupted run becomes a paused one; `remains` and `kept` were read from disk without the lock."""
    if run.status == "interrupted":
        revive(run, remains, kept)
        run.status = "paused"
        desk.scribe.rewind(run.card.id, run.progress.step)


def on_their_way(runs: Iterable[Run], student: str) -> list[Run]:
    """What `student` has on its way and has not stopped."""
    return [run for run in runs if run.card.student == student and run.status in LIVE and not run.stopping]


def check_room(live: Iterable[Run], experiment: str = "") -> None:
    """Raise ValueError, in words for a student, when one more single run, or a run of `experiment`, is too much.

    `live` is what she has on its way. Her experiment and her single runs do not count against each other.
    """
    if not experiment:
        single = [run for run in live if run.card.experiment is None]
        if len(single) >= MAX_LIVE:
            raise ValueError(
                f"You have {len(single)} runs on their way. Stop one of them, or wait until it has finished."
            )
        return
    others = (run.card.experiment for run in live if run.card.experiment)
    if other := next((other for other in others if other.id != experiment), None):
        raise ValueError(
            f"Your experiment “{other.title}” is still on its way, and there is room for one. "
            "Stop it, or wait until it has finished."
        )
