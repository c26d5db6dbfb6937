"""A plan: several runs that belong together, as data. Plan makers write one; the scheduler begins it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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


def repeat_plan(label: str, spec: RunSpec, seeds: Sequence[int]) -> Plan:
    """One run over and over: all that differs is the seed, so first weights, batches and dropout."""
    return Plan("seeds", f"{label}: {len(seeds)} seeds"[:LONGEST_TITLE], each_seed(label, spec, seeds))


def each_seed(label: str, spec: RunSpec, seeds: Sequence[int]) -> tuple[PlannedRun, ...]:
    """A variant with every seed. ValueError for none, and for one that comes twice: it would be the same run."""
    if not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"choose at least one seed, and each only once; got {', '.join(map(str, seeds)) or 'none'}")
    return tuple(PlannedRun(label, replace(spec, train=replace(spec.train, seed=seed))) for seed in seeds)


def race(variants: Sequence[tuple[str, RunSpec]], seeds: Sequence[int]) -> tuple[PlannedRun, ...]:
    """All variants with all seeds and the same batches; the first seed of each before the second of any.

    So a race that is stopped early has compared like with like.
    """
    rows = [each_seed(label, spec.with_settings({"same_batches": True}), seeds) for label, spec in variants]
    return tuple(run for column in zip(*rows, strict=True) for run in column)
