"""The floors of a text, counted in the background: a few seconds of counting must not hold up a page."""

import math
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.counting import Floor
from tinygpt.counting import floors as count_floors
from tinygpt.plots.look import number
from tinygpt.plots.loss import Line
from tinygpt.tasks import TASKS, best_loss

_counting = ThreadPoolExecutor(1, thread_name_prefix="floors")
NAMES = {"1-gram": "1\u2011gram", "2-gram": "2\u2011gram", "3-gram": "3\u2011gram", "4-gram": "4\u2011gram"}


def default() -> str:
    """The text that a newcomer sees first."""
    return default_corpus()


@cache
def _counted(key: str, folder: Path | None) -> "Future[dict[str, Floor]]":
    return _counting.submit(lambda: count_floors(load_corpus(key, folder=folder)))


def are_counted(key: str, folder: Path | None = None) -> bool:
    """Whether the count models of this text are ready; asking begins the counting."""
    return _counted(key, folder).done()


def of(key: str, folder: Path | None = None) -> dict[str, float]:
    """Val loss of each count model by name, in nats per character; only guessing while the rest is being counted."""
    corpus = load_corpus(key, folder=folder)
    guessing = {"uniform": math.log(corpus.tokenizer.vocab_size)}
    future = _counted(key, folder)
    if not future.done() or future.exception():
        return guessing
    return {name: floor.val for name, floor in future.result().items() if math.isfinite(floor.val)}


def lines(key: str, block_size: int, folder: Path | None = None) -> list[Line]:
    """The floors as the chart shows them: two lines of words each, highest first."""
    known = of(key, folder)
    V = load_corpus(key, folder=folder).tokenizer.vocab_size
    shown = [Line(f"ln {V}\n{number(known['uniform'])}", known["uniform"])]
    shown += [Line(f"{NAMES[name]}\n{number(known[name])}", known[name]) for name in NAMES if name in known]
    if key in TASKS:
        best = best_loss(key, block_size)
        shown = [*shown[:2], Line(f"best\n{number(best)}", best)]
    return shown
