"""The runs of the last server: what is on disk becomes records again, and an interrupted run can go on.

A run goes on from its saved state, so the points from that state's step on are forgotten and made again: none is lost,
none is there twice. Nothing on disk is believed before it has been checked, and what is lost is told to its owner.
Reading points takes time, so it is done when somebody looks at a run, not when the server starts.
"""

import logging
from dataclasses import replace
from typing import Any

from tinygpt.checkpoint.header import NotOurFile
from tinygpt.checkpoint.run_state import loads
from tinygpt.engine.description import RunDescription
from tinygpt.engine.notes import END_LOST, SERVER_RESTARTED, begins_again, points_missing
from tinygpt.engine.records import ENDED, Remains, Run, RunProgress
from tinygpt.engine.runs import RunStore
from tinygpt.engine.samples import Sample
from tinygpt.engine.thinning import ThinnedCurve
from tinygpt.files import checked, has_type
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import LARGEST, LONGEST_RUN, Point, TrainState

MOST_LETTERS = 2_000  # of a note or a sample that is read back

log = logging.getLogger(__name__)


def recovered(store: RunStore, about: RunDescription) -> Run:
    """The record of a run on disk, whose curve is not read yet. One whose ending is nonsense was interrupted."""
    try:
        ending = store.ending(about.id) or {}
        status, note = ending.get("status"), ending.get("note", "")
        if has_type(status, str) and status in ENDED and has_type(note, str):
            return Run(about, status=status, note=note[:MOST_LETTERS], progress=_progress(ending, about.spec))
    except (OSError, ValueError) as error:
        log.warning("how run %s ended cannot be read: %s", about.id, error)
    if store.has_ended(about.id):
        points = _points(store, about)
        progress = _progress_along(points, about.spec)
        return Run(about, status="finished" if progress.final else "stopped", note=END_LOST, progress=progress)
    return Run(about, status="interrupted", note=SERVER_RESTARTED)


def read_remains(store: RunStore, run: Run) -> Remains:
    """Read a run's points; those of an interrupted one up to its saved state. Touches nothing."""
    about, interrupted = run.about, run.status == "interrupted"
    state, points = _state(store, about) if interrupted else None, _points(store, about)
    progress, lost = run.progress, ""
    if interrupted:
        found = saved_state(state, about.spec)
        step = found.step if found else 0
        if not step and (state is not None or points):
            lost = begins_again(points[-1].step if points else None, damaged=state is not None)
        points = [point for point in points if point.step < step]
        progress = replace(_progress_along(points, about.spec), step=step, best=found.lowest if found else None)
    if not lost and len(points) < (due := progress.step if interrupted else progress.points):
        lost = points_missing(len(points), due)
    curve = ThinnedCurve()
    curve.add(points)
    samples = _samples(store, about, most=progress.step if interrupted else about.spec.train.max_steps)
    if samples and interrupted:
        progress = replace(progress, sample=samples[-1].text, sample_step=samples[-1].step)
    state = state if progress.step else None
    return Remains(curve, progress, state, store.snapshots(about.id), samples, lost)


def saved_state(state: bytes | None, spec: RunSpec | None = None) -> TrainState | None:
    """A saved state that can go on; None for one that is missing, damaged or not of `spec`: its run starts over."""
    try:
        found = loads(state) if state is not None else None
    except NotOurFile as error:
        log.warning("a saved state cannot be used: %s", error)
        return None
    return found if found and not found.ended and spec in (None, found.spec) else None


def saved_step(state: bytes | None) -> int:
    """The step a saved state was made at; 0 for one that is missing or damaged."""
    found = saved_state(state)
    return found.step if found else 0


def _state(store: RunStore, about: RunDescription) -> bytes | None:
    """The saved state as it is on disk; none without a byte is as damaged as one that nobody should even read."""
    try:
        return store.state(about.id)
    except NotOurFile as error:
        log.warning("the saved state of run %s cannot be used: %s", about.id, error)
        return b""


def _points(store: RunStore, about: RunDescription) -> list[Point]:
    """The points of a run on disk that it can have."""
    try:
        return store.points(about.id, before=about.spec.train.max_steps + 1)
    except NotOurFile as error:
        log.warning("the curve of run %s cannot be used: %s", about.id, error)
        return []


def _samples(store: RunStore, about: RunDescription, *, most: int) -> tuple[Sample, ...]:
    """What the model wrote on its way, up to a step; none where that cannot be read: nothing hangs on it."""
    try:
        return store.samples(about.id, most=most)
    except (OSError, NotOurFile) as error:
        log.warning("the samples of run %s cannot be used: %s", about.id, error)
        return ()


def _progress_along(points: list[Point], spec: RunSpec) -> RunProgress:
    """What points add up to."""
    progress = RunProgress().after(points, spec.train.max_steps)
    return replace(progress, step=points[-1].step if points else 0)


def _progress(facts: dict[str, Any], spec: RunSpec) -> RunProgress:
    """What end.json says a run has come to; ValueError for numbers that this run cannot have."""
    progress: RunProgress = checked(RunProgress, facts)
    for name, value in vars(progress).items():
        most = LONGEST_RUN if name == "seconds" else LARGEST
        for each in value if isinstance(value, tuple) else (value,):
            fits = (
                len(each) <= MOST_LETTERS
                if isinstance(each, str)
                else each is None or (each <= spec.train.max_steps + 1 if isinstance(each, int) else -1 <= each <= most)
            )
            if not fits:
                raise ValueError(f"{name} is not what it can be")
    return progress
