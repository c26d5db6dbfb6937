"""Two ways to do the same, measured in turn: on one thread of one process, because this machine's speed drifts."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import torch

HALF = 0.4  # seconds of each half of a pair, about
Work = Callable[[int], object]  # so many times the same


@dataclass(frozen=True)
class Pairs:
    """What was done, the milliseconds of it either way, and the ratio of each pair."""

    title: str
    theirs: float
    ours: float
    ratios: list[float]
    processor: list[float]  # the same of processor time
    goal: float | None = None  # the least that the median of the ratios should be

    @property
    def ratio(self) -> float:
        """The median."""
        return median(self.ratios)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Half of all pairs lie between these."""
        low, _, high = quantiles(self.ratios, n=4) if len(self.ratios) > 1 else self.ratios * 3
        return low, high

    def line(self) -> str:
        """A line of the table."""
        low, high = self.quartiles
        spread = f"{self.ratio:5.2f} x ({low:.2f} to {high:.2f}; of processor time {median(self.processor):.2f})"
        return f"{self.title:42} {self.theirs:8.3f} ms {self.ours:8.3f} ms {spread}"

    def plain(self) -> dict[str, Any]:
        """It as JSON holds it."""
        medians = {"ratio": self.ratio, "processor_ratio": median(self.processor)}
        return asdict(self) | medians | {"quartiles": self.quartiles}


def seconds_of(work: Work, times: int) -> tuple[float, float]:
    """Wall clock and processor time of it once."""
    wall, processor = time.perf_counter(), time.process_time()
    work(times)
    return (time.perf_counter() - wall) / times, (time.process_time() - processor) / times


def in_turn(title: str, theirs: Work, ours: Work, pairs: int, goal: float | None = None) -> Pairs:
    """Pairs of both; each half is repeated so often that it takes HALF seconds."""
    works = [(work, max(1, round(HALF / seconds_of(work, 3)[0]))) for work in (theirs, ours)]
    times = [[seconds_of(work, often) for work, often in works] for _ in range(pairs)]
    walls = [(a[0], b[0]) for a, b in times]
    lecture, tinygpt = (1_000 * median(each) for each in zip(*walls, strict=True))
    return Pairs(title, lecture, tinygpt, [a / b for a, b in walls], [a[1] / b[1] for a, b in times], goal)


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    names = [line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor(), "cores": os.cpu_count(),
        "system": platform.platform(terse=True), "python": platform.python_version(), "torch": torch.__version__,
    }  # fmt: skip


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
