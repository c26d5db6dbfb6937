"""The models of runs, ready to be asked; and what is measured on them, kept because it takes a moment."""

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from torch import Tensor

from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.engine.records import ENDED, RunView
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.surprise import surprise
from tinygpt.inside.vitals import vitals
from tinygpt.models import LanguageModel, build
from tinygpt.training.evaluation import loss_by_position
from tinygpt.training.loop import one_thread
from tinygpt.training.spec import RunSpec
from tinygpt.ui import session, texts

MOST_BYTES = 64 * 1024**2  # of all models that are kept together: five of the largest, or hundreds of small ones


class At(NamedTuple):
    """A run's model after so many steps: what a measurement is kept under."""

    run: str
    step: int
    corpus: str


class Kept:
    """The models that were asked for last, of at most `most_bytes` together; the very last one also if it is larger."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._models: dict[At, LanguageModel] = {}  # whatever was asked for last stands last
        self._lock = threading.Lock()

    def get(self, where: At, make: Callable[[], LanguageModel]) -> LanguageModel:
        """The model at `where`, made anew if it is not kept (any more)."""
        with self._lock:
            model = self._models.pop(where, None)
        model = model or make()
        with self._lock:
            self._models[where] = model
            while len(self._models) > 1 and sum(map(_size, self._models.values())) > self.most_bytes:
                del self._models[next(iter(self._models))]
        return model


def _size(model: LanguageModel) -> int:
    """Bytes of the numbers of a model."""
    return sum(p.numel() * p.element_size() for p in model.parameters())


_kept = Kept(MOST_BYTES)


def reached(run: RunView) -> At:
    """The model that a run has reached."""
    return At(run.id, run.step, run.spec.corpus)


def text_of(where: At) -> Corpus:
    return load_corpus(where.corpus, folder=texts.folder())


def model_at(where: At) -> LanguageModel:
    """A model from the engine. ValueError with a sentence where there is none (yet)."""
    return _kept.get(where, lambda: _read(where))


def _read(where: At) -> LanguageModel:
    blob = session.engine().model_bytes(where.run)
    if blob is None:
        raise ValueError("This run has not made its first step yet, so there is no model to look at.")
    return load(blob).model


@lru_cache(maxsize=256)
def loss_at_positions(where: At) -> tuple[float, ...]:
    """Mean val loss at each position of the window."""
    return tuple(loss_by_position(model_at(where), text_of(where)).tolist())


@lru_cache(maxsize=512)
def surprises(where: At, start: int, length: int) -> tuple[float, ...]:
    """What each character of val from `start` on costs, in nats; the one at `start` is given."""
    ids = text_of(where).val[start : start + length + 1]
    return tuple(surprise(model_at(where), ids).tolist())


class Watched(NamedTuple):
    """What the scale race watches in a model after so many steps: means over its heads, and the heads themselves."""

    step: int
    entropy: float
    largest: float
    scores: float
    independent: float
    query_gradient: float
    key_gradient: float
    heads: tuple[tuple[float, float], ...]  # of each head: the variance of q . k, and that of independent numbers


def watched(run: RunView) -> list[Watched]:
    """A run from its first weights over every model that was kept on the way to the one it has reached."""
    if not isinstance(run.spec.model, GPTConfig):
        return []
    steps = [0, *session.engine().snapshots(run.id)]
    if run.status in ENDED and run.step > steps[-1]:
        steps.append(run.step)
    return [look_at(run.id, step, run.spec, last=step == run.step) for step in steps]


@lru_cache(maxsize=2_048)
def look_at(run: str, step: int, spec: RunSpec, *, last: bool) -> Watched:
    """One look. The first weights are drawn again from the seed: they are the same to the bit."""
    engine = session.engine()
    if step == 0:
        model = build(spec.model, seed=spec.train.seed)
    else:
        blob = engine.model_bytes(run) if last else engine.snapshot(run, step)
        if blob is None:
            raise ValueError(f"The model of step {step} is not there (any more).")
        model = load(blob).model
    assert isinstance(model, GPTLanguageModel)
    with one_thread():
        found = vitals(model, load_corpus(spec.corpus, folder=texts.folder()))
    heads = tuple(zip(found.scores.flatten().tolist(), found.independent.flatten().tolist(), strict=True))
    return Watched(
        step, _mean(found.entropy), _mean(found.largest), _mean(found.scores), _mean(found.independent),
        _mean(found.query_gradient), _mean(found.key_gradient), heads,
    )  # fmt: skip


def _mean(heads: Tensor) -> float:
    """Of one number for each head: (L, H) -> ()."""
    return float(heads.mean())
