"""The command `export`: a run that the app has trained, as a script, as a notebook or as its points."""

import argparse
import sys

from tinygpt.cli.train import DONE
from tinygpt.engine.description import RunDescription
from tinygpt.engine.recovery import recovered
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
    card = store.home(folder.name) / "card.json"
    if not card.is_file():
        raise ValueError(f"{folder} is not the folder of a run: it has no card.json")
    about = RunDescription.from_json(folder.name, card.read_bytes())
    spec, name, final = about.spec, about.name, recovered(store, about).progress.final
    match chosen.form:
        case "script":
            made = script(spec, name=name, final=final)
        case "notebook":
            made = notebook(spec, name=name, final=final)
        case "csv":
            made = points_csv(store.points(about.id))
        case _:
            made = points_json(spec, store.points(about.id), name=name, final=final)
    if out:
        write_whole(out, made.encode())
    else:
        print(made, end="")
    if is_sha256(spec.corpus) and chosen.form in ("script", "notebook"):
        print(f"Its text: copy {store.corpora / spec.corpus}.txt to {TEXT_FILE} beside it.", file=sys.stderr)
    return DONE
