"""The command `export`: a run that the app has trained, as a script, as a notebook or as its points."""

import argparse
import sys

from tinygpt.cli.train import DONE
from tinygpt.engine.checked_json import is_number
from tinygpt.engine.description import RunDescription
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
    about = read_description(store, folder.name)
    made = exported(store, about, chosen.form)
    if out:
        write_whole(out, made.encode())
    else:
        print(made, end="")
    if is_sha256(about.spec.corpus) and chosen.form in ("script", "notebook"):
        print(f"Its text: copy {store.corpora / about.spec.corpus}.txt to {TEXT_FILE} beside it.", file=sys.stderr)
    return DONE


def read_description(store: RunStore, run: str) -> RunDescription:
    """What a run is. ValueError where this folder is not that of a run."""
    path = store.home(run) / "card.json"
    if not path.is_file():
        raise ValueError(f"{path.parent} is not the folder of a run: it has no card.json")
    return RunDescription.from_json(run, path.read_bytes())


def exported(store: RunStore, about: RunDescription, form: str) -> str:
    """The run in the form that was asked for: "script", "notebook", "csv" or "json"."""
    final = final_losses(store, about.id)
    match form:
        case "script":
            return script(about.spec, name=about.name, final=final)
        case "notebook":
            return notebook(about.spec, name=about.name, final=final)
        case "csv":
            return points_csv(store.points(about.id))
        case _:
            return points_json(about.spec, store.points(about.id), name=about.name, final=final)


def final_losses(store: RunStore, run: str) -> tuple[float, float] | None:
    """Train and val loss of a run that has finished."""
    match (store.ending(run) or {}).get("final"):
        case [train, val] if is_number(train) and is_number(val):
            return float(train), float(val)
        case _:
            return None
