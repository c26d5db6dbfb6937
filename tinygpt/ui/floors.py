"""The floors of a text, counted in the background: a few seconds of counting must not hold up a page.

What was counted is kept, of the last 512 texts, so a tick of a page needs no text.
"""

import math
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from tinygpt.corpus import load_corpus
from tinygpt.counting import Floor
from tinygpt.counting import floors as count_floors
from tinygpt.languages.catalogue import TASKS, best_loss
from tinygpt.plots.losses.reach import Line
from tinygpt.spelling import number
from tinygpt.words.floors import called
from tinygpt.words.loss import BEST

_counting = ThreadPoolExecutor(1, thread_name_prefix="floors")
DRAWN = ("1-gram", "2-gram", "3-gram", "4-gram")  # the tables that are lines on a chart


@lru_cache(maxsize=512)  # a few numbers of each text
def _counted(key: str, folder: Path | None) -> tuple[int, "Future[dict[str, Floor]]"]:
    """The size of a text's vocabulary, and its floors to come. ValueError for a text that is gone."""
    V = load_corpus(key, folder=folder).tokenizer.vocab_size
    return V, _counting.submit(lambda: count_floors(load_corpus(key, folder=folder)))  # none waits in memory


def are_counted(key: str, folder: Path | None = None) -> bool:
    """Whether no more is to come for this text; asking begins the counting. A text that is gone has no floors."""
    try:
        return _counted(key, folder)[1].done()
    except ValueError:
        return True


def count_models(key: str, folder: Path | None = None) -> dict[str, Floor]:
    """What each count model loses, by name; only guessing while the rest is being counted.

    Nothing of a text that is gone.
    """
    try:
        V, floors = _counted(key, folder)
    except ValueError:
        return {}
    if not floors.done() or floors.exception():
        return {"uniform": Floor(math.log(V), math.log(V))}
    return {name: floor for name, floor in floors.result().items() if math.isfinite(floor.val)}


def of(key: str, folder: Path | None = None) -> dict[str, float]:
    """Val loss of each count model by name, in nats per character."""
    return {name: floor.val for name, floor in count_models(key, folder).items()}


def of_model(key: str, block_size: int, folder: Path | None = None) -> dict[str, float]:
    """The same for a model with a window of `block_size`: on a made-up language nobody gets below the best one.

    There, counting reads more of the past than a window holds, so tables of it are no floors of a model.
    """
    known = of(key, folder)
    if key not in TASKS:
        return known
    simple = {name: known[name] for name in ("uniform", "1-gram") if name in known}
    return simple | {BEST: best_loss(key, block_size)} if known else {}


def lines(key: str, block_size: int, folder: Path | None = None) -> list[Line]:
    """The floors as the chart shows them: two lines of words each, highest first."""
    known = of_model(key, block_size, folder)
    if not known:
        return []
    shown = [Line(f"ln {_counted(key, folder)[0]}\n{number(known['uniform'])}", known["uniform"])]
    names = {name: called(name) for name in DRAWN} | {BEST: "best"}
    return shown + [Line(f"{names[name]}\n{number(known[name])}", known[name]) for name in names if name in known]
