"""The same chances for every model: equally many parameters, equally many floating point operations, equal chance."""

from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache

from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig, begins_alike, blank, count_parameters
from tinygpt.training.spec import RunSpec
from tinygpt.training.work import step_operations

PRESET_LOOKS = 20  # val points of a run, as in the presets


def same_parameters(model: ModelConfig, target: int) -> ModelConfig:
    """The same kind of model with another n_embd: as near to `target` parameters as n_head allows.

    A table of pairs has no n_embd. It stays as it is.
    """
    if not isinstance(model, GPTConfig):
        return model
    wide = [replace(model, n_embd=n_embd) for n_embd in range(model.n_head, 2_049, model.n_head)]
    first = bisect_left(wide, target, hi=len(wide) - 1, key=count_parameters)  # with as many: the count grows
    return min(wide[max(0, first - 1) : first + 1], key=lambda each: abs(count_parameters(each) - target))


def run_operations(spec: RunSpec) -> float:
    """Floating point operations of all training steps of a run."""
    return spec.train.max_steps * step_operations(spec)


def same_operations(spec: RunSpec, target: float, most_steps: int) -> RunSpec:
    """The same run with as many steps as `target` floating point operations pay for, but never more than `most_steps`.

    `is_short` tells whether they were too few.
    """
    steps = round(target / step_operations(spec))
    return with_steps(spec, min(most_steps, max(1, steps)))


def is_short(spec: RunSpec, target: float) -> bool:
    """Whether a run spends less than `target` floating point operations, by more than half a step."""
    return target - run_operations(spec) > step_operations(spec) * 0.5


def with_steps(spec: RunSpec, max_steps: int, looks: int = PRESET_LOOKS) -> RunSpec:
    """The same run with another number of steps: as many looks at val, and a warm-up that keeps its share."""
    warmup = round(spec.train.warmup_steps * max_steps / spec.train.max_steps)
    interval = max(1, -(-max_steps // looks))
    return replace(spec, train=replace(spec.train, max_steps=max_steps, eval_interval=interval, warmup_steps=warmup))


def same_start(a: RunSpec, b: RunSpec) -> bool:
    """Whether one seed gives both runs the same first weights and the same batches: all that chance decides.

    Then their losses go up and down together, from seed to seed. n_head counts as another model: it cuts the same
    numbers up in another way, and one head and four heads were found to have next to nothing in common (0.2).
    """
    draws = [
        (each.train.same_batches, each.corpus, each.train.batch_size, each.model.block_size, _drawn(each.model))
        for each in (a, b)
    ]
    return a.train.same_batches and draws[0] == draws[1]


@lru_cache(maxsize=256)
def _drawn(model: ModelConfig) -> tuple[object, ...]:
    """What is drawn for the first weights, in order. Of parts that begin with ones and zeros nothing is."""
    built = blank(model)
    given = {id(p) for module in built.modules() if begins_alike(module) for p in module.parameters()}
    drawn = [(name, tuple(p.shape)) for name, p in built.named_parameters() if id(p) not in given]
    how = (model.n_head, model.init) if isinstance(model, GPTConfig) else ()
    return (*drawn, *how)
