"""The models of runs, ready to be asked; and what is measured on them, kept because it takes a moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.engine.records import RunView
from tinygpt.inside.past import ByPosition, at_each_position
from tinygpt.inside.surprise import surprise
from tinygpt.models import LanguageModel, leak
from tinygpt.texts.keeping import kept
from tinygpt.ui import session, texts
from tinygpt.words.overfitting import last_model, lowest_model


class At(NamedTuple):
    """A run's model after so many steps: what a measurement is kept under."""

    run: str
    step: int
    corpus: str
    best: bool = False  # the one of its lowest val loss, which is kept beside the last


def reached(run: RunView) -> At:
    """The model that a run has reached."""
    return At(run.id, run.step, run.spec.corpus)


class Choice(NamedTuple):
    """A model of a run that can be chosen, and what it is called."""

    run: RunView
    where: At
    title: str


def model_choices(runs: Iterable[RunView], title: Callable[[RunView], str]) -> dict[str, Choice]:
    """The models of runs, each by a key for the page: the last, then that of the lowest val loss, if it is another."""
    found = {}
    for run in runs:
        name, last = title(run), reached(run)
        found[run.id] = Choice(run, last, f"{name}, {last_model(run.step)}" if run.better else name)
        if run.better:
            best = last._replace(step=run.better[0], best=True)
            found[f"{run.id} best"] = Choice(run, best, f"{name}, {lowest_model(best.step)}")
    return found


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
    blob = session.engine().model_bytes(where.run, best=where.best)
    if blob is None:
        raise ValueError("This run has not made its first step yet, so there is no model to look at.")
    return load(blob).model


@kept
def at_positions(where: At) -> ByPosition:
    """The val loss at each position of the window."""
    return at_each_position(*on_its_text(where))


def along_the_window(groups: Mapping[str, Sequence[RunView]]) -> dict[str, tuple[float, ...]]:
    """Of each variant that sees the answer and has ended: the losses of its first run by position."""
    found = {}
    for label, runs in groups.items():
        if leak(runs[0].spec.model) and runs[0].status in ("finished", "stopped"):
            with suppress(ValueError):  # its model or its text is gone
                found[label] = at_positions(reached(runs[0])).losses
    return found


@kept
def surprises(where: At, start: int, length: int) -> tuple[float, ...]:
    """What each character of val from `start` on costs, in nats; the one at `start` is given."""
    model, corpus = on_its_text(where)
    return tuple(surprise(model, corpus.val[start : start + length + 1]).tolist())
