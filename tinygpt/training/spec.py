"""What a run is before it starts: the model, how it is trained, and on which text. Plain data that fits into JSON."""

import json
import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from tinygpt.models import FAMILIES, ModelConfig, family


@dataclass(frozen=True, slots=True)
class TrainConfig:
    max_steps: int = 1_000  # `max_iters` in the lecture; here a step is really meant
    batch_size: int = 32
    learning_rate: float = 1e-3  # tiny models tolerate a large one
    eval_interval: int = 100  # steps between two estimates of the validation loss
    seed: int = 1337
    weight_decay: float = 0.01  # torch's default for AdamW, so the lecture's
    beta2: float = 0.999  # the same
    grad_clip: float = 0.0  # the longest gradient allowed; 0 allows any
    warmup_steps: int = 0  # the learning rate rises to its value over these ...
    min_learning_rate: float | None = None  # ... and falls to this along a cosine; None: it stays
    same_batches: bool = False  # batches come from `seed` alone: models of any size see the very same ones

    def __post_init__(self) -> None:
        for name in ("max_steps", "batch_size", "eval_interval"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise ValueError(f"learning_rate must be a number above 0, got {self.learning_rate}")
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed must be between 0 and 2**63 - 1, got {self.seed}")
        if self.batch_size > 4_096:
            raise ValueError(f"batch_size must be at most 4096, got {self.batch_size}")

    def at(self, learning_rate: float) -> "TrainConfig":
        """The same schedule with another learning rate: what it falls to keeps its share."""
        low = self.min_learning_rate
        scaled = None if low is None else low * learning_rate / self.learning_rate
        return replace(self, learning_rate=learning_rate, min_learning_rate=scaled)

    def learning_rate_at(self, step: int) -> float:
        """The learning rate of `step`: constant, or nanoGPT's warm-up and cosine."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / (self.warmup_steps + 1)
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

    def to_json(self) -> str:
        """One line of JSON that `from_json` reads back to an equal spec."""
        model, train = {"family": family(self.model), **asdict(self.model)}, asdict(self.train)
        if not self.train.same_batches:
            del train["same_batches"]  # it came later: what was written without it stays equal to the byte
        return json.dumps({"model": model, "train": train, "corpus": self.corpus}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "RunSpec":
        """The spec that `to_json` wrote; ValueError with a sentence for anything else."""
        try:
            parts = json.loads(text)
            return cls(config_from(parts["model"]), _filled(TrainConfig, parts["train"]), str(parts["corpus"]))
        except (KeyError, TypeError, RecursionError, json.JSONDecodeError) as error:
            raise ValueError(f"this is not the description of a run: {error}") from None


def config_from(parts: dict[str, Any]) -> ModelConfig:
    """A model's config from plain data with its "family"; ValueError where it is none."""
    if not isinstance(parts, dict) or parts.get("family") not in FAMILIES:
        raise ValueError(f"the family of a model is one of {', '.join(FAMILIES)}")
    return _filled(FAMILIES[parts["family"]], {name: value for name, value in parts.items() if name != "family"})


def _filled(kind: type, values: dict[str, Any]) -> Any:
    """A config whose every value has the type of its default: 3.5 layers or "yes" are refused in words."""
    known = {field.name: field for field in fields(kind)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"{kind.__name__} has no setting called {str(name)[:40]!r}")
        default = known[name].default
        allowed = (
            (int, float)
            if isinstance(default, float)
            else (int, float, type(None))
            if default is None
            else type(default)
        )
        if not isinstance(value, allowed) or isinstance(value, bool) is not isinstance(default, bool):
            raise ValueError(f"{name} should look like {default!r}, got {str(value)[:40]!r}")
    return kind(**values)
