"""A sweep: one run again and again, with one or two of its settings moved.

    plan, left_out = sweep(spec, {"learning_rate": (1e-4, 1e-3, 1e-2)}, seeds=(1337, 1))

All runs of a seed see the same batches, as far as batch_size and block_size are the same.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from tinygpt.experiments.differences import setting_words, settings
from tinygpt.experiments.fairness import with_steps
from tinygpt.experiments.plan import Plan, race
from tinygpt.gpt import GPTConfig
from tinygpt.settings import settings_of
from tinygpt.training.spec import LOOKS, RunSpec, TrainConfig

SWEPT = {
    each.called: each
    for config in (GPTConfig, TrainConfig)
    for each in settings_of(config).values()
    if each.of_variant and each.sweep != "never"
}


def matters(name: str, spec: RunSpec) -> bool:
    """Whether this run has the setting, and it does something there: without a feed-forward, no activation does."""
    acts = name != "activation" or getattr(spec.model, "feed_forward", 0) > 0
    return acts and name in settings(spec)


class Sweep(NamedTuple):
    """What can be run, and what cannot: a label and the reason, in words."""

    plan: Plan
    left_out: dict[str, str]


def sweep(base: RunSpec, axes: Mapping[str, Sequence[Any]], seeds: Sequence[int]) -> Sweep:
    """Every combination of the values of one or two settings, each with every seed.

    ValueError in words where there is nothing to sweep: an unknown setting, no value, or no combination that works.
    """
    if not 1 <= len(axes) <= 2:
        raise ValueError(f"a sweep moves one or two settings, got {len(axes)}")
    for name, values in axes.items():
        if name not in SWEPT:
            raise ValueError(f"{name!r} cannot be swept; choose one of {', '.join(SWEPT)}")
        if name not in settings(base):
            raise ValueError(f"a table of pairs has no {name}: choose a model with attention")
        if not values:
            raise ValueError(f"choose at least one value of {name}")
    variants: list[tuple[str, RunSpec]] = []
    left_out: dict[str, str] = {}
    for values in product(*(dict.fromkeys(values) for values in axes.values())):  # each value once
        point = dict(zip(axes, values, strict=True))
        label = " · ".join(setting_words(name, value) for name, value in point.items())
        try:
            variants.append((label, run_at(base, point)))
        except ValueError as error:
            left_out[label] = str(error)
    if not variants:
        raise ValueError(f"none of these can be built: {next(iter(left_out.values()))}")
    return Sweep(Plan("sweep", "A sweep over " + " and ".join(axes), race(variants, seeds)), left_out)


def run_at(base: RunSpec, point: Mapping[str, Any]) -> RunSpec:
    """The run with these settings instead of its own. ValueError, in words, where no such model can be built."""
    moved = base.with_settings({name: value for name, value in point.items() if name != "max_steps"})
    return with_steps(moved, point.get("max_steps", moved.train.max_steps), LOOKS)
