"""Every setting of every config with the values that a test tries, by rule: a new field is in all of these tests."""

from typing import Any

import pytest

from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig
from tinygpt.settings import Setting, settings_of
from tinygpt.training.spec import RunSpec, TrainConfig

TEXT = "the quick brown fox jumps over the lazy dog. " * 40
V = len(set(TEXT))
TRAIN = TrainConfig(max_steps=40, batch_size=4, eval_interval=3)  # more steps than a test makes
BASE = {
    "bigram": RunSpec(BigramConfig(V), TRAIN),
    # With a projection and heads of a size of their own, any n_embd, n_head and head_size can be built.
    "gpt": RunSpec(GPTConfig(V, n_embd=8, n_head=1, n_layer=1, dropout=0.1, fixed_head_size=8), TRAIN),
}


def other(setting: Setting) -> Any:
    """A small value that is not the default, nor that of BASE."""
    if setting.choices:
        return next(value for value in setting.choices if value != setting.default)
    usual = setting.default if setting.default is not None else setting.least
    tried = [*setting.to_sweep, *setting.offered[:9], usual + 2 if setting.kind is int else (usual or 0.5) / 2]
    base = {getattr(config, setting.name, None) for spec in BASE.values() for config in (spec.model, spec.train)}
    return next(value for value in tried if value != setting.default and value not in base and setting.allows(value))


def values(setting: Setting) -> list[Any]:
    """Every choice; of a number the least, another one, and None where that is allowed."""
    numbers = [other(setting)] + [setting.least] * (setting.least is not None) + [None] * setting.optional
    return list(setting.choices) or numbers


def each_value(*, ends: bool = False) -> list[Any]:
    """A run for each value of each setting, all else as in BASE: (spec, setting, value). `ends` adds the largest."""
    found = []
    for family, base in BASE.items():
        for config in (base.model, base.train) if family == "gpt" else (base.model,):
            for setting in settings_of(config).values():
                most = [setting.most] * (ends and setting.most is not None)
                for value in [*values(setting), *most]:
                    spec = base.with_settings({setting.name: value})
                    found.append(pytest.param(spec, setting, value, id=f"{family} {setting.name}={value}"))
    return found
