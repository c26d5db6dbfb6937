"""One run as the scheduler knows it, and as everybody else may see it."""

from dataclasses import dataclass, field
from typing import Any

from tinygpt.engine.description import RunDescription
from tinygpt.engine.slices import Slice
from tinygpt.engine.thinning import ThinnedCurve
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Point

MOVING = frozenset({"waiting", "training"})  # more is to come without anybody asking
LIVE = MOVING | {"paused"}  # on its way; "interrupted" can become so again
ENDED = frozenset({"finished", "stopped", "diverged", "failed"})


class NoSuchRun(ValueError):
    """Somebody asks about a run that is not there (any more): another tab has deleted it."""

    def __init__(self) -> None:
        super().__init__("This run does not exist any more.")


@dataclass(frozen=True, slots=True)
class RunView:
    """A run at one moment. Nothing in it changes, so it can be handed to any thread."""

    id: str
    student: str
    name: str
    spec: RunSpec
    slot: int  # its color, 0 to 9
    created: float  # seconds since 1970
    status: str  # waiting, training, paused, finished, stopped, diverged, failed or interrupted
    step: int
    max_steps: int
    points: int  # how many were measured
    loss: float | None  # of the last step's batch
    val: float | None  # the last one measured
    final: tuple[float, float] | None  # train and val loss of a finished run, long estimates
    seconds: float  # trained so far
    steps_per_second: float  # of worker time
    note: str  # why it ended, for people
    warning: str  # why it is not on disk, for people
    sample: str  # what the model wrote last ...
    sample_step: int  # ... and after how many steps
    busy: bool  # whether a slice of it is at a worker just now: a pause or a stop waits for that
    experiment: str = ""  # the id of the experiment it is a part of; "" for a single run
    label: str = ""  # the variant in that experiment

    @property
    def live(self) -> bool:
        """Whether it is on its way: waiting, training or paused. Single ones count towards a student's three."""
        return self.status in LIVE

    @property
    def moving(self) -> bool:
        """Whether more is to come without anybody asking: it waits for its turn, or trains."""
        return self.status in MOVING


@dataclass
class RunProgress:
    """What the points and samples of a run add up to. A part of end.json."""

    step: int = 0
    points: int = 0
    loss: float | None = None
    val: float | None = None
    final: tuple[float, float] | None = None
    seconds: float = 0.0
    steps_per_second: float = 0.0
    sample: str = ""
    sample_step: int = 0

    def add(self, points: list[Point], max_steps: int) -> None:
        """Count new points in, whose seconds are those of the whole run."""
        for point in points:
            if point.step == max_steps and point.val is not None:  # a long estimate, not the loss of a batch
                self.final = (point.loss, point.val)
            else:
                self.loss = point.loss
            self.val = self.val if point.val is None else point.val
            self.seconds = point.seconds
        self.points += len(points)


@dataclass(eq=False)
class Run:
    """The scheduler's own record of a run; only ever touched under the scheduler's lock."""

    about: RunDescription
    status: str = "waiting"
    note: str = ""
    refused: str = ""  # why the disk did not take it the last time; "" once it has
    progress: RunProgress = field(default_factory=RunProgress)
    curve: ThinnedCurve | None = None  # None: it is on disk, and nobody has looked yet
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
    overhead: float = 0.015  # seconds that a slice costs beyond its training, a running mean
    sample_seconds: float = 0.0
    val_is_news: bool = False  # a val loss was measured after the last sample
    model: bytes | None = None  # of a run that has ended, until it is on disk

    @property
    def ready(self) -> bool:
        """Whether a slice could be given to it now."""
        wants = self.status in MOVING or (self.status == "paused" and self.steps_wanted > 0)
        return wants and not self.in_flight and not self.stopping

    def view(self) -> RunView:
        """How it looks now."""
        about, progress = self.about, self.progress
        return RunView(
            about.id, about.student, about.name, about.spec, about.slot, about.created, self.status,
            max_steps=about.spec.train.max_steps, note=self.note, warning=self._warning(),
            busy=self.in_flight or self.steps_wanted > 0,
            experiment=about.experiment.id if about.experiment else "",
            label=about.experiment.label if about.experiment else "",
            **vars(progress),
        )  # fmt: skip

    def _warning(self) -> str:
        """What its owner is told while the disk does not take it."""
        if not self.refused:
            return ""
        if self.status in ENDED:
            return (
                f"This run has ended and cannot be saved ({self.refused}). The server keeps it in memory: "
                "free some space there, and it is saved by itself."
            )
        return f"This run cannot be saved ({self.refused}). It goes on, but free some space on the server."

    def take_in(self, slice_: Slice) -> list[Point]:
        """Go on to the state that a slice has reached; its points, on the clock of the whole run."""
        progress, new_steps = self.progress, slice_.step - self.progress.step
        before = progress.seconds
        points = [point._replace(seconds=round(before + point.seconds, 4)) for point in slice_.points]
        progress.add(points, self.about.spec.train.max_steps)
        progress.seconds = before + slice_.seconds
        progress.step = slice_.step
        if new_steps > 0 and slice_.seconds > 0:
            rate = new_steps / slice_.seconds
            progress.steps_per_second = rate if self.slices == 0 else 0.7 * progress.steps_per_second + 0.3 * rate
        if slice_.sample:
            progress.sample, progress.sample_step, self.val_is_news = slice_.sample, slice_.step, False
        self.val_is_news |= any(point.val is not None for point in points)
        if self.curve is not None:
            self.curve.add(points)
        self.state, self.ticket = slice_.state, slice_.ticket
        self.snapshots_due = tuple(step for step in self.snapshots_due if step not in slice_.snapshots)
        self.sample_seconds += slice_.sample_seconds
        self.steps_wanted = max(0, self.steps_wanted - max(0, new_steps))
        self.slices, self.deaths = self.slices + 1, 0
        return points

    def ending(self) -> dict[str, Any]:
        """What end.json says."""
        return {"status": self.status, "note": self.note, **vars(self.progress)}
