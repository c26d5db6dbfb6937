"""A setting is declared once, in the field of its config; whoever must know of it reads the declaration.

    class TrainConfig:
        batch_size: int = setting(32, least=1, most=4_096, control="more", offered=(8, 16, 32), sweep=(8, 32))

From it follow what is allowed (`check_settings`), how it is written (`as_plain` and `from_plain`), its control on the
page Train, what a sweep tries, whether two runs that differ in it are two variants, what a script says, and the values
with which every round trip is tested.
"""

import inspect
import math
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from tinygpt.spelling import spelled


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of a config. Name, default and type are the field's own; the rest is what `setting` was told."""

    name: str
    default: Any
    kind: type  # bool, int, float or str
    optional: bool  # None is allowed as well
    choices: tuple[Any, ...]  # of a Literal or a bool; () where any number in the range will do
    about: str  # what the docstring of its config says of it
    label: str = ""  # what its control is called; "" is its name
    least: float | None = None  # the range, both ends allowed ...
    most: float | None = None
    above: float | None = None  # ... or an end that is not
    below: float | None = None
    control: Literal["", "always", "more"] = ""  # where it is set on Train: at the top, under More settings, nowhere
    offered: Sequence[Any] = ()  # what a slider offers, where `choices` do not say it: a range or single values
    rates: Mapping[Any, float] = field(default_factory=dict)  # how many times the usual learning rate a choice needs
    sweep: Sequence[Any] | Literal["choices", "never"] = ()  # what is worth trying; () is left to whoever asks
    since: str = ""  # the month that brought it: where it has its default it is not written, as before
    essential: bool = False  # an exported script says it also where it has its default
    of_variant: bool = True  # False: chance, looking or the text decide it; runs that differ in it are one variant
    of_model: bool = False  # its best value hangs on the model: another model trained beside this one has its own
    alias: str = ""  # the property that people speak of and compare, where that is not the field

    @property
    def called(self) -> str:
        """The name that people use."""
        return self.alias or self.name

    @property
    def to_sweep(self) -> Sequence[Any]:
        """The values that a sweep offers."""
        return self.choices if self.sweep == "choices" else () if self.sweep == "never" else self.sweep

    @property
    def allowed(self) -> str:
        """What it must be, in words: "a whole number between 1 and 64"."""
        if self.choices:
            return " or ".join(map(repr, self.choices))
        if self.kind is str:
            return f"a text such as {' or '.join(repr(each) for each in self.offered if each)}"
        words = "a whole number" if self.kind is int else "a number"
        if self.least is not None:
            words += f" of at least {self.least}" if self.most is None else f" between {self.least} and {self.most}"
        if self.above is not None:
            words += f" above {self.above}"
        if self.below is not None:
            words += f" and below {self.below}"
        return words + (", or None" if self.optional else "")

    def written(self, value: Any) -> str:
        """A value as its slider and an address say it: powers of ten where the slider goes through many of them."""
        powers = self.kind is float and self.offered[0] > 0 and self.offered[-1] > 1_000 * self.offered[0]
        return spelled(value) if powers else f"{value:g}" if self.kind is float else str(value)

    def meant(self, said: str) -> Any:
        """The value on its slider that an address means by "0.001", "1e-3" or "1e-03"; None for no such value."""
        with suppress(ValueError):
            return next((value for value in self.offered if float(value) == float(said)), None)
        return None

    def allows(self, value: Any) -> bool:
        """Whether a config may hold this value: it has the type, and lies in the range."""
        if value is None:
            return self.optional
        if self.choices:
            return type(value) is self.kind and value in self.choices  # 1 is no True, and -1.0 no -1
        if self.kind is str:  # free text: its config says itself which it understands
            return isinstance(value, str)
        if not isinstance(value, (int, float) if self.kind is float else int) or isinstance(value, bool):
            return False
        if self.kind is float and not -sys.float_info.max <= value <= sys.float_info.max:
            return False  # infinite, not a number, or an int that no float can hold
        return (
            (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )


def setting(default: Any, **declared: Any) -> Any:
    """The field of a config with this default; what else may be declared of it are the fields of `Setting`."""
    return field(default=default, metadata=declared)


def settings_of(config: Any) -> dict[str, Setting]:
    """The settings of a config or of a class of configs, by the name of their field, in their order."""
    return _declared(config if isinstance(config, type) else type(config))


@cache
def _declared(kind: Any) -> dict[str, Setting]:
    found, said = {}, _said(kind)
    for each in fields(kind):
        parts: tuple[Any, ...] = get_args(each.type)
        literal = get_origin(each.type) is Literal
        holds: Any = type(parts[0]) if literal else parts[0] if parts else each.type
        choices = parts if literal else (True, False) if holds is bool else ()
        found[each.name] = Setting(
            each.name, each.default, holds, NoneType in parts, choices, said.get(each.name, ""), **each.metadata
        )
    return found


def _said(kind: Any) -> dict[str, str]:
    """What a docstring says of each field: lines that begin with its name, and those behind that are set in."""
    found: dict[str, str] = {}
    name = ""
    for line in inspect.cleandoc(kind.__doc__ or "").splitlines():
        if begins := re.match(r"(\w+) {2,}(\S.*)", line):
            name, found[begins[1]] = begins[1], begins[2]
        elif name and line.startswith("  "):
            found[name] += f" {line.strip()}"
        else:
            name = ""
    return found


def check_settings(config: Any) -> None:
    """Raise ValueError, in words, for the first setting of a config whose value is not allowed."""
    for each in settings_of(config).values():
        if not each.allows(value := getattr(config, each.name)):
            raise ValueError(f"{each.name} must be {each.allowed}, got {repr(value)[:60]}")


@lru_cache(maxsize=1_024)  # a training loop asks at every step
def times_the_rate(config: Any) -> float:
    """How many times the usual learning rate the choices of this config need together."""
    factors = [each.rates.get(getattr(config, each.name), 1.0) for each in settings_of(config).values()]
    return float(math.prod(factors))


def as_plain(config: Any) -> dict[str, Any]:
    """A config as JSON can hold it. What came later is left out where it has its default."""
    values = [(each, getattr(config, each.name)) for each in settings_of(config).values()]
    return {each.name: value for each, value in values if not each.since or value != each.default}


def from_plain(config: type, values: Any) -> Any:
    """The config that `as_plain` wrote; ValueError, in words, for a setting or a value that it cannot have."""
    if not isinstance(values, dict):
        raise ValueError(f"the settings of a {config.__name__} are names with values")
    for name in values:
        if name not in settings_of(config):
            raise ValueError(f"{config.__name__} has no setting called {str(name)[:40]!r}")
    return config(**values)
