"""Repeat a run: one seed proves little."""

from collections.abc import Sequence
from dataclasses import replace

from tinygpt.experiments.plan import LONGEST_TITLE, Plan, PlannedRun
from tinygpt.training.spec import RunSpec


def default_seeds(n: int) -> tuple[int, ...]:
    """The lecture's seed first, then 1, 2, 3 ... (n,)"""
    return (1337, *range(1, n))[:n]


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
    equal = [(label, replace(spec, train=replace(spec.train, same_batches=True))) for label, spec in variants]
    rows = [each_seed(label, spec, seeds) for label, spec in equal]
    return tuple(run for column in zip(*rows, strict=True) for run in column)
