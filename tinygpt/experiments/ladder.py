"""The ladder race: the lecture's six rungs side by side, each with what is new in it.

    rungs(corpus, vocab_size)                        what is raced
    ladder_plan(rungs(corpus, vocab_size), seeds)    the race, with equal batches

As the lecture has it, the rungs differ in more than the new part: the residual rung has 4.9 times the parameters of
the one before. The fair versions take that away, each in its own way:

    fair="parameters"    every GPT is as wide as the top rung's number of parameters allows
    fair="flops"         every rung trains until it has spent as many floating point operations as the top rung
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from tinygpt.attention import MultiHeadAttention, attention_stages, causal_mask
from tinygpt.bigram import BigramConfig, BigramLanguageModel
from tinygpt.experiments.fairness import is_short, run_operations, same_operations, same_parameters, with_steps
from tinygpt.experiments.plan import Plan, race
from tinygpt.gpt import Block, FeedForward, GPTLanguageModel
from tinygpt.models import count_parameters
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.training.spec import RunSpec

Fair = Literal["", "parameters", "flops"]
TITLES = {"": "The ladder race", "parameters": "The ladder, equal parameters", "flops": "The ladder, equal operations"}

# The code that a setting switches on, for a rung to show what is new in it.
CODE: dict[str, tuple[Callable[..., object], ...]] = {
    "positions": (GPTLanguageModel.embed, attention_stages, causal_mask),  # the first GPT: characters look at others
    "n_head": (MultiHeadAttention.forward,),
    "feed_forward": (FeedForward,),
    "residual": (Block.join, Block.forward),
    "layer_norm": (Block.__init__, Block.forward),
}


class Rung(NamedTuple):
    """A step of the ladder, and what keeps it from being fair."""

    title: str
    spec: RunSpec  # its seed does not matter: the plan has them
    kept_size: bool  # fair="parameters", but a table of pairs cannot grow
    capped: bool  # fair="flops", but it would take more steps than allowed


def rungs(
    corpus: str, vocab_size: int, *, fair: Fair = "", steps: int | None = None, most_steps: int = 20_000
) -> tuple[Rung, ...]:
    """The six rungs on a text. `steps` of the top rung shorten them all alike; no rung makes more than `most_steps`."""
    if fair not in TITLES:
        raise ValueError(f'a fair race has equal "parameters" or equal "flops", got {fair!r}')
    specs = [PRESETS[name].spec(corpus, vocab_size) for name in LADDER]
    if steps is not None:
        share = steps / specs[-1].train.max_steps
        specs = [with_steps(spec, max(1, round(spec.train.max_steps * share))) for spec in specs]
    top = specs[-1]
    if fair == "parameters":
        size = count_parameters(top.model)
        specs = [replace(spec, model=same_parameters(spec.model, size)) for spec in specs]
    if fair == "flops":
        specs = [same_operations(spec, run_operations(top), most_steps) for spec in specs[:-1]] + [top]
    return tuple(
        Rung(
            PRESETS[name].title, spec,
            kept_size=fair == "parameters" and isinstance(spec.model, BigramConfig),
            capped=fair == "flops" and is_short(spec, run_operations(top)),
        )
        for name, spec in zip(LADDER, specs, strict=True)
    )  # fmt: skip


def code_of(changes: dict[str, tuple[Any, Any]]) -> tuple[Callable[..., object], ...]:
    """The code that these changes switch on, each function once; without a change, the table on the first rung."""
    if not changes:
        return (BigramLanguageModel,)
    if changes.get("model", ("", ""))[0] == "bigram":
        return CODE["positions"]  # everything is new, but this is what matters
    return tuple(dict.fromkeys(code for setting in CODE if setting in changes for code in CODE[setting]))


def ladder_plan(ladder: Sequence[Rung], seeds: Sequence[int], *, fair: Fair = "") -> Plan:
    """The race of these rungs: every seed gives all of them the same batches."""
    return Plan("ladder", TITLES[fair], race([(rung.title, rung.spec) for rung in ladder], seeds))
