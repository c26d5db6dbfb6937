"""The models of runs, ready to be asked; and what is measured on them, kept because it takes a moment."""

from typing import NamedTuple

from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.engine.records import RunView
from tinygpt.inside.past import ByPosition, at_each_position
from tinygpt.inside.surprise import surprise
from tinygpt.keeping import kept
from tinygpt.models import LanguageModel
from tinygpt.ui import session, texts


class At(NamedTuple):
    """A run's model after so many steps: what a measurement is kept under."""

    run: str
    step: int
    corpus: str


def reached(run: RunView) -> At:
    """The model that a run has reached."""
    return At(run.id, run.step, run.spec.corpus)


def text_of(where: At) -> Corpus:
    return load_corpus(where.corpus, folder=texts.folder())


def on_its_text(where: At) -> tuple[LanguageModel, Corpus]:
    """A model, and the text whose characters it knows. ValueError with a sentence where one of them is gone."""
    model, corpus = model_at(where), text_of(where)
    if model.config.vocab_size != corpus.tokenizer.vocab_size:
        raise ValueError("This model was trained on another text than its run says.")
    return model, corpus


@kept
def model_at(where: At) -> LanguageModel:
    """A model from the engine. ValueError with a sentence where there is none (yet)."""
    blob = session.engine().model_bytes(where.run)
    if blob is None:
        raise ValueError("This run has not made its first step yet, so there is no model to look at.")
    return load(blob).model


@kept
def at_positions(where: At) -> ByPosition:
    """The val loss at each position of the window."""
    return at_each_position(*on_its_text(where))


@kept
def surprises(where: At, start: int, length: int) -> tuple[float, ...]:
    """What each character of val from `start` on costs, in nats; the one at `start` is given."""
    model, corpus = on_its_text(where)
    return tuple(surprise(model, corpus.val[start : start + length + 1]).tolist())
