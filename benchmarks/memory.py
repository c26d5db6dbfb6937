"""The most memory that training takes, by hand and by autograd, each in a process of its own.

    python -m benchmarks.memory

Both train nanoGPT's CPU size with a batch of 64 for a few steps; what is compared is the largest resident size, less
that before the first step. Nothing of it may depend on what was trained before, so every figure has a fresh process.
"""

import gc
import re
import resource
import sys
from pathlib import Path
from statistics import median

import torch
from loky import ProcessPoolExecutor

from benchmarks.goals import Goals
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.randomness import generator
from tinygpt.training.by_hand.step import pass_of
from tinygpt.training.loop import one_thread

CONFIG, BATCH, STEPS = GPTConfig(65, block_size=64, n_embd=128, n_layer=4), 64, 3
TIMES = 3
STATUS = Path("/proc/self/status")


def peak(by_hand: bool) -> float:
    """Megabytes that the steps took beyond what stood before them."""
    model = build(CONFIG)
    idx, targets = torch.randint(65, (2, BATCH, CONFIG.block_size), generator=generator(1))
    step = pass_of(model)
    gc.collect()
    before = high_water()
    with one_thread():
        for _ in range(STEPS):
            if by_hand:
                step(idx, targets)
            else:
                loss = model(idx, targets)[1]
                assert loss is not None
                model.zero_grad(set_to_none=False)
                loss.backward()
    return high_water() - before


def high_water() -> float:
    """The largest resident size of this process so far, in megabytes. On Linux getrusage would also count what its
    parent held when it began."""
    if STATUS.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())[1]) / 1_000  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def peaks() -> tuple[float, float]:
    """Of autograd, and by hand: medians, in megabytes."""
    found: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(TIMES):
        for by_hand, megabytes in found.items():
            with ProcessPoolExecutor(1) as fresh:
                megabytes.append(fresh.submit(peak, by_hand).result())
    return median(found[False]), median(found[True])


def main() -> None:
    """Measure both."""
    autograd, by_hand = peaks()
    print(f"autograd {autograd:.0f} MB, by hand {by_hand:.0f} MB, ratio {by_hand / autograd:.2f}")
    goals = Goals()
    goals.at_most(1.0, by_hand / autograd, "memory of a step by hand, beside autograd")
    goals.settle()


if __name__ == "__main__":
    main()
