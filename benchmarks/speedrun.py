"""How soon is a val loss of 1.88 there: nanoGPT's recipe for a laptop, the speedrun, and each choice of it by itself.

    python -m benchmarks.speedrun [--seeds 3] [--added] [--json FILE]

Seconds are processor time of training steps on one thread; looks at val are not counted. All are looked at with the
same windows. A run whose learning rate falls to nothing has to know its length: of the lengths that are tried, from
short to long, the first that gets there counts, for each seed. Medians of the seeds; all on the exact text of the
lecture. About half an hour; `--added` also gives nanoGPT's recipe each choice alone, and takes about twice as long.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.goals import Goals
from benchmarks.in_turn import machine
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.engine.lanes import keep_freed_memory
from tinygpt.training.evaluation import estimate_loss
from tinygpt.training.loop import one_step, one_thread
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import TrainState, start

TARGET, GOAL = 1.88, 3.0  # nats per character, which nanoGPT's README states; and how many times sooner
SEEDS = (1337, 1, 2)
WINDOWS = 720  # of 64 characters, at every look
NEAR, FAR_STEPS, NEAR_STEPS = 0.08, 50, 10  # above TARGET: until when, and after how many steps, it is looked at
LONGER = (1.0, 1.25, 1.6, 2.0, 3.0, 4.5)  # times the length of the recipe
NANOGPT, SPEEDRUN = (PRESETS[name].spec("tinyshakespeare", 65) for name in ("nanogpt-cpu", "speedrun"))
# What is new in the speedrun: as nanoGPT's recipe has it, and as the speedrun has it. A rate goes with its optimizer.
CHOICES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Muon": ({"optimizer": "adamw", "learning_rate": 1e-3}, {"optimizer": "muon", "learning_rate": 1e-2}),
    "rotary positions": ({"positions": "learned"}, {"positions": "rotary"}),
    "QK norm": ({"qk_norm": False}, {"qk_norm": True}),
    "relu squared": ({"activation": "relu"}, {"activation": "relu2"}),
    "straight fall": (
        {"decay_share": 0.0, "min_learning_rate": SPEEDRUN.train.learning_rate / 10},
        {"decay_share": SPEEDRUN.train.decay_share, "min_learning_rate": None},
    ),
}


class Reached(NamedTuple):
    """Where a recipe had come to TARGET, a number for each seed; infinite where no length was enough."""

    title: str
    steps: list[float]
    seconds: list[float]


def recipes(*, added: bool) -> Iterator[tuple[str, RunSpec]]:
    """Every recipe that runs, by its name."""
    yield "nanoGPT's recipe", NANOGPT
    yield "speedrun", SPEEDRUN
    for title, (usual, _) in CHOICES.items():
        yield f"speedrun without {title}", SPEEDRUN.with_settings(usual)
    for title, (_, new) in CHOICES.items() if added else ():
        yield f"nanoGPT's recipe with {title}", NANOGPT.with_settings(new)


def to_target(spec: RunSpec, corpus: Corpus) -> tuple[float, float]:
    """Steps and seconds until the first look at or below TARGET; both infinite where it never comes."""
    state, seconds, val = start(spec.with_settings({"eval_interval": 10**6}), corpus), 0.0, math.inf
    while not state.ended and state.step < spec.train.max_steps:
        seconds += trained(state, corpus, NEAR_STEPS if val < TARGET + NEAR else FAR_STEPS)
        with one_thread():  # over the same windows whatever the recipe
            val = estimate_loss(state.model, corpus, "val", batches=WINDOWS, batch_size=1, block_size=64)
        if val <= TARGET:
            return state.step, seconds
    return math.inf, math.inf


def trained(state: TrainState, corpus: Corpus, steps: int) -> float:
    """Go so many steps on, as far as the run has them; their seconds. `advance` would add the final evaluation."""
    began = time.process_time()
    with one_thread():
        for _ in range(min(steps, state.spec.train.max_steps - state.step)):
            one_step(state, corpus)
    return time.process_time() - began


def soonest(spec: RunSpec, corpus: Corpus) -> tuple[float, float]:
    """The same for the first length of the run that gets there."""
    for times in LONGER:
        steps = round(spec.train.max_steps * times)
        if math.isfinite((found := to_target(spec.with_settings({"max_steps": steps}), corpus))[0]):
            return found
    return math.inf, math.inf


def measured(title: str, spec: RunSpec, corpus: Corpus, seeds: tuple[int, ...]) -> Reached:
    """A recipe with every seed."""
    found = [soonest(spec.with_settings({"seed": seed}), corpus) for seed in seeds]
    return Reached(title, [steps for steps, _ in found], [seconds for _, seconds in found])


def row(one: Reached, usual: Reached) -> str:
    """A line of the table."""
    sooner = median(usual.seconds) / median(one.seconds)
    seeds = ", ".join(f"{seconds:.1f}" for seconds in one.seconds)
    return f"{one.title:38} {median(one.steps):7,.0f} steps {median(one.seconds):7.1f} s {sooner:5.2f} x   ({seeds})"


def main() -> None:
    """Measure all recipes, and say how much sooner the speedrun is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, choices=range(1, len(SEEDS) + 1))
    parser.add_argument("--added", action="store_true", help="nanoGPT's recipe with each choice alone, too")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments, goals, found = parser.parse_args(), Goals(), []
    corpus = load_corpus("tinyshakespeare")
    keep_freed_memory()  # as a worker of the app does
    for title, spec in recipes(added=arguments.added):
        found.append(measured(title, spec, corpus, SEEDS[: arguments.seeds]))
        print(row(found[-1], found[0]), flush=True)
    sooner = median(found[0].seconds) / median(found[1].seconds)
    goals.at_least(GOAL, sooner, f"the speedrun is at {TARGET} so many times sooner than nanoGPT's recipe")
    if arguments.json:
        about = {"machine": machine(), "target": TARGET, "recipes": [one._asdict() for one in found]}
        arguments.json.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    goals.settle()


if __name__ == "__main__":
    main()
