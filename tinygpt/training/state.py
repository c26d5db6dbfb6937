"""A run in the middle of its training, as a value: whatever the next step needs is in it."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.files import has_type
from tinygpt.models import LanguageModel, blank, build
from tinygpt.randomness import generator as seeded
from tinygpt.settings import times_the_rate
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.by_hand.step import Pass, pass_of
from tinygpt.training.divergence import Watch
from tinygpt.training.evaluation import Tally
from tinygpt.training.flat import Flat
from tinygpt.training.muon import Muon
from tinygpt.training.optimizers import SGD, AdamW, Optimizer
from tinygpt.training.spec import RunSpec, TrainConfig

BATCHES = 0x62617463  # "batc" in ASCII; any number below 2**32 but 0 would do
LARGEST = 3.5e38  # no loss is larger: it is measured in 32 bits
LONGEST_RUN = 1e7  # seconds; no run takes four months


class Point(NamedTuple):
    """One step as the curve shows it. Losses are in nats per character."""

    step: int  # optimizer steps made before this loss was measured
    loss: float  # of this step's batch; of the long estimate in the last point
    val: float | None  # on unseen text, when it was measured
    lr: float
    seconds: float  # of training, since this state was made or read
    tokens: int  # characters trained on so far

    def to_json(self) -> str:
        """One line of JSON; what is no number (a loss that exploded) is null, since JSON has no NaN."""
        plain = {name: value if math.isfinite(value or 0) else None for name, value in self._asdict().items()}
        return json.dumps(plain, allow_nan=False)

    @classmethod
    def from_json(cls, line: bytes) -> "Point":
        """The point that `to_json` wrote; ValueError for anything else, also for numbers that no run has."""
        try:
            step, loss, val, lr, seconds, tokens = cls(**json.loads(line))
        except (TypeError, RecursionError) as error:
            raise ValueError(f"this is no point: {error}") from None
        numbers = has_type([step, tokens, lr, seconds], tuple[int, int, float, float])
        if not (numbers and step <= tokens <= 2**63 and lr >= 0 and 0 <= seconds <= LONGEST_RUN):
            raise ValueError("these are not the numbers of a point")
        if not all(each is None or has_type(each, float) and -1 <= each <= LARGEST for each in (loss, val)):
            raise ValueError("these are not the losses of a point")
        loss, val = math.nan if loss is None else float(loss), None if val is None else float(val)
        return cls(step, loss, val, float(lr), float(seconds), tokens)


@dataclass(frozen=True)
class Best:
    """The model with the lowest val loss so far, of all that were looked at on the way."""

    step: int  # optimizer steps made before it was looked at
    val: float  # over a few windows, which are the same at every look
    weights: dict[str, Tensor]

    def model(self, spec: RunSpec) -> LanguageModel:
        """It as a model of its own, in evaluation mode; `spec` is that of its run."""
        model = blank(spec.model_at(self.step))
        model.load_state_dict(self.weights, assign=True)
        return model.eval()


@dataclass
class TrainState:
    """Everything the next step needs. `ended` is "" while there is work, then "finished" or "diverged"."""

    spec: RunSpec
    tokenizer: CharTokenizer
    model: LanguageModel
    optimizers: tuple[Optimizer, ...]
    generator: torch.Generator  # first weights and dropout ...
    batches: torch.Generator  # ... and batches: the very same one, as in the lecture, unless `same_batches` is set
    flat: Flat  # the weights in one vector, and those under which the last finite loss was measured
    step: int = 0
    watch: Watch = field(default_factory=Watch)
    tallies: dict[str, Tally] = field(default_factory=lambda: {"train": Tally(), "val": Tally()})
    best: Best | None = None  # None before the first look
    ended: str = ""
    note: str = ""  # why it ended, for people
    seconds: float = 0.0  # a clock is not part of the bytes: two equal runs would differ
    there_and_back: Pass | None = None  # the way there and back through the model as it stands; made when it is needed

    @property
    def previous(self) -> list[Tensor]:
        """The weights under which the last finite loss was measured, in the order of the model's parameters."""
        return self.flat.pieces(self.flat.previous)

    def loss_and_gradients(self, x: Tensor, y: Tensor) -> Tensor:
        """The loss of a batch, both (B, T); every parameter has its gradient then, None where it is switched off."""
        if self.there_and_back is None:
            self.flat.give_gradients()
            self.there_and_back = pass_of(self.model)
        return self.there_and_back(x, y)

    @property
    def tokens(self) -> int:
        """Characters trained on so far."""
        return self.step * self.spec.train.batch_size * self.spec.model.block_size

    @property
    def lowest(self) -> tuple[int, float] | None:
        """The step and the val loss of the best model."""
        return (self.best.step, self.best.val) if self.best else None

    @property
    def better(self) -> Best | None:
        """The best model, where that is not the one which is trained now."""
        return self.best if self.best and self.best.step != self.step else None


def start(spec: RunSpec, corpus: Corpus) -> TrainState:
    """A run before its first step. ValueError where the model does not fit the text."""
    if spec.model.vocab_size != corpus.tokenizer.vocab_size:
        raise ValueError(
            f"the model knows {spec.model.vocab_size} characters and the text has {corpus.tokenizer.vocab_size}: "
            f"set vocab_size={corpus.tokenizer.vocab_size}"
        )
    generator = seeded(spec.train.seed)
    model = build(spec.model_at(0), generator=generator)
    batches = batch_generator(spec.train.seed) if spec.train.same_batches else generator
    flat = flat_for(spec.train, model)
    return TrainState(spec, corpus.tokenizer, model, make_optimizers(spec.train, flat), generator, batches, flat)


def at_the_start(spec: RunSpec) -> LanguageModel:
    """The model of a run before its first step, drawn again from its seed: the same to the bit."""
    return build(spec.model_at(0), seed=spec.train.seed).eval()


def batch_generator(seed: int) -> torch.Generator:
    """The generator of the batches alone. It must not begin with the numbers that became the first weights.

    Of a seed, torch's CPU generator takes the last 32 bits. Other bits there are another stream, and two seeds which
    differ in them still differ.
    """
    return seeded(seed ^ BATCHES)


def flat_for(config: TrainConfig, model: LanguageModel, previous: Sequence[Tensor] | None = None) -> Flat:
    """The vectors of a model, in the order that its optimizer needs."""
    return Flat(model, previous, blocks_first=config.optimizer == "muon")


def make_optimizers(config: TrainConfig, flat: Flat) -> tuple[Optimizer, ...]:
    """AdamW as in the lecture, plain SGD, or Muon for the matrices of blocks and AdamW for all else.

    Only matrices decay ("Decoupled Weight Decay Regularization", 2019).
    """
    decay = config.weight_decay / times_the_rate(config)  # it is multiplied by the learning rate: as much in a step
    groups = [{"params": group, "weight_decay": share} for group, share in zip(flat.groups, (decay, 0.0), strict=False)]
    if config.optimizer == "sgd":
        return (SGD(groups, lr=config.learning_rate, stretch=flat.all),)
    adamw = AdamW(groups, lr=config.learning_rate, betas=(0.9, float(config.beta2)), stretch=flat.all)
    if not flat.of_blocks:
        return (adamw,)
    turned = [{"params": each, "weight_decay": decay, "shape": shape} for shape, each in flat.of_blocks]
    return Muon(turned, lr=config.learning_rate, stretch=flat.inner), adamw
