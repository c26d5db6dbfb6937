"""The runs of the last server: what is on disk becomes records again, and an interrupted run can go on.

A run goes on from its saved state, so the points from that state's step on are forgotten and made again: none is lost,
none is there twice. Reading points takes time, so it is done when somebody looks at a run, not when the server starts.
"""

import logging
import math
from dataclasses import replace

from tinygpt.checkpoint.header import read_header
from tinygpt.engine.checked_json import checked, has_type
from tinygpt.engine.description import RunDescription
from tinygpt.engine.records import ENDED, Remains, Run, RunProgress
from tinygpt.engine.runs import RunStore
from tinygpt.engine.thinning import ThinnedCurve

SERVER_RESTARTED = "The server was restarted. This run can go on from where it was saved."

log = logging.getLogger(__name__)


def recovered(store: RunStore, about: RunDescription) -> Run:
    """The record of a run on disk, whose curve is not read yet. One whose ending is nonsense was interrupted."""
    try:
        ending = store.ending(about.id) or {}
        status, note = ending.get("status"), ending.get("note", "")
        if has_type(status, str) and status in ENDED and has_type(note, str):
            return Run(about, status=status, note=note, progress=checked(RunProgress, ending))
    except (OSError, ValueError) as error:
        log.warning("how run %s ended cannot be read: %s", about.id, error)
    return Run(about, status="interrupted", note=SERVER_RESTARTED)


def read_remains(store: RunStore, run: Run) -> Remains:
    """Read a run's points; those of an interrupted one up to its saved state. Touches nothing."""
    state = store.state(run.about.id) if run.status == "interrupted" else None
    step = saved_step(state)
    points = store.points(run.about.id, before=step if run.status == "interrupted" else None)
    curve = ThinnedCurve()
    curve.add(points)
    samples = store.samples(run.about.id, most=step if run.status == "interrupted" else math.inf)
    progress = replace(RunProgress().after(points, run.about.spec.train.max_steps), step=step)
    if samples:
        progress = replace(progress, sample=samples[-1].text, sample_step=samples[-1].step)
    return Remains(curve, progress, state if step else None, store.snapshots(run.about.id), samples)


def saved_step(state: bytes | None) -> int:
    """The step a saved state was made at; 0 for one that is missing or damaged: such a run starts over."""
    try:
        return int(read_header(state)[1]["step"]) if state else 0
    except (KeyError, TypeError, ValueError, OverflowError):
        return 0
