"""What a run is before it starts: the model, how it is trained, and on which text. Plain data that fits into JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tinygpt.bigram import BigramConfig
from tinygpt.models import ModelConfig, config_from, described
from tinygpt.settings import as_plain, check_settings, from_plain, setting, settings_of, times_the_rate

LOOKS = 30  # val losses of a run: enough for a curve, cheap enough to be no brake
STEP_COUNTS = (10, 50, 100, 250, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000)
LEARNING_RATES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 1.0, 10.0, 1e6)  # the last ones go wrong: try
LAST_SEED = 99_999  # that a page offers; a config takes any
DECAY_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
BATCH_SIZES = (1, 4, 8, 12, 16, 32, 64, 128)


def look_every(max_steps: int) -> int:
    """Steps between two looks at val, for LOOKS of them in a run."""
    return max(1, max_steps // LOOKS)


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How a model is trained. ValueError, in words, for a value outside its range.

    max_steps          optimizer steps, at least 1; `max_iters` in the lecture
    batch_size         windows in a batch, 1 to 4,096; 32 in the lecture
    learning_rate      above 0; 1e-3 in the lecture, since tiny models bear a large one
    eval_interval      steps between two estimates of the validation loss, at least 1
    seed               0 to 2**63 - 1: first weights, batches and dropout all come from it; 1337 in the lecture
    weight_decay       how much weights shrink in a step, times the learning rate (for sgd a 1,000th of it, for muon a
                       10th), at least 0; only matrices decay. 0.01 is torch's default, so the lecture's; 0.1 in nanoGPT
    beta2              how long AdamW remembers squared gradients, at least 0 and below 1. 0.999 is torch's default, so
                       the lecture's; 0.99 in nanoGPT for small batches
    grad_clip          the longest gradient allowed, at least 0; 0 allows any. 1.0 in nanoGPT
    warmup_steps       the learning rate rises to its value over these steps, at least 0 ...
    min_learning_rate  ... and falls to this along a cosine, at least 0; None: it stays. A tenth of it in nanoGPT
    same_batches       batches come from `seed` alone, so models of any size see the very same ones; False, as in the
                       lecture: from the generator that drew the first weights
    optimizer          "adamw", as in the lecture: every number has a step length of its own; "sgd": a step is the
                       gradient times the learning rate, which must then be about 1,000 times as large; "muon": the
                       matrices of blocks move by their gradient made orthogonal, which gives all its directions about
                       the same length, all else by AdamW, both with one learning rate, about 10 times as large
    decay_share        the last share of the steps, over which the learning rate falls in a straight line to
                       min_learning_rate, or to 0 without one; before it, it stays. 0: warmup_steps and
                       min_learning_rate alone say what it does
    surgery_at         the step from which on the `surgery` of the model holds, at least 0; before it the model is whole
    """

    max_steps: int = setting(
        1_000, label="Steps", least=1, control="always", offered=STEP_COUNTS, sweep=STEP_COUNTS, essential=True
    )
    batch_size: int = setting(
        32, least=1, most=4_096, control="more", offered=BATCH_SIZES, sweep=BATCH_SIZES, essential=True
    )
    learning_rate: float = setting(
        1e-3, label="Learning rate", above=0, control="more", offered=LEARNING_RATES, sweep=LEARNING_RATES[:-2],
        essential=True, of_model=True,
    )  # fmt: skip
    eval_interval: int = setting(100, least=1, essential=True, of_variant=False)
    seed: int = setting(
        1337, label="Seed", least=0, most=2**63 - 1, control="more", offered=range(LAST_SEED + 1), essential=True,
        of_variant=False,
    )  # fmt: skip
    weight_decay: float = setting(0.01, least=0, sweep=(0.0, 0.01, 0.1, 1.0))
    beta2: float = setting(0.999, least=0, below=1)
    grad_clip: float = setting(0.0, least=0)
    warmup_steps: int = setting(0, least=0, of_model=True)
    min_learning_rate: float | None = setting(None, least=0, of_model=True)
    same_batches: bool = setting(False, sweep="never", since="2026-11")
    optimizer: Literal["adamw", "sgd", "muon"] = setting(
        "adamw", label="Optimizer", control="more", sweep="choices", since="2026-11",
        rates={"sgd": 1_000.0, "muon": 10.0},
    )  # fmt: skip
    decay_share: float = setting(
        0.0, label="Share of steps in which the rate falls", least=0.0, most=1.0, control="more",
        offered=DECAY_SHARES, sweep=DECAY_SHARES, since="2026-11",
    )  # fmt: skip
    surgery_at: int = setting(0, least=0, sweep="never", since="2026-11")

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def usual_rate(self) -> float:
        """A learning rate at which a tiny model learns, whatever it is trained with."""
        return 1e-3 * times_the_rate(self)

    def at(self, learning_rate: float) -> "TrainConfig":
        """The same schedule with another learning rate: what it falls to keeps its share."""
        low = self.min_learning_rate
        scaled = None if low is None else low * learning_rate / self.learning_rate
        return replace(self, learning_rate=learning_rate, min_learning_rate=scaled)

    def learning_rate_at(self, step: int) -> float:
        """The learning rate of `step`: constant, nanoGPT's warm-up and cosine, or constant and then a straight fall.

        Where the fall begins before the warm-up is over, the smaller of both.
        """
        rising = self.learning_rate * min(1.0, (step + 1) / (self.warmup_steps + 1))
        if self.decay_share:
            low, left = self.min_learning_rate or 0.0, (self.max_steps - step) / (self.decay_share * self.max_steps)
            return min(rising, low + min(1.0, left) * (self.learning_rate - low))
        if step < self.warmup_steps:
            return rising
        if self.min_learning_rate is None:
            return self.learning_rate
        done = (step - self.warmup_steps) / max(1, self.max_steps - self.warmup_steps)
        share = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        return self.min_learning_rate + share * (self.learning_rate - self.min_learning_rate)


@dataclass(frozen=True, slots=True)
class RunSpec:
    """A whole experiment: two equal specs train to the same weights, to the bit."""

    model: ModelConfig
    train: TrainConfig
    corpus: str = "shakespeare-plays"  # a name from the catalogue, or the SHA-256 of an own text

    def for_vocabulary(self, vocab_size: int) -> "RunSpec":
        """The same experiment on a text with another number of characters."""
        return replace(self, model=replace(self.model, vocab_size=vocab_size))

    @property
    def surgery(self) -> str:
        """What is switched off in the model from step `surgery_at` on; "" where it stays whole."""
        return "" if isinstance(self.model, BigramConfig) else self.model.surgery

    def model_at(self, step: int) -> ModelConfig:
        """What the model is after so many steps."""
        if isinstance(self.model, BigramConfig) or step >= self.train.surgery_at:
            return self.model
        return replace(self.model, surgery="")

    def has_been(self, model: ModelConfig) -> bool:
        """Whether this is the model of such a run at some step: whole before its operation, or operated on."""
        return model in (self.model, self.model_at(0))

    def operated(self, surgery: str, step: int) -> "RunSpec":
        """The same run, in whose model `surgery` is done from `step` on.

        ValueError, in words, where the model has no such part, or was operated on before: a run has one operation.
        """
        if surgery == self.surgery:
            return self
        if isinstance(self.model, BigramConfig):
            raise ValueError("A bigram is one table: it has no heads and no parts to switch off.")
        if self.surgery:
            raise ValueError(
                f"This run has an operation already ({self.surgery}, from step {self.train.surgery_at:,} on), and "
                "a run has one. Operate on the run that it was forked from."
            )
        if step > self.train.max_steps:
            raise ValueError(f"This run ends at step {self.train.max_steps:,}: choose an earlier step.")
        model, train = replace(self.model, surgery=surgery), replace(self.train, surgery_at=step)
        return RunSpec(model, train, self.corpus)

    def with_settings(self, changes: Mapping[str, Any]) -> "RunSpec":
        """The same run with other values, by the names of the settings, be they of the model or of its training.

        What a learning rate falls to keeps its share of it. ValueError, in words, where no such run is possible.
        """
        left = dict(changes)
        train = self.train.at(left.pop("learning_rate")) if "learning_rate" in left else self.train
        model, train = _changed(self.model, left), _changed(train, left)
        if left:
            raise ValueError(f"this run has no setting called {next(iter(left))!r}")
        return RunSpec(model, train, self.corpus)

    def to_json(self) -> str:
        """One line of JSON that `from_json` reads back to an equal spec."""
        parts = {"model": described(self.model), "train": as_plain(self.train), "corpus": self.corpus}
        return json.dumps(parts, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "RunSpec":
        """The spec that `to_json` wrote; ValueError with a sentence for anything else."""
        try:
            parts = json.loads(text)
            return cls(config_from(parts["model"]), from_plain(TrainConfig, parts["train"]), str(parts["corpus"]))
        except (KeyError, TypeError, RecursionError, json.JSONDecodeError) as error:
            raise ValueError(f"this is not the description of a run: {error}") from None


def _changed(config: Any, changes: dict[str, Any]) -> Any:
    """The config with those of the changes that are settings of it; they are taken out of `changes`."""
    own = {name: each.name for each in settings_of(config).values() for name in (each.name, each.called)}
    return replace(config, **{own[name]: changes.pop(name) for name in own.keys() & changes.keys()})
