"""The models of runs, ready to be asked; and what is measured on them, kept because it takes a moment."""

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import Corpus, load_corpus, remembered
from tinygpt.engine.records import RunView
from tinygpt.inside.past import ByPosition, at_each_position
from tinygpt.inside.surprise import surprise
from tinygpt.models import LanguageModel
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
            while len(self._models) > 1 and self._bytes() > self.most_bytes:
                del self._models[next(iter(self._models))]
        return model

    def _bytes(self) -> int:
        return sum(p.numel() * p.element_size() for model in self._models.values() for p in model.parameters())


_kept = Kept(MOST_BYTES)


def reached(run: RunView) -> At:
    """The model that a run has reached."""
    return At(run.id, run.step, run.spec.corpus)


def text_of(where: At) -> Corpus:
    return load_corpus(where.corpus, folder=texts.folder())


def model_at(where: At) -> LanguageModel:
    """A model from the engine. ValueError with a sentence where there is none (yet)."""

    def read() -> LanguageModel:
        blob = session.engine().model_bytes(where.run)
        if blob is None:
            raise ValueError("This run has not made its first step yet, so there is no model to look at.")
        return load(blob).model

    return _kept.get(where, read)


@lru_cache(maxsize=256)
def at_positions(where: At) -> ByPosition:
    """The val loss at each position of the window."""
    return at_each_position(model_at(where), text_of(where))


@remembered(512)
def surprises(where: At, start: int, length: int) -> tuple[float, ...]:
    """What each character of val from `start` on costs, in nats; the one at `start` is given."""
    ids = text_of(where).val[start : start + length + 1]
    return tuple(surprise(model_at(where), ids).tolist())
