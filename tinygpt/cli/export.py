"""The command `export`: a run that the app has trained, as a script, as a notebook or as its points."""

import argparse
import sys

from tinygpt.cli.train import DONE
from tinygpt.engine.card import Card
from tinygpt.engine.facts import is_number
from tinygpt.engine.runs import RunStore
from tinygpt.export.notebook import notebook
from tinygpt.export.points import points_csv, points_json
from tinygpt.export.script import script
from tinygpt.export.written import TEXT_FILE
from tinygpt.files import write_whole
from tinygpt.texts.own import is_sha256


def export_command(chosen: argparse.Namespace) -> int:
    """Write the run to a file, or print it; where an own text belongs is said on standard error."""
    folder, out = chosen.run.resolve(), chosen.out
    if out and out.exists():
        raise ValueError(f"{out} is there already: choose another name")
    store = RunStore(folder.parent)
    card = read_card(store, folder.name)
    made = exported(store, card, chosen.form)
    if out:
        write_whole(out, made.encode())
    else:
        print(made, end="")
    if is_sha256(card.spec.corpus) and chosen.form in ("script", "notebook"):
        print(f"Its text: copy {store.corpora / card.spec.corpus}.txt to {TEXT_FILE} beside it.", file=sys.stderr)
    return DONE


def read_card(store: RunStore, run: str) -> Card:
    """What a run is. ValueError where this folder is not that of a run."""
    path = store.home(run) / "card.json"
    if not path.is_file():
        raise ValueError(f"{path.parent} is not the folder of a run: it has no card.json")
    return Card.from_json(run, path.read_bytes())


def exported(store: RunStore, card: Card, form: str) -> str:
    """The run in the form that was asked for: "script", "notebook", "csv" or "json"."""
    final = final_losses(store, card.id)
    match form:
        case "script":
            return script(card.spec, name=card.name, final=final)
        case "notebook":
            return notebook(card.spec, name=card.name, final=final)
        case "csv":
            return points_csv(store.points(card.id))
        case _:
            return points_json(card.spec, store.points(card.id), name=card.name, final=final)


def final_losses(store: RunStore, run: str) -> tuple[float, float] | None:
    """Train and val loss of a run that has finished."""
    match (store.ending(run) or {}).get("final"):
        case [train, val] if is_number(train) and is_number(val):
            return float(train), float(val)
        case _:
            return None
