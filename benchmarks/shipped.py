"""The models in checkpoints/: what each loses on validation text, measured again, and the table in their README.

    python -m benchmarks.shipped [--check]

Measures each model as the end of a training does: 51,200 fixed characters of the text that it was trained on. Where the
lecture's exact text is not at hand (`python -m tinygpt fetch`, or TINYGPT_DATA), it measures on the offline plays
instead, says so, and leaves the README as it is. All that the table says comes from the files and from this
measurement. `--check` measures and prints, and writes nothing. What is measured must be what the file states, to the
fourth digit on its own text, and about that on the plays.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.goals import Goals
from tinygpt.checkpoint.model_file import load, read_info
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.files import CHECKPOINTS
from tinygpt.models import count_parameters
from tinygpt.texts import tiny_shakespeare
from tinygpt.training.evaluation import FINAL_BATCHES, judged_loss
from tinygpt.training.loop import one_thread
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec

EXACT, ABOUT = 1e-4, 0.03  # nats: how far a measurement may be from what the file states, on its text and on the plays
BEGIN, END = "<!-- written by python -m benchmarks.shipped -->", "<!-- end of what it writes -->"
HEAD = (
    "| file | what it is | the command that made it | seed | seconds | train loss | val loss | measured again | size |",
    "|---|---|---|--:|--:|--:|--:|--:|--:|",
)


@dataclass(frozen=True)
class Shipped:
    """A model file of checkpoints/, and what it says about itself."""

    path: Path
    info: dict[str, Any]

    @property
    def spec(self) -> RunSpec:
        """The run that made it."""
        return RunSpec.from_json(self.info["run"])

    @property
    def command(self) -> str:
        """The command that makes it again. ValueError where no command would."""
        name, run = self.info["preset"], self.spec
        if run != PRESETS[name].spec(run.corpus, run.model.vocab_size):
            raise ValueError(f"{self.path.name} was not made with the preset {name} as it is now: train it again")
        return f"python -m tinygpt train --preset {name} --corpus {run.corpus} --out checkpoints/{self.path.name}"

    def stated_cells(self) -> list[str]:
        """What the table says of it, but for the last measurement and the size: all from the file."""
        preset, info = PRESETS[self.info["preset"]], self.info
        what = f"{preset.words} {count_parameters(self.spec.model):,} parameters, {info['step']:,} steps."
        return [
            f"`{self.path.name}`", what, f"`{self.command}`", str(info["seed"]), f"{info['seconds']:.0f}",
            f"{info['train_loss']:.4f}", f"{info['val_loss']:.4f}",
        ]  # fmt: skip

    def size(self) -> str:
        """How large the file is."""
        return f"{self.path.stat().st_size / 1000:,.0f} kB"


def shipped() -> list[Shipped]:
    """The models in checkpoints/, the smallest first."""
    paths = sorted(CHECKPOINTS.glob("*.safetensors"), key=lambda path: path.stat().st_size)
    return [Shipped(path, read_info(path)) for path in paths]


def measure(path: Path, corpus: Corpus) -> float:
    """Val loss of a model file as a training measures it at its end, in nats per character."""
    with one_thread():  # as in training: more threads add in another order
        return judged_loss(load(path).model, corpus, "val", FINAL_BATCHES)


def table(models: list[Shipped], measured: list[float]) -> str:
    """The table as Markdown, one line a model."""
    rows = [[*model.stated_cells(), f"{loss:.4f}", model.size()] for model, loss in zip(models, measured, strict=True)]
    return "\n".join([*HEAD, *(f"| {' | '.join(row)} |" for row in rows)])


def with_table(text: str, new: str) -> str:
    """The README with the lines between its two marks replaced by `new`."""
    return f"{text.partition(BEGIN)[0]}{BEGIN}\n{new}\n{END}{text.partition(END)[2]}"


def main() -> None:
    """Measure every model, and write the table where the lecture's text is at hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="print only; write nothing")
    check, exact, models = parser.parse_args().check, tiny_shakespeare.find() is not None, shipped()
    measured, goals = [], Goals()
    for model in models:
        key = model.spec.corpus if exact or model.spec.corpus != "tinyshakespeare" else "shakespeare-plays"
        measured.append(measure(model.path, load_corpus(key)))
        stated = model.info["val_loss"]
        print(f"{model.path.name:28} stated {stated:.4f}  measured {measured[-1]:.4f}  ratio "
              f"{measured[-1] / stated:.4f}  on {key}", flush=True)  # fmt: skip
        near = EXACT if key == model.spec.corpus else ABOUT
        goals.at_most(near, abs(measured[-1] - stated), f"{model.path.name}, distance from what it states")
    if not exact:
        print("The lecture's exact text is not on this machine: measured on the offline plays, README left as it is.")
    elif not check:
        readme = CHECKPOINTS / "README.md"
        text = readme.read_text(encoding="utf-8")
        readme.write_text(with_table(text, table(models, measured)), encoding="utf-8")
    goals.settle()


if __name__ == "__main__":
    main()
