"""The runs of the app on the command line: a list of them; and one of them by its id, its beginning, or by its name.

Nothing is written here, so a server may run beside it.
"""

import argparse
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from tinygpt.corpus import CATALOGUE
from tinygpt.engine.description import RunDescription
from tinygpt.engine.records import ENDED
from tinygpt.engine.recovery import recovered
from tinygpt.engine.run_table import trained_models
from tinygpt.engine.runs import RunStore
from tinygpt.files import runs_folder
from tinygpt.models import leak
from tinygpt.texts.cleaning import clean_name
from tinygpt.texts.own import is_sha256
from tinygpt.texts.shelf import nameless, read_owners
from tinygpt.words.leaks import told_apart

HEADS = ("name", "text", "status", "steps", "val loss", "id")
DIGITS = 8  # of an id, at least: enough for people


def runs_command(_: argparse.Namespace) -> int:
    """Print a line for each run that the app keeps, the newest first."""
    store = RunStore(runs_folder())
    kept = store.descriptions()[::-1]
    if not kept:
        print(f"There is no run in {store.folder}.")
        return 0
    ids = beginnings([about.id for about in kept])
    table = [HEADS, *((*cells_of(store, about), ids[about.id]) for about in kept)]
    widths = [max(map(columns, cells)) for cells in zip(*table, strict=True)]
    for row in table:
        cells = (cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
    return 0


def cells_of(store: RunStore, about: RunDescription) -> tuple[str, str, str, str, str]:
    """What HEADS says of one run, but for its id. One that a server trains just now has not ended either."""
    run, steps = recovered(store, about), about.spec.train.max_steps
    step, val, status = run.progress.step, run.progress.val, run.status
    if status not in ENDED:
        points = store.points(about.id)
        step = points[-1].step if points else 0
        val = next((point.val for point in reversed(points) if point.val is not None), None)
        status = "not ended"
    loss = "-" if val is None else f"{val:.3f}"
    status = told_apart(status, leak(about.spec.model))
    return clean_name(about.name), clean_name(name_of_text(store, about)), status, f"{step:,} of {steps:,}", loss


def name_of_text(store: RunStore, about: RunDescription) -> str:
    """What --corpus calls the text of a run, or what its student called her own."""
    key = about.spec.corpus
    owners = read_owners(store.corpora / f"{key}.json") if is_sha256(key) else {}
    mine = owners.get(about.student)
    return key if key in CATALOGUE else mine.name if mine else nameless(key)


def columns(text: str) -> int:
    """How wide a terminal shows it: a Chinese character takes two columns, an accent on its own none."""
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def beginnings(ids: Sequence[str]) -> dict[str, str]:
    """The same few first digits of each id, enough of them to tell all apart."""
    digits = next(n for n in range(DIGITS, 33) if len({id[:n] for id in ids}) == len(ids))
    return {id: id[:digits] for id in ids}


def run_called(words: str) -> tuple[RunStore, RunDescription]:
    """The run that is meant: by its id, the beginning of that, its name or its folder. ValueError in a sentence."""
    path = Path(words).resolve()
    if (path / "card.json").is_file():
        return RunStore(path.parent), RunDescription.from_json(path.name, (path / "card.json").read_bytes())
    if path.is_dir():
        raise ValueError(f"{path} is not the folder of a run: it has no card.json")
    store = RunStore(runs_folder())
    kept = store.descriptions()
    found = [about for about in kept if words in (about.id, clean_name(about.name))]
    found = found or [about for about in kept if about.id.startswith(words.lower())]
    if len(found) == 1:
        return store, found[0]
    if not found:
        raise ValueError(f"there is no run {words!r} in {store.folder}: `python -m tinygpt runs` lists those there are")
    ids = beginnings([about.id for about in kept])
    which = ", ".join(ids[about.id] for about in found[-5:]) + ", ..." * (len(found) > 5)
    raise ValueError(f"{words!r} may be any of {len(found)} runs: say which by the beginning of its id, one of {which}")


def model_called(words: str, *, lowest: bool = False) -> Path | bytes:
    """The model file that is meant, or that of a run as far as it is trained. ValueError in a sentence.

    With `lowest`, it is the model of the lowest val loss of that run, be that its last one.
    """
    path = Path(words)
    if path.is_file():
        if lowest:
            raise ValueError(f"--lowest is for a run of the app; {words} is a model file, and holds one model")
        return path
    if path.is_dir() and not (path / "card.json").is_file():
        raise ValueError(f"{path} is a folder: name a model file in it")
    try:
        store, about = run_called(words)
    except ValueError as error:
        raise ValueError(f"there is no model file {words}, and {error}; `train --out {words}` would make one") from None
    last, best = trained_models((store.model(about.id), store.model(about.id, best=True)), store.state(about.id))
    if blob := lowest and best or last:
        return blob
    raise ValueError(f"the run {clean_name(about.name)!r} has no model yet: it has made no step")
