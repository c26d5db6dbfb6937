"""How near the tests that train are to failing, where arithmetic is shaken on purpose.

    python -m tests.margins    every test marked `trained`, under each shake; then the narrowest margins

A last bit that differs, as on another processor, moves a training a little, and one whose steps are too long to
somewhere else. What such a test says must hold there too, so it tells its numbers to `margin`, and each shake runs them
all in a process of its own. Room is how far a number is on the right side of its bound; the spread is how much the
room differs between the shakes. Room that is a small part of the spread is luck.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

# conftest.py reads TINYGPT_SHAKE and nobody else; torch and its libraries read the others as they are loaded.
SHAKES: dict[str, dict[str, str]] = {
    "this machine": {},
    "seed + 1": {"TINYGPT_SHAKE": "seed 1"},
    "seed + 2": {"TINYGPT_SHAKE": "seed 2"},
    "seed + 3": {"TINYGPT_SHAKE": "seed 3"},
    "weights, once": {"TINYGPT_SHAKE": "weights 1"},
    "weights, again": {"TINYGPT_SHAKE": "weights 2"},
    "AVX2": {"ATEN_CPU_CAPABILITY": "avx2", "MKL_CBWR": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
    "no AVX": {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE", "ONEDNN_MAX_CPU_ISA": "SSE41"},
    "no mkldnn": {"TINYGPT_SHAKE": "mkldnn", "MKL_CBWR": "COMPATIBLE"},
}
MOVED = 1e-6  # of each first weight, at most about four times that
AT_ONCE = 2  # shakes: each trains on one thread
SHOWN = 25  # rows of the table


@contextmanager
def shaken(shake: str) -> Iterator[None]:
    """Inside, every run of this process begins a little elsewhere: "seed 1", "weights 1", "mkldnn"; "" is as it is."""
    import torch

    from tinygpt import models
    from tinygpt.training import state

    kind, _, which = shake.partition(" ")
    seeded = state.seeded

    def moved(*args: Any, **kwargs: Any) -> models.LanguageModel:
        model, source = models.build(*args, **kwargs), seeded(int(which))
        with torch.no_grad():
            for weight in model.parameters():
                weight.mul_(1 + MOVED * torch.randn(weight.shape, generator=source))
        return model

    with pytest.MonkeyPatch.context() as patch:
        if kind == "mkldnn":
            patch.setattr(torch.backends.mkldnn, "enabled", False)
        if kind == "seed":
            for module in (state, models):
                patch.setattr(module, "seeded", lambda seed: seeded(seed + int(which)))
        if kind == "weights":
            patch.setattr(state, "build", moved)
        yield


def measure(test: str) -> Callable[..., None]:
    """What the fixture `margin` is for one test: `margin("val loss", val, below=2.5)` asserts, and writes it down."""

    def margin(what: str, value: float, *, above: float | None = None, below: float | None = None) -> None:
        rooms = [value - above] if above is not None else []
        rooms += [below - value] if below is not None else []
        if file := os.environ.get("TINYGPT_MARGINS"):
            with open(file, "a", encoding="utf-8") as lines:
                lines.writelines(json.dumps([test, what, value, room]) + "\n" for room in rooms)
        assert rooms and all(room > 0 for room in rooms), f"{what}: {value:g}, not {above=} {below=}"

    return margin


def run(name: str, folder: Path) -> tuple[str, bool, list[list[Any]]]:
    """All trained tests under one shake: its name, whether they passed, and what they wrote down."""
    file, began = folder / name, time.monotonic()
    marks = "trained and not of_one_seed" if name.startswith("seed") else "trained"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "-m", marks, *sys.argv[1:]],
        env=os.environ | SHAKES[name] | {"TINYGPT_MARGINS": str(file)}, capture_output=True, text=True,
    )  # fmt: skip
    said = done.stdout if done.returncode else done.stdout.splitlines()[-1]
    print(f"{name}, {time.monotonic() - began:.0f} s: {said}{done.stderr}", flush=True)
    return name, not done.returncode, [*map(json.loads, file.read_text().splitlines())] if file.exists() else []


def table(found: list[tuple[str, bool, list[list[Any]]]]) -> Iterator[str]:
    """The narrowest margins, one a line: the room that is left as a part of the spread of the shakes."""
    rooms: dict[tuple[str, str, bool], list[tuple[float, float, str]]] = defaultdict(list)
    for name, _, lines in found:
        seen: dict[tuple[str, str], int] = defaultdict(int)
        for test, what, value, room in lines:
            seen[test, what] += 1  # a number between two bounds has two rooms
            rooms[test, what, seen[test, what] > 1].append((room, value, name))
    rows = []
    for (test, what, _), measured in rooms.items():
        (least, value, name), spread = min(measured), max(measured)[0] - min(measured)[0]
        rows.append((least / spread if spread else float("inf"), least, spread, value, name, f"{test}: {what}"))
    yield f"{'room/spread':>11}{'room':>10}{'spread':>10}{'value':>10}  at its narrowest under, test: what"
    for ratio, least, spread, value, name, what in sorted(rows)[:SHOWN]:
        yield f"{ratio:11.2f}{least:10.3g}{spread:10.3g}{value:10.4g}  {name}, {what}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda name: run(name, Path(folder)), SHAKES))
    print(*table(found), sep="\n")
    sys.exit(not all(passed for _, passed, _ in found))
