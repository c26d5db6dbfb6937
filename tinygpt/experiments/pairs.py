"""Two runs that differ in one thing, with the same seed and the same batches: what the one thing is good for.

Break it: a healthy run, and the same with one thing wrong. Each has the base on which it shows within a minute. Val
loss at the end, healthy and broken, seeds 1337 / 1, on the lecture's exact text (no positions: on the look-back
language, whose best possible loss is 1.072):

    no mask             2.45 / 2.44  0.42 / 0.42    far too good, and it writes gibberish: it had read the answer
    no positions        1.08 / 1.08  1.77 / 1.76    on Shakespeare only 0.05 to 0.06 worse
    no residual         2.21 / 2.22  2.58 / 2.64    stuck near 3.1 for a thousand steps; 0.2 worse after 5,000
    learning rate x 30  2.21 / 2.20  diverge        from 3e-3, within 50 steps; from 1e-3 it takes a thousand, or never
    wrong axis          2.37 / 2.37  2.02 / 2.02    too good again: a column of weights knows the characters to come
    no scale            2.44 / 2.43  2.53 / 2.53    small, and 0.01 at head_size 16

Trials: a made-up language, a run that can find its rule, and the same without the part that it takes. The best possible
loss is exact (tinygpt.languages), so a run either finds the rule or does not. Val loss above the best possible at the
end, and the step from which the first model stays within 0.1 of it (last digits are this machine's):

    look-back, seeds 1337 / 1    with positions  0.004 / 0.004  (step 200 / 200)      without    0.70 / 0.68
    copying, seeds 1337 / 2      two layers      0.032 / 0.024  (step 1,200 / 1,000)  one layer  0.37 / 0.38

A single layer copies as well as it can bet on a distance. With more heads, or many more steps, it bets better: one
layer with one head and 32 characters of context began to fall again after 2,700 steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tinygpt.experiments.fairness import with_steps
from tinygpt.experiments.plan import Plan, PlannedRun, race
from tinygpt.languages.catalogue import TASKS
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import LOOKS, RunSpec

HEALTHY = "healthy"  # the label of every run that is not broken


@dataclass(frozen=True, slots=True)
class Pair:
    """A run, and one thing that is changed in it."""

    title: str
    words: str
    preset: str  # the first run ...
    steps: int
    change: dict[str, Any]  # the settings in which the second one differs
    settings: dict[str, Any] = field(default_factory=dict)  # ... with other settings than usual
    corpus: str = ""  # ... on this text; "" is any
    labels: tuple[str, str] = (HEALTHY, "")  # what the two runs are called; "" is the title

    def specs(self, corpus: str = "", vocab_size: int = 0) -> tuple[RunSpec, RunSpec]:
        """Both runs, on a text, or on the one that they need."""
        if self.corpus:
            corpus, vocab_size = self.corpus, TASKS[self.corpus].vocab_size
        spec = PRESETS[self.preset].spec(corpus, vocab_size).with_settings(self.settings)
        spec = with_steps(spec, self.steps, LOOKS)
        return spec, spec.with_settings(self.change)

    def runs(self, seeds: Sequence[int], corpus: str = "", vocab_size: int = 0) -> tuple[PlannedRun, ...]:
        """Both, with the same batches, for every seed."""
        first, second = self.specs(corpus, vocab_size)
        return race([(self.labels[0], first), (self.labels[1] or self.title, second)], seeds)


BREAKAGES: dict[str, Pair] = {
    "no-mask": Pair(
        "no mask", "Every character may look at those that follow, the one to be guessed among them.",
        "one-head", 2_000, {"mask": False},
    ),
    "no-positions": Pair(
        "no positions", "The model sees which characters came before, and not where. Here it must look 3 places back.",
        "layer-norm", 1_500, {"positions": "none"}, {"n_layer": 1}, "look-back",
    ),
    "no-residual": Pair(
        "no residual", "Each part replaces what came before it, instead of adding to it.",
        "blocks", 1_500, {"residual": False},
    ),
    "learning-rate": Pair(
        "learning rate × 30", "Every step goes thirty times as far.",
        "blocks", 1_000, {"learning_rate": 9e-2}, {"learning_rate": 3e-3},
    ),
    "wrong-axis": Pair(
        "softmax over the wrong axis", "Columns sum to 1 instead of rows: the slip of both study notebooks.",
        "one-head-skip", 2_000, {"softmax_dim": -2},
    ),
    "no-scale": Pair(
        "no scale", "Scores are not divided by the root of head_size, which is 256 here.",
        "one-head", 2_000, {"scale": "none"}, {"head_size": 256},
    ),
}  # fmt: skip
TRIALS: dict[str, Pair] = {
    "look-back": Pair(
        "Look-back, with and without positions",
        "Each letter copies the one four places before it: whoever looks for it must know what stands where.",
        "layer-norm", 1_500, {"positions": "none"}, {"n_layer": 1}, "look-back",
        ("with positions", "without positions"),
    ),
    "copying": Pair(
        "Copying, with one layer and with two",
        "A word comes twice, at a distance that changes: one layer can bet on a distance, two can find what came next.",
        "layer-norm", 3_000, {"n_layer": 1}, {"n_layer": 2, "n_head": 1, "block_size": 24, "learning_rate": 3e-3},
        "copying", ("two layers", "one layer"),
    ),
}  # fmt: skip


def breakage_plan(name: str, corpus: str, vocab_size: int, seeds: Sequence[int] = (1337,)) -> Plan:
    """A healthy run and the broken one."""
    what = BREAKAGES[name]
    return Plan("break", f"Break it: {what.title}", what.runs(seeds, corpus, vocab_size))


def trial_plan(name: str, seeds: Sequence[int] = (1337,)) -> Plan:
    """The model that can and the one that cannot."""
    return Plan("language", TRIALS[name].title, TRIALS[name].runs(seeds))
