"""A run that went wrong, and the evidence for it in this very run: numbers with names. The words are said elsewhere.

    case = Case(spec, corpus, model=model, points=points, final_val=val, floors={"5-gram": 1.77})
    [finding.name for finding in diagnose(case)]   # ["no-mask"]

Nothing is believed of a switch alone. A finding is `clear` where this run's own numbers show the harm; where a part is
missing and did little harm so far (no scale with a small head_size), it says so by `clear=False`. A healthy run gives
no finding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from typing import cast

from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.knockout import operated
from tinygpt.inside.symptoms import attention_rows, order_effect, reach, roughness, smallest_weights
from tinygpt.inside.vitals import vitals
from tinygpt.models import LanguageModel, build
from tinygpt.training.evaluation import loss_in_use, some_windows, window_costs
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Point

TOKENS = 8_192  # characters of val that a symptom is measured on: 1,024 windows of 8
LEAK = 1e-3  # more weight than this on the future, or rows that miss 1 by more, is no rounding
APART = 0.1  # nats: the loss in use is so far above the loss in training's windows
BLIND = 1e-4  # the first block's output moves by less than this share when the past is shuffled
GAP = 0.03  # nats between twins: what another seed alone does
LOST = 0.1  # of the gradient that the twin gets through
# A step as long as this share of the smallest weights is too long: up to 0.28 it did no harm worth naming, and from
# 0.98 on it cost 0.2 nats.
TOO_LONG = 0.7
SATURATED = 0.2  # of all rows, before the first step; with the scale there are none, and fewer do no harm


@dataclass(frozen=True)
class Finding:
    """What is wrong, by name, and the numbers that show it."""

    name: str  # "no-mask", "wrong-axis", "no-positions", "no-residual", "learning-rate" or "unscaled"
    clear: bool  # whether the harm shows in this run
    evidence: dict[str, float]


@dataclass(frozen=True)
class Case:
    """A run, as much of it as there is. `twin` is a healthy run like it but for one setting: its spec, its val loss."""

    spec: RunSpec
    corpus: Corpus
    model: LanguageModel | None = None
    points: Sequence[Point] = ()
    final_val: float | None = None
    floors: Mapping[str, float] = field(default_factory=dict)  # val losses of models that count
    note: str = ""  # why it ended, if it diverged
    twin: tuple[RunSpec, float | None] | None = None

    @property
    def gap(self) -> dict[str, float]:
        """How far val is above the twin's, if both are known."""
        if self.twin is None or self.twin[1] is None or self.final_val is None:
            return {}
        return {"val": self.final_val, "twin_val": self.twin[1], "gap": self.final_val - self.twin[1]}

    @cached_property
    def whole(self) -> LanguageModel | None:
        """The model with nothing switched off: what was switched off on purpose is no mistake."""
        return operated(self.model, "") if isinstance(self.model, GPTLanguageModel) else self.model

    @cached_property
    def rows(self) -> Tensor:
        """Windows of val to look at. (W, T + 1)"""
        return some_windows(self.corpus, self.spec.model.block_size, TOKENS)

    def first(self, **parts: object) -> GPTLanguageModel:
        """The model as it was before its first step, or one with other parts and the same dice."""
        config = replace(cast(GPTConfig, self.spec.model_at(0)), **parts)  # type: ignore[arg-type]
        return cast(GPTLanguageModel, build(config, seed=self.spec.train.seed))


def diagnose(case: Case) -> tuple[Finding, ...]:
    """All that is found wrong with a run, what matters most first; nothing for a healthy one."""
    found = [too_long_steps(case)]
    if isinstance(case.spec.model, GPTConfig):
        found += [leaks(case), no_positions(case), no_residual(case), unscaled(case)]
    return tuple(sorted((finding for finding in found if finding), key=lambda finding: not finding.clear))


def leaks(case: Case) -> Finding | None:
    """The future is seen: a val loss too good to be true, which is another one in use."""
    if not isinstance(case.model, GPTLanguageModel) or not isinstance(case.whole, GPTLanguageModel):
        return None
    seen = attention_rows(case.whole, case.rows)
    wrong_axis = max(abs(seen.lowest - 1), abs(seen.highest - 1)) > LEAK
    if not wrong_axis and seen.future <= LEAK:
        return None
    few = max(16, TOKENS // case.spec.model.block_size**2)  # each window is read T times
    val = window_costs(case.model, case.rows[:few]).mean().item()
    in_use = loss_in_use(case.model, case.corpus, windows=few).mean().item()
    evidence = {"future": seen.future, "lowest_sum": seen.lowest, "highest_sum": seen.highest, "val": val,
                "in_use": in_use} | ({"floor": min(case.floors.values())} if case.floors else {})  # fmt: skip
    return Finding("wrong-axis" if wrong_axis else "no-mask", in_use - val > APART, evidence)


def no_positions(case: Case) -> Finding | None:
    """The first block cannot tell one order of the past from another, since no place has a vector."""
    if not isinstance(case.model, GPTLanguageModel) or case.rows.shape[1] < 4 or case.model.config.positions != "none":
        return None
    if case.model.config.token_shift:  # of each character it knows what stood before
        return None
    order = order_effect(case.model, case.rows)
    return Finding("no-positions", order.first_block < BLIND, order._asdict() | case.gap)


def no_residual(case: Case) -> Finding | None:
    """Several blocks without skips: how much less gradient reaches the embeddings before the first step."""
    config = case.spec.model
    if not isinstance(config, GPTConfig) or config.residual or config.n_layer < 2:
        return None
    few = case.rows[:128]
    evidence = {"reach": reach(case.first(), few), "twin_reach": reach(case.first(residual=True), few)}
    lost = evidence["reach"] < LOST * evidence["twin_reach"]
    return Finding("no-residual", lost or case.gap.get("gap", 0.0) > GAP, evidence | case.gap)


def unscaled(case: Case) -> Finding | None:
    """Scores that nothing divides: how sharp the rows are before the first step, and at the end."""
    config = case.spec.model
    if not isinstance(config, GPTConfig) or config.scale != "none" or config.head_size == 1:
        return None
    models = {"": case.first(), "twin_": case.first(scale="1/sqrt(head_size)"), "end_": case.whole}
    evidence: dict[str, float] = {}
    for when, model in models.items():
        if isinstance(model, GPTLanguageModel):
            seen = vitals(model, case.corpus)
            for name in ("entropy", "largest", "saturated", "scaled"):
                evidence[when + name] = getattr(seen, name).mean().item()
    return Finding("unscaled", evidence["saturated"] > SATURATED, evidence | case.gap)


def too_long_steps(case: Case) -> Finding | None:
    """Steps that are too long: for the weights, for the curve, which leaps or rises again, or beside a twin's."""
    rate, curve = case.spec.train.learning_rate, roughness(case.points, case.spec.model.vocab_size)
    wild = bool(case.note) or (curve is not None and curve.wild)
    other = case.twin is not None and case.twin[0].train.learning_rate < rate / 3
    weights = smallest_weights(build(case.spec.model, seed=case.spec.train.seed))
    long = rate > TOO_LONG * weights
    if not wild and not long and not other:
        return None
    evidence = {"rate": rate, "diverged": float(bool(case.note)), "weights": weights, "long": float(long)}
    if curve:
        evidence |= curve._asdict() | {"leaps": float(curve.leaps), "rises": float(curve.rises)}
    if other and case.twin:
        evidence |= {"twin_rate": case.twin[0].train.learning_rate} | case.gap
    return Finding("learning-rate", wild or evidence.get("gap", inf if long else 0.0) > GAP, evidence)
