"""What differs between runs, in the settings that people choose, and a short name for each.

Two runs are seeds of one variant where nothing differs but the seed (and how often somebody looked: eval_interval).
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig, family
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec

Settings = dict[str, Any]
NOT_ITS_OWN = {"seed", "eval_interval", "vocab_size", "fixed_head_size"}  # chance, looking, the text's, and head_size
FEW = 3  # settings that a name can hold


def settings(spec: RunSpec) -> Settings:
    """Every setting that can change what is learned, by its name; not the seed, and not how often one looks."""
    return model_settings(spec.model) | _own(asdict(spec.train)) | {"corpus": spec.corpus}


def model_settings(model: ModelConfig) -> Settings:
    """The settings of a model: its family, and for a GPT also the head_size that comes of the others."""
    derived = {"head_size": model.head_size} if isinstance(model, GPTConfig) else {}
    return {"model": family(model)} | _own(asdict(model)) | derived


def _own(values: Settings) -> Settings:
    return {name: value for name, value in values.items() if name not in NOT_ITS_OWN}


def variant_key(spec: RunSpec) -> str:
    """Equal for two specs that differ in nothing but the seed and how often they are looked at."""
    return replace(spec, train=replace(spec.train, seed=0, eval_interval=1)).to_json()


def what_differs(specs: Sequence[RunSpec]) -> dict[str, tuple[Any, ...]]:
    """The settings that are not the same in all specs, each with a value per spec; None where a model lacks it.

    {"n_embd": (32, 64)} says that the second model is twice as wide, and else the same.
    """
    return _differing([settings(spec) for spec in specs])


def varied(specs: Sequence[RunSpec]) -> dict[str, tuple[Any, ...]]:
    """The settings that somebody varied: what differs, without a head_size that only follows from n_embd and n_head."""
    found = what_differs(specs)
    chosen = [isinstance(spec.model, GPTConfig) and spec.model.fixed_head_size is not None for spec in specs]
    if "head_size" in found and not any(chosen):
        del found["head_size"]
    return found


def _differing(rows: Sequence[Settings]) -> dict[str, tuple[Any, ...]]:
    order = dict.fromkeys(name for row in rows for name in row)  # a dict keeps the order in which settings are written
    columns = {name: tuple(row.get(name) for row in rows) for name in order}
    return {name: values for name, values in columns.items() if any(value != values[0] for value in values)}


# --- short names -------------------------------------------------------------------------------------------------


def names(specs: Sequence[RunSpec]) -> list[str]:
    """A short name for each spec: "four heads", or "n_embd 64 · learning_rate 1e-2".

    Equal for the seeds of one variant, different for different variants.
    """
    found = varied(specs)
    by_key: dict[str, str] = {}
    for i, spec in enumerate(specs):
        if (key := variant_key(spec)) not in by_key:
            name = _name(spec, {setting: values[i] for setting, values in found.items()})
            by_key[key] = _free(name, set(by_key.values()))
    return [by_key[variant_key(spec)] for spec in specs]


def _name(spec: RunSpec, own: Settings) -> str:
    """One variant; `own` are its values of what differs in the whole set.

    A preset among other models has its title. Else a few settings say it all, or what is not as in the nearest preset.
    """
    model = model_settings(spec.model)
    nearest = min(PRESETS.values(), key=lambda preset: len(_differing([model_settings(preset.model), model])))
    usual = model_settings(nearest.model) | asdict(nearest.train)
    among_models = bool(own.keys() & model.keys())
    is_preset = not _differing([model_settings(nearest.model), model])
    if 1 <= len(own) <= FEW and "model" not in own and not (is_preset and among_models):
        return " · ".join(said(name, value) for name, value in own.items())
    shown = {name: value for name, value in model.items() if value != usual.get(name)}
    if getattr(spec.model, "fixed_head_size", None) is None:
        shown.pop("head_size", None)  # it follows from n_embd and n_head
    shown |= {name: value for name, value in own.items() if name not in model and value != usual.get(name)}
    return " · ".join([nearest.title, *(said(name, value) for name, value in shown.items())])


def _free(name: str, taken: set[str]) -> str:
    """`name`, or with a number behind it where another variant has it."""
    numbered = (f"{name} ({count})" for count in range(2, len(taken) + 3))
    return name if name not in taken else next(free for free in numbered if free not in taken)


def said(name: str, value: Any) -> str:
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
    if "learning_rate" not in name or not 0 < value < 0.1:
        return repr(value)
    shortest = next(text for places in range(18) if float(text := f"{value:.{places}e}") == value)
    mantissa, exponent = shortest.split("e")
    return f"{mantissa}e{int(exponent)}"
