"""The runs of the last server: what is on disk becomes records again, and an interrupted run can go on.

A run goes on from its saved state, so the points from that state's step on are forgotten and made again: none is lost,
none is there twice. Reading points takes time, so it is done when somebody looks at a run, not when the server starts.
"""

import logging
from dataclasses import dataclass, fields
from typing import Any

from tinygpt.checkpoint.header import NotOurFile, read_header
from tinygpt.engine.checked_json import is_count, is_number, is_text
from tinygpt.engine.description import RunDescription
from tinygpt.engine.records import ENDED, Run, RunProgress
from tinygpt.engine.runs import RunStore
from tinygpt.engine.thinning import ThinnedCurve

SERVER_RESTARTED = "The server was restarted. This run can go on from where it was saved."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Remains:
    """What the disk holds of a run: its curve, what that adds up to, the state it ends in, the snapshots on the way."""

    curve: ThinnedCurve
    progress: RunProgress
    state: bytes | None
    snapshots: list[int]  # their steps


def recovered(store: RunStore, about: RunDescription) -> Run:
    """The record of a run on disk, whose curve is not read yet. One whose ending is nonsense was interrupted."""
    try:
        ending = store.ending(about.id)
    except OSError as error:
        log.warning("how run %s ended cannot be read: %s", about.id, error)
        ending = None
    if ending is None or not is_ending(ending):
        return Run(about, status="interrupted", note=SERVER_RESTARTED)
    progress = RunProgress(**{field.name: ending[field.name] for field in fields(RunProgress) if field.name in ending})
    progress.final = (progress.final[0], progress.final[1]) if progress.final else None
    return Run(about, status=ending["status"], note=ending.get("note", ""), progress=progress)


def is_ending(facts: dict[str, Any]) -> bool:
    """Whether every value of an end.json is what it should be; one that is missing has its default."""
    loss, val, final = (facts.get(name) for name in ("loss", "val", "final"))
    return (
        is_text(facts.get("status")) and facts["status"] in ENDED
        and all(is_text(facts.get(name, "")) for name in ("note", "sample"))
        and all(is_count(facts.get(name, 0)) for name in ("step", "points", "sample_step"))
        and all(is_number(facts.get(name, 0)) for name in ("seconds", "steps_per_second"))
        and all(value is None or is_number(value) for value in (loss, val))
        and (final is None or (isinstance(final, list) and len(final) == 2 and all(map(is_number, final))))
    )  # fmt: skip


def read_remains(store: RunStore, run: Run) -> Remains:
    """Read a run's points; those of an interrupted one up to its saved state. Touches nothing."""
    if run.status != "interrupted":
        points, state = store.points(run.about.id), None
    else:
        state = store.state(run.about.id)
        step = saved_step(state)
        state = state if step else None
        points = store.points(run.about.id, before=step)
    curve, progress = ThinnedCurve(), RunProgress()
    curve.add(points)
    progress.add(points, run.about.spec.train.max_steps)
    progress.step = saved_step(state)
    return Remains(curve, progress, state, store.snapshots(run.about.id))


def saved_step(state: bytes | None) -> int:
    """The step a saved state was made at; 0 for one that is missing or damaged: such a run starts over."""
    try:
        return int(read_header(state)[1]["step"]) if state else 0
    except (NotOurFile, KeyError, TypeError, ValueError, OverflowError):
        return 0
