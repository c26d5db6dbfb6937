"""One training step of tinygpt beside the lecture's own code, at the sizes of the lecture and of nanoGPT on a CPU.

    python -m benchmarks.steps [--pairs 9] [--json FILE]

Both in one process, on one thread, in turn, because this machine's speed drifts; the ratio of each pair, their median
and quartiles, wall clock and processor time. The lecture's code stands in benchmarks/lecture.py. Measure on an idle
machine.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import torch

from benchmarks.goals import Goals
from benchmarks.lecture import get_batch, in_the_lecture_s_style, stepping
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.engine.lanes import keep_freed_memory
from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig, build
from tinygpt.training.loop import advance, one_thread
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

BATCH = 0.4  # seconds of each half of a pair, about


@dataclass(frozen=True)
class Size:
    """A size that is measured, and how much faster than the lecture's code a step should be."""

    title: str
    model: ModelConfig
    batch_size: int
    goal: float


SIZES = (
    Size("bigram, 32 x 8", BigramConfig(65), 32, 4.0),
    Size("1 head, 1 block, n_embd 32, block 8", GPTConfig(65, n_head=1, n_layer=1), 32, 3.5),
    Size("4 heads, 3 blocks, n_embd 32, block 8", GPTConfig(65), 32, 4.5),
    Size("4 heads, 4 blocks, n_embd 64, block 32", GPTConfig(65, block_size=32, n_embd=64, n_layer=4), 16, 2.0),
    Size("nanoGPT on a CPU: n_embd 128, block 64", GPTConfig(65, block_size=64, n_embd=128, n_layer=4), 12, 1.4),
)


@dataclass(frozen=True)
class Measured:
    """Milliseconds of a step, and the ratios of the pairs."""

    title: str
    lecture: float
    tinygpt: float
    ratios: list[float]
    processor: list[float]  # the same of processor time

    @property
    def ratio(self) -> float:
        """The median."""
        return median(self.ratios)


def seconds_of(work: Callable[[int], object], steps: int) -> tuple[float, float]:
    """Wall clock and processor time of a step."""
    wall, processor = time.perf_counter(), time.process_time()
    work(steps)
    return (time.perf_counter() - wall) / steps, (time.process_time() - processor) / steps


def measure(size: Size, corpus: Corpus, pairs: int) -> Measured:
    """Pairs of both, in turn."""
    never = 10**6  # no look at val, no end
    spec = RunSpec(size.model, TrainConfig(batch_size=size.batch_size, max_steps=never, eval_interval=never), "")
    state = start(spec, corpus)
    batch = partial(get_batch, corpus.train, size.batch_size, size.model.block_size)
    step = stepping(in_the_lecture_s_style(build(size.model)), batch)

    def theirs(steps: int) -> None:
        for _ in range(steps):
            step()

    def ours(steps: int) -> None:
        advance(state, corpus, steps=steps)

    works = [(work, max(3, round(BATCH / seconds_of(work, 10)[0]))) for work in (theirs, ours)]
    times = [[seconds_of(work, steps) for work, steps in works] for _ in range(pairs)]
    walls = [(a[0], b[0]) for a, b in times]
    lecture, tinygpt = (1_000 * median(each) for each in zip(*walls, strict=True))
    return Measured(size.title, lecture, tinygpt, [a / b for a, b in walls], [a[1] / b[1] for a, b in times])


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    names = [line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor(), "cores": os.cpu_count(),
        "system": platform.platform(terse=True), "python": platform.python_version(), "torch": torch.__version__,
    }  # fmt: skip


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def main() -> None:
    """Measure all sizes, and say what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments, goals, found = parser.parse_args(), Goals(), []
    corpus = load_corpus(default_corpus())
    keep_freed_memory()  # as a worker of the app does
    with one_thread():
        for size in SIZES:
            one = measure(size, corpus, arguments.pairs)
            low, _, high = quantiles(one.ratios, n=4)
            spread = f"{one.ratio:5.2f} x ({low:.2f} to {high:.2f}; of processor time {median(one.processor):.2f})"
            print(f"{one.title:42} {one.lecture:7.3f} ms {one.tinygpt:7.3f} ms {spread}", flush=True)
            goals.at_least(size.goal, one.ratio, f"{one.title}: times as fast as the lecture's code")
            found.append(one)
    if arguments.json:
        about = {"machine": machine(), "steps": [asdict(one) | {"ratio": one.ratio} for one in found]}
        arguments.json.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    goals.settle()


if __name__ == "__main__":
    main()
