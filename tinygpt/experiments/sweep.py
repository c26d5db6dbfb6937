"""A sweep: one run again and again, with one or two of its settings moved.

    plan, left_out = sweep(spec, {"learning_rate": (1e-4, 1e-3, 1e-2)}, seeds=(1337, 1))

All runs of a seed see the same batches, as far as batch_size and block_size are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

from tinygpt.experiments.differences import said
from tinygpt.experiments.fairness import with_steps
from tinygpt.experiments.plan import Plan
from tinygpt.experiments.seeds import race
from tinygpt.gpt import GPTConfig
from tinygpt.training.spec import RunSpec, TrainConfig

LOOKS = 30  # val points of a run
OF_TRAINING = ("learning_rate", "batch_size", "max_steps", "weight_decay", "beta2", "grad_clip", "warmup_steps")
OF_A_GPT = (
    "n_embd", "n_head", "n_layer", "block_size", "head_size", "dropout", "feed_forward", "scale", "positions",
    "projection", "residual", "layer_norm", "mask", "softmax_dim", "init",
)  # fmt: skip
AXES = OF_TRAINING + OF_A_GPT


class Sweep(NamedTuple):
    """What can be run, and what cannot: a label and the reason, in words."""

    plan: Plan
    left_out: dict[str, str]


def sweep(base: RunSpec, axes: Mapping[str, Sequence[Any]], seeds: Sequence[int]) -> Sweep:
    """Every combination of the values of one or two settings, each with every seed.

    ValueError in words where there is nothing to sweep: an unknown setting, no value, or no combination that works.
    """
    _check(base, axes)
    variants: list[tuple[str, RunSpec]] = []
    left_out: dict[str, str] = {}
    for values in product(*(dict.fromkeys(values) for values in axes.values())):  # each value once
        point = dict(zip(axes, values, strict=True))
        label = " · ".join(said(name, value) for name, value in point.items())
        try:
            variants.append((label, at(base, point)))
        except ValueError as error:
            left_out[label] = str(error)
    if not variants:
        raise ValueError(f"none of these can be built: {next(iter(left_out.values()))}")
    return Sweep(Plan("sweep", "A sweep over " + " and ".join(axes), race(variants, seeds)), left_out)


def at(base: RunSpec, point: Mapping[str, Any]) -> RunSpec:
    """The run with these settings instead of its own. ValueError, in words, where no such model can be built."""
    model, train = base.model, base.train
    changes = {"fixed_head_size" if name == "head_size" else name: point[name] for name in point if name in OF_A_GPT}
    if changes:
        model = replace(model, **changes)
    if "learning_rate" in point:
        train = train.at(point["learning_rate"])  # the rate it falls to keeps its share
    train = replace(train, **{name: point[name] for name in point if name in OF_TRAINING and name not in BY_ITSELF})
    return with_steps(RunSpec(model, train, base.corpus), point.get("max_steps", train.max_steps), LOOKS)


BY_ITSELF = ("learning_rate", "max_steps")  # others follow when these change


def _check(base: RunSpec, axes: Mapping[str, Sequence[Any]]) -> None:
    if not 1 <= len(axes) <= 2:
        raise ValueError(f"a sweep moves one or two settings, got {len(axes)}")
    for name, values in axes.items():
        if name not in AXES:
            raise ValueError(f"{name!r} cannot be swept; choose one of {', '.join(AXES)}")
        if name in OF_A_GPT and not isinstance(base.model, GPTConfig) and name != "block_size":
            raise ValueError(f"a table of pairs has no {name}: choose a model with attention")
        if not values:
            raise ValueError(f"choose at least one value of {name}")
        kind = kind_of(name)
        if not all(isinstance(value, kind) and isinstance(value, bool) is (kind is bool) for value in values):
            raise ValueError(f"every {name} should be like {_default(name)!r}, got {', '.join(map(repr, values))}")


def kind_of(name: str) -> Any:
    """What a value of a setting must be: int, str, bool, or (int, float)."""
    kind = type(_default(name))
    return (int, float) if kind is float else kind


def _default(name: str) -> Any:
    return getattr(TrainConfig() if name in OF_TRAINING else GPTConfig(), name)
