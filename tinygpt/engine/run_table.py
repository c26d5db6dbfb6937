"""The records of all runs: which slice comes next, and what came of the last one.

Everything here is guarded by one lock. It is held for a moment only: nothing under it trains, reads, writes or waits.
"""

import logging
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial

from tinygpt.checkpoint.run_state import loads
from tinygpt.corpus import load_corpus
from tinygpt.engine.description import Origin, RunDescription
from tinygpt.engine.disk_writer import DiskWriter
from tinygpt.engine.holdings import Holdings
from tinygpt.engine.limits import MAX_DEATHS, MAX_SECONDS
from tinygpt.engine.notes import DEADLY, NO_MEMORY, STOPPED, TIME_LIMIT, folder_gone
from tinygpt.engine.pacing import FIRST, sample_length, slice_seconds
from tinygpt.engine.pool import Lane
from tinygpt.engine.quota import expected_bytes
from tinygpt.engine.records import ENDED, LIVE, MOVING, NO_MODELS, Begun, Models, NoSuchRun, NotYours, Run
from tinygpt.engine.runs import RunStore
from tinygpt.engine.samples import samples_of_slice
from tinygpt.engine.slices import SAMPLE_LENGTH, Slice, SliceJob, best_model_of, model_of, snapshot_steps
from tinygpt.engine.thinning import ThinnedCurve
from tinygpt.engine.turns import Turns
from tinygpt.training.state import Point

log = logging.getLogger(__name__)


class RunTable:
    """Hands out jobs, takes in what came of them, and keeps the record of every run up to date."""

    def __init__(self, store: RunStore) -> None:
        self.lock = threading.RLock()
        self.runs: dict[str, Run] = {}  # by id, oldest first
        self.holdings = Holdings()
        self._out: dict[str, Run] = {}  # those with a slice in flight, also when they are deleted meanwhile
        self.turns = Turns()
        self._silent = False  # whether a worker did not answer at the last look
        self.store = store
        self.disk = DiskWriter(store, self._refused, self._known)

    def record(self, run: str, student: str | None = None) -> Run:
        """The record of a run; NoSuchRun if it is gone, NotYours if a `student` is named who does not own it.

        Only under the lock do two looks at it fit together.
        """
        record = self.runs.get(run)
        if record is None:
            raise NoSuchRun
        if student not in (None, record.about.student):
            raise NotYours
        return record

    def members(self, name: str, student: str | None = None) -> list[Run]:
        """The record of a run, or those of an experiment in the order of its plan; NoSuchRun if there is none.

        Only those of `student`, if one is named; NotYours if none of them is.
        """
        members = [run for run in self.runs.values() if name in (run.about.id, run.about.group)]
        if not members:
            raise NoSuchRun
        mine = [run for run in members if student in (None, run.about.student)]
        if not mine:
            raise NotYours
        return mine

    def on_their_way(self, student: str) -> list[RunDescription]:
        """What `student` has on its way and has not stopped."""
        mine = [run for run in self.runs.values() if run.about.student == student]
        return [run.about for run in mine if run.status in LIVE and not run.stopping]

    def all_on_their_way(self) -> list[RunDescription]:
        """What everybody has on the way: it stays in memory, also while it is paused."""
        return [run.about for run in self.runs.values() if run.status in LIVE]

    def put(self, run: Run) -> None:
        """A run that another server has left."""
        self.runs[run.about.id] = run
        size = self.store.size(run.about.id) if run.status in ENDED else expected_bytes(run.about.spec)
        self.holdings.weigh(run, size)

    def remove(self, run: Run) -> "Future[OSError | None]":
        """Forget a run and all it left; what the disk says. Its slice in flight comes to nothing."""
        self.step_back(run)
        del self.runs[run.about.id]
        self.holdings.weigh(run, 0)
        return self.disk.delete(run.about.id)

    def add(self, about: RunDescription) -> None:
        """A new run, which waits for its first turn."""
        run = Run(about, curve=ThinnedCurve(), snapshots_due=snapshot_steps(about.spec))
        self.runs[about.id] = run
        self.holdings.weigh(run, expected_bytes(about.spec))
        self.disk.describe(about)
        self.line_up(run)

    def fork(self, about: RunDescription, origin: Origin, begun: Begun, state: bytes) -> None:
        """A run that begins where another one was, and waits for its turn; `state` is the one to go on from."""
        kept = ThinnedCurve()
        kept.add(begun.points)
        due = tuple(step for step in snapshot_steps(about.spec) if step >= begun.progress.step)
        run = Run(
            about, curve=kept, progress=begun.progress, samples=begun.samples, state=state, ticket=uuid.uuid4().hex,
            snapshots_due=due,
        )  # fmt: skip
        self.runs[about.id] = run
        self.holdings.weigh(run, expected_bytes(about.spec))
        self.disk.fork(about, origin, state)
        self.line_up(run)

    def pause(self, run: Run) -> None:
        """No more slices; the one in flight still counts."""
        if run.status in MOVING:
            run.status, run.steps_wanted, run.landed = "paused", 0, 0.0
            self.step_back(run)

    def line_up(self, run: Run, *, urgent: bool = False) -> None:
        """Let a run wait for its turn, if it wants a slice and does not wait already."""
        if run.ready and not run.lined_up:
            self.turns.add(run.about.student, run.about.id, group=run.about.group, urgent=urgent)
            run.lined_up = True

    def step_back(self, run: Run) -> None:
        """Take a run out of the line."""
        self.turns.drop(run.about.student, run.about.id, group=run.about.group)
        run.lined_up = False

    def next_job(self, free: Sequence[Lane], lanes: int) -> tuple[Lane, SliceJob] | None:
        """The run whose turn it is, and the lane for it: the one that holds its state, if that is free."""
        with self.lock:
            name = self.turns.take()
            if name is None:
                return None
            run = self.runs[name]
            lane = next((lane for lane in free if lane.holds(name, run.ticket)), free[0])
            job = self._job(run, lanes, held=lane.holds(name, run.ticket))
            run.lined_up, run.in_flight, self._out[name] = False, True, run
            self.turns.charge(run.about.student, run.about.group, job.seconds)
            return lane, job

    def _job(self, run: Run, lanes: int, *, held: bool) -> SliceJob:
        by_hand = run.status == "paused"  # somebody looks at each step
        sample = SAMPLE_LENGTH if by_hand else 0
        first, seconds = run.slices == 0, FIRST
        if run.slices > 1 and not run.deaths:
            crowd = self.turns.others(run.about.student)
            seconds = slice_seconds(run.overhead, waiting=len(self.turns), lanes=lanes, crowd=crowd)
            sample = sample or sample_length(
                spent=run.sample_seconds, written=run.sample_characters, trained=run.progress.seconds
            )
        untrained = not run.samples and (by_hand or not first)  # the first point waits for no writing
        return SliceJob(
            run.about.id, run.about.spec, seconds, steps=run.steps_wanted if by_hand else 1 if first else None,
            state=None if held else run.state, ticket=run.ticket, snapshots=run.snapshots_due, sample=sample,
            untrained=untrained, account=by_hand, folder=self.store.corpora, text=run.text,
        )  # fmt: skip

    def landed(self, job: SliceJob, slice_: Slice, turnaround: float) -> None:
        """A slice came back, `turnaround` seconds after its job had gone out: its run goes on, or ends."""
        text = None
        if slice_.needs == "corpus":  # it is sent to a worker that cannot read it; we read it before we take the lock
            corpus = load_corpus(job.spec.corpus, folder=self.store.corpora)
            text = corpus.text, corpus.tokenizer.chars
        with self.lock:
            run = self._back(job, spent=slice_.seconds + slice_.sample_seconds)
            if run is None:
                return  # deleted meanwhile
            if slice_.needs:
                run.text = text or run.text
                self._again(run)
                return
            if run.slices > 1 and not run.deaths:  # a text is read at first, and more: that is not the rule
                cost = turnaround - slice_.seconds - slice_.sample_seconds
                run.overhead += 0.3 * (cost - run.overhead)
            run.beat(time.monotonic())
            points = run.take_in(slice_)
            state = None if slice_.ended else slice_.state  # nothing goes on from an end
            self.disk.slice(run.about.id, points, state, slice_.snapshots, samples_of_slice(slice_))
            if slice_.ended:
                run.models = slice_.model, slice_.best_model
                self.end(run, slice_.ended, slice_.note)
            elif run.stopping:
                self.stop(run)
            elif run.progress.seconds >= MAX_SECONDS:
                self.end(run, "finished", TIME_LIMIT)
            else:
                run.status = "training" if run.status == "waiting" else run.status
                self.line_up(run)

    def hear(self, silences: dict[str, float], *, everybody: bool) -> None:
        """For how many seconds the workers of these runs have not answered; `everybody`: nor does any other worker."""
        with self.lock:
            if silences or self._silent:
                waiting = min(silences.values()) if everybody and silences else 0.0
                for run in self.runs.values():
                    run.silent = silences.get(run.about.id, waiting if run.lined_up else 0.0)
            self._silent = bool(silences)

    def lost(self, job: SliceJob) -> None:
        """The worker died in mid-slice: the run goes on from its last state, before everybody else."""
        with self.lock:
            if run := self._back(job, spent=0.0):
                run.deaths += 1
                if run.deaths >= MAX_DEATHS:
                    self.end(run, "failed", DEADLY)
                else:
                    self._again(run)

    def failed(self, job: SliceJob, error: BaseException) -> None:
        """The slice itself raised an error: this run ends, the others notice nothing."""
        log.error("run %s failed", job.run, exc_info=error)
        if isinstance(error, ValueError):
            note = str(error)  # ours are sentences already
        elif isinstance(error, MemoryError) or "allocate memory" in str(error):
            note = NO_MEMORY
        else:
            note = f"This run ended with an error ({type(error).__name__}). The log of the server says more."
        with self.lock:
            if run := self._back(job, spent=0.0):
                self.end(run, "failed", note)

    def _back(self, job: SliceJob, *, spent: float) -> Run | None:
        """The run whose slice is over, with its worker time booked; None if it was deleted."""
        if run := self._out.pop(job.run, None):
            run.in_flight, run.silent = False, 0.0
            self.turns.charge(run.about.student, run.about.group, spent - job.seconds)
        return self.runs.get(job.run)

    def _again(self, run: Run) -> None:
        if run.stopping:
            self.stop(run)
        else:
            self.line_up(run, urgent=True)

    def stop(self, run: Run) -> None:
        """End a run that has no slice in flight where it is."""
        self.end(run, "stopped", STOPPED)

    def end(self, run: Run, status: str, note: str) -> None:
        """The run is over; its state stays in memory until its models are on disk."""

        def saved() -> None:
            size = self.store.size(run.about.id)
            with self.lock:
                run.state, run.models, run.text = None, NO_MODELS, None
                if run.about.id in self.runs:
                    self.holdings.weigh(run, size)
                    self.holdings.keep_curve(run, self.runs)

        self.step_back(run)
        run.status, run.note, run.stopping, run.steps_wanted = status, note, False, 0
        facts = {"status": status, "note": note, **vars(run.progress)}
        self.disk.end(run.about.id, facts, partial(trained_models, run.models, run.state), saved)

    def _refused(self, name: str, error: Exception | None) -> None:
        with self.lock:
            if run := self.runs.get(name):
                run.refused = error

    def _known(self, name: str) -> tuple[RunDescription, tuple[Point, ...]] | None:
        """What is known here of a run whose folder somebody has removed; None if it is gone here, too."""
        with self.lock:
            if not (run := self.runs.get(name)):
                return None
            curve = run.curve.points() if run.curve else ()
            if len(curve) < run.progress.points:
                run.lost = folder_gone(len(curve), run.progress.points)
            return run.about, curve


def trained_models(models: Models, state: bytes | None) -> Models:
    """A run's models as files: made from the bytes of its state if no worker made them; none without a first slice."""
    if models[0] is not None or state is None:
        return models
    reached = loads(state)
    return model_of(reached), best_model_of(reached)
