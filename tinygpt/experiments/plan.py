"""A plan: several runs that belong together, as data. Plan makers write one; the scheduler begins it."""

from dataclasses import dataclass

from tinygpt.training.spec import RunSpec

LONGEST_TITLE = 60  # characters


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a plan. Runs with the same label differ in their seed alone."""

    label: str  # names the variant: "four heads"
    spec: RunSpec  # holds the seed


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment before it begins."""

    kind: str  # "seeds" | "ladder" | "scale" | "sweep" | "break" | "language"
    title: str  # "The ladder race"
    runs: tuple[PlannedRun, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.title) <= LONGEST_TITLE:
            raise ValueError(f"the title of an experiment has 1 to {LONGEST_TITLE} characters, got {len(self.title)}")
        if not self.runs:
            raise ValueError("an experiment needs at least one run: choose a setting or a seed more")
