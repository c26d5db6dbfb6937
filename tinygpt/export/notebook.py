"""A run as a Jupyter notebook: what the script does, cell by cell, with its curve and what the model writes."""

import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tinygpt.export.written import TEXT_FILE, Better, Final, better_words, imports_and_code, leak_note
from tinygpt.texts.own import is_sha256
from tinygpt.training.spec import RunSpec

INSTALL = ".venv/bin/pip install -c constraints.txt notebook"
OPEN = ".venv/bin/jupyter notebook"
ABOUT = f"""\
# One run of tinygpt, to train again

Save this notebook in the folder of tinygpt, beside README.md, and open it with the Jupyter of that folder's `.venv`. On
Linux and macOS these two lines do it, the first of them once (on Windows the programs are in `.venv\\Scripts`):

    {INSTALL}
    {OPEN}

Run all cells: the last line must say the same as the second cell below, to the last digit. Another processor or another
version of torch may differ in the last digits."""
OWN = f"\n\nIt was trained on a text of your own: save that text beside this notebook, as `{TEXT_FILE}`."
NEEDED = """\
# Is all here that it needs?
from importlib.util import find_spec

missing = [name for name in ("tinygpt", "torch", "safetensors") if not find_spec(name)]
if missing:
    raise RuntimeError(f"{' and '.join(missing)} cannot be imported here. Save this notebook in the folder of tinygpt, "
                       "beside README.md, and open it with the Jupyter of its .venv, as the text above says.")"""
NEEDED_TEXT = f"""
from pathlib import Path

if not Path("{TEXT_FILE}").is_file():
    raise RuntimeError("The text of this run is not here: save it beside this notebook, as {TEXT_FILE}.")"""
ENDED = """\
# Train and val loss at its end, in nats per character.
exported = ({!r}, {!r})"""
NOT_ENDED = """\
# It had not come to its end when it was taken along; this notebook trains all of it.
exported = None"""

SPEC = """\
## The experiment

The model, how it is trained, and on which text. Whatever is not said here is as tinygpt has it by default."""
TRAINING = """\
## Training

The seed decides on the first weights and on every batch, so training again gives the same weights."""
TRAIN = """\
state = start(spec, corpus)
points = []
while not state.ended:
    points += advance(state, corpus, steps=spec.train.eval_interval)
    measured = [point for point in points if point.val is not None]
    print(f"step {measured[-1].step:>6,}   val loss {measured[-1].val:.4f}")"""
CURVE = """\
## The curve

Thick: unseen text (val), thin: training text."""
DRAW = """\
from IPython.display import SVG

from tinygpt.plots.losses.curve import curve_svg

SVG(curve_svg(points, spec))"""
SAMPLE = """\
## What it writes

Each character is drawn by the probabilities that the model gives. Another seed draws other ones."""
WRITE = """\
import torch

from tinygpt.generation import generate

idx = torch.zeros((1, 1), dtype=torch.long)  # the first character of the vocabulary, as a rule a newline
source = torch.Generator().manual_seed(1337)
written = generate(state.model, idx, 300, generator=source)
print(corpus.tokenizer.decode([token.id for token in written]))"""
LOSSES = "## Is it the same run?\n\nTrain and val loss, over many windows."
BEST = " Here `state.best.model(spec)` is that of the lowest."
COMPARE = """\
if state.note:
    print(state.note)
print("exported:     ", exported)
print("trained again:", (points[-1].loss, points[-1].val))"""


def notebook(spec: RunSpec, *, name: str = "", final: Final | None = None, better: Better | None = None) -> str:
    """The run as the JSON of a notebook (nbformat 4). `final` are its train and val loss, where it has finished.

    `better` is where its val loss was lower than at the end. The name of the run is a comment. An own text is read from
    text.txt beside the notebook. Raises ValueError where the text of the run is not known.
    """
    own = is_sha256(spec.corpus)
    imports, code = imports_and_code(spec, name, training="advance, start", place=f'"{TEXT_FILE}"')
    cells = {
        "about": new_markdown_cell(ABOUT + (OWN if own else "")),
        "needed": new_code_cell(NEEDED + (NEEDED_TEXT if own else "")),
        "exported": new_code_cell(NOT_ENDED if final is None else ENDED.format(*map(float, final))),
        "experiment": new_markdown_cell(SPEC),
        "spec": new_code_cell(f"{imports}\n\n{code}"),
        "training": new_markdown_cell(TRAINING),
        "train": new_code_cell(TRAIN),
        "curve": new_markdown_cell(CURVE),
        "draw": new_code_cell(DRAW),
        "sample": new_markdown_cell(SAMPLE),
        "write": new_code_cell(WRITE),
        "losses": new_markdown_cell(LOSSES + leak_note(spec) + better_words(better) + BEST * bool(better)),
        "compare": new_code_cell(COMPARE),
    }
    for id, cell in cells.items():
        cell.id = id  # the same every time; nbformat would draw one
    metadata = {  # which kernel runs it, and the run as data for programs
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "tinygpt": {"spec": json.loads(spec.to_json()), "final": None if final is None else list(map(float, final))},
    }
    made = new_notebook(cells=list(cells.values()), metadata=metadata)
    nbformat.validate(made)
    return nbformat.writes(made) + "\n"
