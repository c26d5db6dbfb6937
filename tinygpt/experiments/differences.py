"""What differs between runs, in the settings that people choose.

Two runs are seeds of one variant where nothing differs but the seed (and how often somebody looked: eval_interval).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tinygpt.gpt import GPTConfig
from tinygpt.models import family
from tinygpt.settings import settings_of
from tinygpt.spelling import spelled
from tinygpt.training.spec import RunSpec, TrainConfig


def settings(spec: RunSpec) -> dict[str, Any]:
    """Every setting that can change what is learned, by its name; not the seed, and not how often one looks."""
    return {"model": family(spec.model), **_of_variant(spec.model), **_of_variant(spec.train), "corpus": spec.corpus}


def _of_variant(config: Any) -> dict[str, Any]:
    return {each.called: getattr(config, each.called) for each in settings_of(config).values() if each.of_variant}


def variant_key(spec: RunSpec) -> str:
    """Equal for two specs that differ in nothing but the seed and how often they are looked at."""
    usual = {each.name: each.default for each in settings_of(TrainConfig).values() if not each.of_variant}
    return replace(spec, train=replace(spec.train, **usual)).to_json()


def what_differs(specs: Sequence[RunSpec]) -> dict[str, tuple[Any, ...]]:
    """The settings that are not the same in all specs, each with a value per spec; None where a model lacks it.

    {"n_embd": (32, 64)} says that the second model is twice as wide, and else the same.
    """
    rows = [settings(spec) for spec in specs]
    order = dict.fromkeys(name for row in rows for name in row)  # a dict keeps the order in which settings are written
    columns = {name: tuple(row.get(name) for row in rows) for name in order}
    return {name: values for name, values in columns.items() if any(value != values[0] for value in values)}


def varied(specs: Sequence[RunSpec]) -> dict[str, tuple[Any, ...]]:
    """The settings that somebody varied: what differs, without a head_size that only follows from n_embd and n_head."""
    found = what_differs(specs)
    chosen = [isinstance(spec.model, GPTConfig) and spec.model.fixed_head_size is not None for spec in specs]
    if "head_size" in found and not any(chosen):
        del found["head_size"]
    return found


def setting_words(name: str, value: Any) -> str:
    """A setting as people say it: "n_embd 64", "learning_rate 1e-2", "no residual"; – where a model lacks it."""
    if value is None:
        return f"{name} –"
    if value is True:
        return name
    if value is False or value == "none" or (name == "feed_forward" and value == 0):
        return f"no {name}"
    return f"{name} {_number(name, value) if isinstance(value, int | float) else str(value)[:24]}"


def _number(name: str, value: float) -> str:
    """5,000 or 0.2, and a small learning rate as 3e-3: every digit that was set is there."""
    if isinstance(value, int):
        return f"{value:,}"
    short = "learning_rate" in name and 0 < value < 0.1 and float(spelled(value)) == value
    return spelled(value) if short else repr(value)
