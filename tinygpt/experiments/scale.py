"""The scale race: one model, and q @ k multiplied by four different numbers.

Large scores make softmax pick one character and stop learning, and scores grow with head_size. How much it matters is
small: a single head, 2,000 steps, seeds 1337 / 1, on the lecture's exact text ends at a val loss of

                     none           1/sqrt(head_size)  1/sqrt(n_embd)  1/head_size
    head_size 16     2.491 / 2.477  2.482 / 2.463      2.482 / 2.462   2.483 / 2.464
    head_size 256    2.530 / 2.529  2.435 / 2.432      2.445 / 2.447   2.438 / 2.438

So the three scales nearly tie, and without one the largest head loses 0.1: look at its weights, not at the loss alone.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from tinygpt.experiments.fairness import with_steps
from tinygpt.experiments.plan import Plan, race
from tinygpt.gpt import GPTConfig, Scale
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import LOOKS, RunSpec

RACED: tuple[Scale, ...] = ("none", "1/sqrt(head_size)", "1/sqrt(n_embd)", "1/head_size")
HEAD_SIZES = (16, 32, 64, 128, 256)


def base(
    corpus: str, vocab_size: int, *, preset: str = "one-head", head_size: int = 256, steps: int = 2_000
) -> RunSpec:
    """The model that races. ValueError for a table, and where heads of that size do not fit into it."""
    spec = PRESETS[preset].spec(corpus, vocab_size).with_settings({"head_size": head_size})
    return with_steps(spec, steps, LOOKS)


def lanes(spec: RunSpec) -> list[tuple[str, RunSpec]]:
    """The four scales as the different numbers that they are for this model: two to four variants.

    Those that head_size makes equal would be the same run: "1/sqrt(head_size) = 1/sqrt(n_embd)".
    """
    assert isinstance(spec.model, GPTConfig)
    found: dict[float, tuple[str, RunSpec]] = {}  # by the number that q @ k is multiplied by
    for scale in RACED:
        model, name = replace(spec.model, scale=scale), "no scale" if scale == "none" else scale
        same = next((known for known in found if math.isclose(known, model.scale_factor)), None)
        if same is None:
            found[model.scale_factor] = (name, replace(spec, model=model))
        else:
            found[same] = (f"{found[same][0]} = {name}", found[same][1])
    return list(found.values())


def scale_plan(spec: RunSpec, seeds: Sequence[int]) -> Plan:
    """The race of a model against itself; every seed gives all lanes the same first weights and the same batches."""
    assert isinstance(spec.model, GPTConfig)
    return Plan("scale", f"The scale race, head_size {spec.model.head_size}", race(lanes(spec), seeds))
