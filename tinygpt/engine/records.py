"""One run as the scheduler knows it, and as everybody else may see it."""

import uuid
from dataclasses import dataclass, field, replace

from tinygpt.engine.description import Origin, RunDescription
from tinygpt.engine.notes import not_answered, not_saved
from tinygpt.engine.samples import Sample, samples_of_slice, with_samples
from tinygpt.engine.slices import Slice, snapshot_steps
from tinygpt.engine.thinning import ThinnedCurve
from tinygpt.training.account import StepAccount
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Point

MOVING = frozenset({"waiting", "training"})  # more is to come without anybody asking
LIVE = MOVING | {"paused"}  # on its way; "interrupted" can become so again
ENDED = frozenset({"finished", "stopped", "diverged", "failed"})


Models = tuple[bytes | None, bytes | None]  # files: the last model of a run, and its best where that is another
NO_MODELS: Models = (None, None)


class NoSuchRun(ValueError):
    """Somebody asks about a run, or about an experiment without one, that another tab has deleted."""

    def __init__(self) -> None:
        super().__init__("This run does not exist any more.")


class NotYours(ValueError):
    """Somebody gives an order to the run of another student."""

    def __init__(self) -> None:
        super().__init__("This run is somebody else's: you can look at it, and only its owner can change it.")


@dataclass(frozen=True)
class RunProgress:
    """What the points and samples of a run add up to. A part of end.json."""

    step: int = 0
    points: int = 0  # how many were measured
    loss: float | None = None  # of the last step's batch
    val: float | None = None  # the last one measured
    best: tuple[int, float] | None = None  # step and val loss of the lowest look so far; older runs do not say
    final: tuple[float, float] | None = None  # train and val loss of a finished run, long estimates
    seconds: float = 0.0  # trained so far
    steps_per_second: float = 0.0  # of worker time
    sample: str = ""  # what the model wrote last ...
    sample_step: int = 0  # ... and after how many steps

    @property
    def better(self) -> tuple[int, float] | None:
        """The step of lowest val loss, and that loss, where the model of that step is kept beside the last one."""
        return self.best if self.best and self.best[0] != self.step else None

    def after(self, points: list[Point], max_steps: int) -> "RunProgress":
        """With new points counted in, whose seconds are those of the whole run."""
        loss, val, final, seconds = self.loss, self.val, self.final, self.seconds
        for point in points:
            if point.step == max_steps and point.val is not None:  # a long estimate, not the loss of a batch
                final = (point.loss, point.val)
            else:
                loss = point.loss
            val, seconds = val if point.val is None else point.val, point.seconds
        return replace(self, points=self.points + len(points), loss=loss, val=val, final=final, seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class RunView(RunProgress):
    """A run at one moment. Nothing in it changes, so it can be handed to any thread."""

    id: str
    student: str
    name: str
    spec: RunSpec
    slot: int  # its color, 0 to 9
    created: float  # seconds since 1970
    status: str  # waiting, training, paused, finished, stopped, diverged, failed or interrupted
    max_steps: int
    note: str  # why it ended, for people
    warning: str  # why it is not on disk, or does not go on, for people
    busy: bool  # whether a slice of it is at a worker just now: a pause or a stop waits for that
    stopping: bool = False  # a stop waits for it
    steps_wanted: int = 0  # single steps ordered while it is paused, that are still to come
    silent: int = 0  # seconds for which the worker that it waits for has not answered
    rhythm: float = 0.0  # seconds from one news of it to the next; 0 until there were two
    experiment: str = ""  # the id of the experiment it is a part of; "" for a single run
    origin: Origin | None = None  # the run that it was forked from, and at which step
    label: str = ""  # the variant in that experiment
    account: StepAccount | None = None  # of the last step, where it was ordered by hand

    @property
    def live(self) -> bool:
        """Whether it is on its way: waiting, training or paused. Single ones count towards a student's three."""
        return self.status in LIVE

    @property
    def pausing(self) -> bool:
        """Whether it will rest as soon as the slice that is at a worker has come back."""
        return self.status == "paused" and self.busy

    @property
    def moving(self) -> bool:
        """Whether more is to come without anybody asking: it waits for its turn, or trains."""
        return self.status in MOVING


@dataclass(frozen=True)
class Remains:
    """What the disk holds of a run: its curve, what it wrote, what that adds up to, its state, its snapshots."""

    curve: ThinnedCurve
    progress: RunProgress
    state: bytes | None
    snapshots: list[int]  # their steps
    samples: tuple[Sample, ...]
    lost: str = ""  # what of it is damaged or missing, for people


@dataclass(frozen=True)
class Begun:
    """How far a run has come at one moment: all that another one needs to begin there."""

    state: bytes
    progress: RunProgress
    points: tuple[Point, ...]
    samples: tuple[Sample, ...]


@dataclass(eq=False)
class Run:
    """The scheduler's own record of a run; only ever touched under the scheduler's lock."""

    about: RunDescription
    status: str = "waiting"
    note: str = ""
    size: int = 0  # bytes that it takes on disk, or may come to take while it is on its way
    lost: str = ""  # what the disk has lost of it, for people
    silent: float = 0.0  # seconds for which the worker that it waits for has not answered
    refused: Exception | None = None  # why it could not be saved the last time; None once it could
    progress: RunProgress = field(default_factory=RunProgress)
    curve: ThinnedCurve | None = None  # None: it is on disk, and nobody has looked yet
    samples: tuple[Sample, ...] = ()  # read with the curve
    account: StepAccount | None = None
    # What the next slice needs.
    state: bytes | None = None
    ticket: str = ""  # names that state, also to the worker that holds it; "" before the first slice
    text: tuple[str, str] | None = None  # its corpus, where workers cannot read that by themselves
    snapshots_due: tuple[int, ...] = ()
    steps_wanted: int = 0  # single steps ordered while it is paused
    # How it has gone.
    lined_up: bool = False  # waits for its turn
    in_flight: bool = False
    stopping: bool = False  # a stop was asked for while a slice was in flight
    deaths: int = 0  # workers that died in a row while training it
    slices: int = 0
    landed: float = 0.0  # when its last slice came back, on the monotonic clock; 0 before the first, and at a pause
    rhythm: float = 0.0  # seconds from one slice that came back to the next, a running mean
    overhead: float = 0.015  # seconds that a slice costs beyond its training, a running mean
    sample_seconds: float = 0.0
    sample_characters: int = 0  # that were written in them
    models: Models = NO_MODELS  # of a run that has ended, until they are on disk

    @property
    def ready(self) -> bool:
        """Whether a slice could be given to it now."""
        wants = self.status in MOVING or (self.status == "paused" and self.steps_wanted > 0)
        return wants and not self.in_flight and not self.stopping

    def begun(self) -> Begun | None:
        """How far it has come, where something can go on from that: not before its first slice, nor after its end."""
        if self.status not in LIVE or self.state is None or self.curve is None:
            return None
        return Begun(self.state, self.progress, self.curve.points(), self.samples)

    def view(self) -> RunView:
        """How it looks now."""
        about, part = self.about, self.about.experiment
        return RunView(
            id=about.id, student=about.student, name=about.name, spec=about.spec, slot=about.slot,
            created=about.created, status=self.status, max_steps=about.spec.train.max_steps,
            note=" ".join(filter(None, (self.note, self.lost))), warning=self._warning(),
            busy=self.in_flight or self.steps_wanted > 0, stopping=self.stopping, silent=int(self.silent),
            steps_wanted=self.steps_wanted, rhythm=self.rhythm,
            experiment=part.id if part else "", label=part.label if part else "", origin=about.origin,
            account=self.account,
            **vars(self.progress),
        )  # fmt: skip

    def _warning(self) -> str:
        """Why it is not on disk, or does not go on; "" where all is well."""
        if self.refused is not None:
            return not_saved(self.refused, ended=self.status in ENDED)
        if not self.silent:
            return ""
        order = "Stop" if self.stopping else "Pause" if self.status == "paused" else ""
        return not_answered(self.silent, self.progress.step, in_flight=self.in_flight, order=order)

    def beat(self, now: float) -> None:
        """A slice has come back just now."""
        if self.landed:
            since = now - self.landed
            self.rhythm = 0.7 * self.rhythm + 0.3 * since if self.rhythm else since
        self.landed = now if self.status in MOVING else 0.0  # a pause is no part of its rhythm

    def take_in(self, slice_: Slice) -> list[Point]:
        """Go on to the state that a slice has reached; its points, on the clock of the whole run."""
        before, new_steps = self.progress, slice_.step - self.progress.step
        points = [point._replace(seconds=round(before.seconds + point.seconds, 4)) for point in slice_.points]
        rate = before.steps_per_second
        by_itself = self.slices and slice_.account is None  # neither the first step nor one by hand says how fast it is
        if by_itself and new_steps > 0 and slice_.seconds > 0:
            latest = new_steps / slice_.seconds
            rate = 0.7 * rate + 0.3 * latest if rate else latest
        progress = replace(
            before.after(points, self.about.spec.train.max_steps),
            step=slice_.step, best=slice_.best, seconds=before.seconds + slice_.seconds, steps_per_second=rate,
        )  # fmt: skip
        if written := samples_of_slice(slice_):
            progress = replace(progress, sample=written[-1].text, sample_step=written[-1].step)
            self.samples = with_samples(self.samples, written)
        if self.curve is not None:
            self.curve.add(points)
        self.progress, self.state, self.ticket = progress, slice_.state, slice_.ticket
        self.snapshots_due = tuple(step for step in self.snapshots_due if step not in slice_.snapshots)
        self.account = slice_.account
        self.sample_seconds += slice_.sample_seconds
        self.sample_characters += len(slice_.sample)
        self.steps_wanted = max(0, self.steps_wanted - max(0, new_steps))
        self.slices, self.deaths = self.slices + 1, 0
        return points

    def take_up(self, remains: Remains) -> None:
        """An interrupted run becomes a paused one, which goes on from what the disk holds of it."""
        self.status, self.note, self.lost = "paused", "", remains.lost
        self.curve, self.progress, self.state = remains.curve, remains.progress, remains.state
        self.samples = remains.samples
        self.ticket = uuid.uuid4().hex if remains.state else ""
        due = snapshot_steps(self.about.spec)
        self.snapshots_due = tuple(step for step in due if step >= self.progress.step and step not in remains.snapshots)
