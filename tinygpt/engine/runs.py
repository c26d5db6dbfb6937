"""What a run leaves on disk, in a folder named by 32 random hex digits: no word of a person is ever part of a path.

    <folder>/corpora/<sha>.txt      own texts, stored once
    <folder>/server.lock, .json     which server has the folder (folder_lock.py)
    <folder>/<run id>/
        card.json                   who, what, when, which color
        points.jsonl                one point a line, appended in whole lines
        samples.jsonl               what the model wrote on its way, in the same form
        state.safetensors           all that the next step needs, renewed every few seconds
        snapshots/<step>.safetensors  the model on its way, in 16-bit numbers
        model.safetensors           the model of a run that has ended
        best.safetensors            that of its lowest val loss, where it is another one
        end.json                    how it ended; a run without it was interrupted

Only the server writes here, from one thread (disk_writer.py). Reading is safe from every thread: lines are appended
whole, everything else is replaced in one move. A reader still believes nothing: a line that is torn or nonsense is
left out, and what is larger than anything we write is not even read (NotOurFile). Whatever cannot be written or read
raises OSError; the caller decides what that means.
"""

import errno
import json
import logging
import math
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tinygpt.checkpoint.header import MAX_FILE, NotOurFile
from tinygpt.engine.description import Origin, RunDescription
from tinygpt.engine.folder_lock import FolderLock
from tinygpt.engine.samples import Sample, with_samples
from tinygpt.files import size_on_disk, write_whole
from tinygpt.training.state import Point

RUN_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
MAX_JSON = 256 * 1024  # bytes; ours are about a thousand
MAX_POINTS = 64 * 1024**2  # bytes; the points of the longest run are about three million

log = logging.getLogger(__name__)


class RunStore:
    """The folder of all runs."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder).resolve()  # workers may have another working directory
        self.lock = FolderLock(self.folder)

    def check(self) -> None:
        """Make the folder. OSError with a sentence for whoever starts the server when nothing can be written there."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OSError(
                f"Runs cannot be kept in {self.folder} ({reason}). "
                "Set TINYGPT_RUNS to a folder that this server may write to."
            ) from error

    @property
    def corpora(self) -> Path:
        """Where own texts lie: the folder for keep_text and load_corpus."""
        return self.folder / "corpora"

    def home(self, run: str) -> Path:
        """The folder of one run. ValueError for anything that is not 32 hex digits."""
        if not RUN_ID.fullmatch(run):
            raise ValueError("a run is named by 32 hexadecimal digits")
        return self.folder / run

    def descriptions(self) -> list[RunDescription]:
        """Every run on disk, oldest first; folders that are not (whole) runs are left out."""
        found = []
        for home in self.folder.glob("*"):
            try:
                if RUN_ID.fullmatch(home.name) and (text := _bytes(home / "card.json", MAX_JSON)) is not None:
                    found.append(RunDescription.from_json(home.name, text))
            except (OSError, ValueError) as error:
                log.warning("%s is not a run that this version can read: %s", home, error)
        return sorted(found, key=lambda about: (about.created, about.id))

    def size(self, run: str) -> int:
        """What a run takes on disk, its files as whole blocks; 0 for what cannot be seen."""
        sizes: list[int] = []
        for folder in (self.home(run), self.home(run) / "snapshots"):
            with suppress(OSError):
                sizes += [entry.stat(follow_symlinks=False).st_size for entry in os.scandir(folder)]
        return sum(map(size_on_disk, sizes))

    def is_described(self, run: str) -> bool:
        """Whether the description of a run is there: it is not when somebody has removed the folder."""
        return os.path.exists(self.home(run) / "card.json")

    def write_description(self, about: RunDescription) -> None:
        """Store who, what and when; also after a change of name."""
        write_whole(self.home(about.id) / "card.json", about.to_json())

    def fork(self, about: RunDescription, origin: Origin, state: bytes) -> None:
        """Store a run that begins where another one was: what that has left up to there, and the state to go on from.

        Its description comes last: a fork that is half written is no run.
        """
        self.home(about.id).mkdir(parents=True, exist_ok=True)
        self.append(about.id, self.points(origin.run, before=origin.step))
        for sample in self.samples(origin.run, most=origin.step):
            self.append_sample(about.id, sample)
        for step in self.snapshots(origin.run):
            if step <= origin.step and (blob := self.snapshot(origin.run, step)) is not None:
                self.write_snapshot(about.id, step, blob)
        self.write_state(about.id, state)
        self.write_description(about)

    def append(self, run: str, points: Iterable[Point]) -> None:
        """Add points as whole lines: all of them, or none when OSError is raised."""
        _append(self.home(run) / "points.jsonl", _lines(points))

    def points(self, run: str, *, before: int | None = None) -> list[Point]:
        """The points on disk, or those before a step. Torn lines and nonsense are left out.

        A step that stands there again replaces what was written from it on: its run went on from an earlier state.
        TensorBoard does the same (`event_accumulator._MaybePurgeOrphanedData`).
        """
        points: list[Point] = []
        for line in (_bytes(self.home(run) / "points.jsonl", MAX_POINTS) or b"").split(b"\n"):
            with suppress(ValueError):
                point = Point.from_json(line)
                if before is None or point.step < before:
                    while points and points[-1].step >= point.step:
                        points.pop()
                    points.append(point)
        return points

    def rewind(self, run: str, step: int) -> None:
        """Forget the points from `step` on: a run that goes on from a saved state makes them again."""
        write_whole(self.home(run) / "points.jsonl", _lines(self.points(run, before=step)))

    def append_sample(self, run: str, sample: Sample) -> None:
        """Add a sample as a whole line, or nothing when OSError is raised."""
        _append(self.home(run) / "samples.jsonl", sample.to_json().encode() + b"\n")

    def samples(self, run: str, *, most: float = math.inf) -> tuple[Sample, ...]:
        """What was written up to step `most`, thinned. Torn lines and nonsense are left out."""
        samples: tuple[Sample, ...] = ()
        for line in (_bytes(self.home(run) / "samples.jsonl", MAX_POINTS) or b"").split(b"\n"):
            with suppress(ValueError):
                if (sample := Sample.from_json(line)).step <= most:
                    samples = with_samples(samples, [sample])
        return samples

    def write_state(self, run: str, blob: bytes) -> None:
        """Replace the saved state in one move."""
        write_whole(self.home(run) / "state.safetensors", blob)

    def state(self, run: str) -> bytes | None:
        """The saved state, or None before the first."""
        return _bytes(self.home(run) / "state.safetensors")

    def write_snapshot(self, run: str, step: int, blob: bytes) -> None:
        """Keep the model as it was at `step`."""
        write_whole(self.home(run) / "snapshots" / f"{int(step)}.safetensors", blob)

    def snapshots(self, run: str) -> list[int]:
        """The steps of which a model was kept, in order."""
        paths: list[Path] = []
        with suppress(OSError):  # it is no folder, or cannot be read: then none can
            paths += (self.home(run) / "snapshots").glob("*.safetensors")
        return sorted(int(path.stem) for path in paths if path.stem.isdecimal() and path.stem.isascii())

    def snapshot(self, run: str, step: int) -> bytes | None:
        """The model file of one step, or None."""
        return _bytes(self.home(run) / "snapshots" / f"{int(step)}.safetensors")

    def model(self, run: str, *, best: bool = False) -> bytes | None:
        """The model file of a run that has ended, its last or its `best`; or None."""
        return _bytes(self.home(run) / ("best.safetensors" if best else "model.safetensors"))

    def end(self, run: str, facts: dict[str, Any], model: bytes | None, best: bytes | None = None) -> None:
        """The run is over: keep its models and how it ended; the state is not needed any more."""
        home = self.home(run)
        for name, blob in (("best", best), ("model", model)):
            if blob is not None:
                write_whole(home / f"{name}.safetensors", blob)
            elif name == "best":
                with suppress(OSError):  # of an end that never came to be written, most often none
                    (home / "best.safetensors").unlink()
        ending = json.dumps(facts, allow_nan=False).encode()
        write_whole(home / "end.json", ending)  # last: a run is over when its model is safe
        (home / "state.safetensors").unlink(missing_ok=True)

    def has_ended(self, run: str) -> bool:
        """Whether a run has left its model and no state to go on from: so it has ended, whatever end.json says."""
        home = self.home(run)
        return os.path.exists(home / "model.safetensors") and not os.path.exists(home / "state.safetensors")

    def ending(self, run: str) -> dict[str, Any] | None:
        """How the run ended, as the file says; None for one that was interrupted, or whose file is not such."""
        try:
            facts = json.loads(_bytes(self.home(run) / "end.json", MAX_JSON) or b"null")
        except (ValueError, RecursionError):
            return None
        return facts if isinstance(facts, dict) else None

    def delete(self, run: str) -> None:
        """Remove a run with all it left. Its description goes first: a half-deleted run does not come back."""
        home = self.home(run)
        (home / "card.json").unlink(missing_ok=True)
        if home.exists():
            shutil.rmtree(home)


def _append(path: Path, lines: bytes) -> None:
    with open(path, "ab", buffering=0) as file:
        end = file.seek(0, 2)
        try:
            if file.write(lines) < len(lines):
                raise OSError(errno.ENOSPC, "No space left on device")
        except OSError:
            file.truncate(end)
            raise


def _lines(points: Iterable[Point]) -> bytes:
    return b"".join(point.to_json().encode() + b"\n" for point in points)


def _bytes(path: Path, most: int = MAX_FILE) -> bytes | None:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):  # reading a pipe would never end
            raise NotOurFile(f"{path.name} is no file")
        if found.st_size > most:
            raise NotOurFile(f"{path.name} is too large for a file of a run: it has {found.st_size:,} bytes")
        return path.read_bytes()
    except FileNotFoundError:
        return None
