"""Break it: a healthy run and the same run with one thing wrong; same seed, same batches.

Each breakage has the base on which it shows within a minute. Val loss at the end, healthy and broken, seeds 1337 / 1,
on the lecture's exact text (no positions: on the look-back language, whose best possible loss is 1.072):

    no mask             2.45 / 2.44  0.42 / 0.42    far too good, and it writes gibberish: it had read the answer
    no positions        1.08 / 1.08  1.77 / 1.76    on Shakespeare only 0.05 to 0.06 worse
    no residual         2.21 / 2.22  2.58 / 2.64    stuck near 3.1 for a thousand steps; 0.2 worse after 5,000
    learning rate x 30  2.21 / 2.20  diverge        from 3e-3, within 50 steps; from 1e-3 it takes a thousand, or never
    wrong axis          2.37 / 2.37  2.02 / 2.02    too good again: a column of weights knows the characters to come
    no scale            2.44 / 2.43  2.53 / 2.53    small, and 0.01 at head_size 16
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tinygpt.experiments.fairness import with_steps
from tinygpt.experiments.plan import Plan
from tinygpt.experiments.seeds import race
from tinygpt.languages.catalogue import TASKS
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import LOOKS, RunSpec

HEALTHY = "healthy"  # the label of every run that is not broken


@dataclass(frozen=True, slots=True)
class Breakage:
    """One thing that goes wrong: what it is, on which run it shows, and how it breaks it."""

    title: str
    words: str
    breaks: Callable[[RunSpec], RunSpec]
    preset: str  # the healthy run ...
    steps: int
    head_size: int | None = None  # ... with larger heads than usual
    n_layer: int | None = None  # ... with another depth
    learning_rate: float | None = None  # ... with a bolder rate
    corpus: str = ""  # ... on this text; "" is any


def _model(**changes: Any) -> Callable[[RunSpec], RunSpec]:
    """Something is wrong with the model."""
    return lambda spec: spec.with_settings(changes)


def _thirty_times(spec: RunSpec) -> RunSpec:
    return spec.with_settings({"learning_rate": 30 * spec.train.learning_rate})


BREAKAGES: dict[str, Breakage] = {
    "no-mask": Breakage(
        "no mask", "Every character may look at those that follow, the one to be guessed among them.",
        _model(mask=False), "one-head", 2_000,
    ),
    "no-positions": Breakage(
        "no positions", "The model sees which characters came before, and not where. Here it must look 3 places back.",
        _model(positions="none"), "layer-norm", 1_500, n_layer=1, corpus="look-back",
    ),
    "no-residual": Breakage(
        "no residual", "Each part replaces what came before it, instead of adding to it.",
        _model(residual=False), "blocks", 1_500,
    ),
    "learning-rate": Breakage(
        "learning rate × 30", "Every step goes thirty times as far.", _thirty_times,
        "blocks", 1_000, learning_rate=3e-3,
    ),
    "wrong-axis": Breakage(
        "softmax over the wrong axis", "Columns sum to 1 instead of rows: the slip of the lecture's notebooks.",
        _model(softmax_dim=-2), "one-head-skip", 2_000,
    ),
    "no-scale": Breakage(
        "no scale", "Scores are not divided by the root of head_size, which is 256 here.",
        _model(scale="none"), "one-head", 2_000, head_size=256,
    ),
}  # fmt: skip


def healthy(name: str, corpus: str, vocab_size: int) -> RunSpec:
    """The run that this breakage breaks, on a text, or on the one that it needs."""
    what = _breakage(name)
    if what.corpus:
        corpus, vocab_size = what.corpus, TASKS[what.corpus].vocab_size
    spec = PRESETS[what.preset].spec(corpus, vocab_size)
    changes = {"head_size": what.head_size, "n_layer": what.n_layer, "learning_rate": what.learning_rate}
    own = {name: value for name, value in changes.items() if value is not None}
    return with_steps(spec.with_settings(own), what.steps, LOOKS)


def breakage_plan(name: str, corpus: str, vocab_size: int, seeds: Sequence[int] = (1337,)) -> Plan:
    """The healthy run and the broken one. ValueError for a breakage that is not among BREAKAGES."""
    what, spec = _breakage(name), healthy(name, corpus, vocab_size)
    return Plan("break", f"Break it: {what.title}", race([(HEALTHY, spec), (what.title, what.breaks(spec))], seeds))


def _breakage(name: str) -> Breakage:
    if name not in BREAKAGES:
        raise ValueError(f"there is no breakage {name!r}; choose one of {', '.join(BREAKAGES)}")
    return BREAKAGES[name]
