"""How soon is a val loss of 1.88 there: nanoGPT's recipe for a laptop, the speedrun, and each choice of it by itself.

    python -m benchmarks.speedrun [--prices]

Steps until then are counted for each seed; they come out the same whatever else the machine does. What a step costs is
measured apart from them, in turn with a step of nanoGPT's recipe, on one thread. Looks at val cost nothing here, and
all are over the same windows. A run whose learning rate falls to nothing has to know its length: of the lengths that
are tried, from short to long, the first that gets there counts. All on the exact text of the lecture.

It writes docs/speedrun.json after each recipe, and the table of the README. About an hour; `--prices` measures only
what the steps cost, for two minutes on an idle machine.
"""

import argparse
import json
import math
import re
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.evaluation import endless
from benchmarks.goals import Goals
from benchmarks.in_turn import in_turn, machine
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.engine.lanes import keep_freed_memory
from tinygpt.files import PROJECT
from tinygpt.training.evaluation import mean_loss
from tinygpt.training.loop import advance, one_step, one_thread
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import start

README, FOUND = PROJECT / "README.md", PROJECT / "docs/speedrun.json"
TABLE = re.compile(r"(?<=<!-- python -m benchmarks.speedrun -->\n).*?(?=<!-- end of the speedrun -->)", re.DOTALL)
TARGET, GOAL = 1.88, 4.5  # nats per character, which nanoGPT's README states; and how many times sooner
SEEDS = (1337, 1, 2)
WINDOWS = 720  # of 64 characters, at every look
NEAR, FAR_STEPS, NEAR_STEPS = 0.08, 50, 10  # above TARGET: until when, and after how many steps, it is looked at
LONGER = (1.0, 1.25, 1.6, 2.0, 3.0, 4.5)  # times the length of the recipe
PAIRS = 7
NANOGPT, SPEEDRUN = (PRESETS[name].spec("tinyshakespeare", 65) for name in ("nanogpt-cpu", "speedrun"))
USUAL, ALL = "nanoGPT's recipe", "the speedrun"
# What is new in the speedrun: as nanoGPT's recipe has it, and as the speedrun has it. A rate goes with its optimizer.
CHOICES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Muon": (
        {"optimizer": "adamw", "learning_rate": NANOGPT.train.learning_rate},
        {"optimizer": "muon", "learning_rate": SPEEDRUN.train.learning_rate},
    ),
    "rotary positions": ({"positions": "learned"}, {"positions": "rotary"}),
    "QK norm": ({"qk_norm": False}, {"qk_norm": True}),
    "relu squared": ({"activation": "relu"}, {"activation": "relu2"}),
    "straight fall": (  # nanoGPT's is half a cosine to a tenth, after a warm-up of a twentieth of the steps
        {"decay_share": 0.0, "min_learning_rate": SPEEDRUN.train.learning_rate / 10, "warmup_steps": 15},
        {"decay_share": SPEEDRUN.train.decay_share, "min_learning_rate": None, "warmup_steps": 0},
    ),
    "no clipping": ({"grad_clip": NANOGPT.train.grad_clip}, {"grad_clip": 0.0}),
}


def recipes() -> dict[str, RunSpec]:
    """Every recipe, by its name."""
    without = {f"without {title}": SPEEDRUN.with_settings(usual) for title, (usual, _) in CHOICES.items()}
    added = {f"with {title}": NANOGPT.with_settings(new) for title, (_, new) in CHOICES.items()}
    return {USUAL: NANOGPT, ALL: SPEEDRUN, **without, **added}


def steps_to_target(spec: RunSpec, corpus: Corpus) -> float:
    """Steps until the first look at or below TARGET; infinite where it never comes."""
    state, val = start(spec.with_settings({"eval_interval": 10**6}), corpus), math.inf
    while not state.ended and state.step < spec.train.max_steps:
        steps = NEAR_STEPS if val < TARGET + NEAR else FAR_STEPS
        with one_thread():
            for _ in range(min(steps, spec.train.max_steps - state.step)):  # `advance` would add a final estimate
                one_step(state, corpus)
            val = mean_loss(state.model, corpus, "val", windows=WINDOWS, block_size=64)
        if val <= TARGET:
            return state.step
    return math.inf


def soonest(spec: RunSpec, corpus: Corpus) -> float:
    """The same for the first length of the run that gets there."""
    for times in LONGER:
        steps = round(spec.train.max_steps * times)
        if math.isfinite(found := steps_to_target(spec.with_settings({"max_steps": steps}), corpus)):
            return found
    return math.inf


def price(title: str, spec: RunSpec, corpus: Corpus) -> float:
    """What a step costs, in steps of nanoGPT's recipe."""

    def stepping(spec: RunSpec) -> Callable[[int], object]:
        state = start(endless(spec), corpus)
        return lambda steps: advance(state, corpus, steps=steps)

    with one_thread():
        return 1 / in_turn(title, stepping(NANOGPT), stepping(spec), PAIRS).ratio


def sooner(found: dict[str, Any], title: str) -> float:
    """How many times sooner than nanoGPT's recipe it is there, in the time that steps take; medians of the seeds."""
    usual, one = found[USUAL], found[title]
    return median(usual["steps"]) * usual["price"] / (median(one["steps"]) * one["price"])


def table(found: dict[str, Any]) -> str:
    """The table of the README: each recipe, then each choice, added to the one and taken from the other."""

    def cells(title: str) -> str:
        steps = median(found[title]["steps"])
        return f"{steps:,.0f} | {sooner(found, title):.1f}" if math.isfinite(steps) else "never | 0"

    lines = [f"| **{USUAL}** | {cells(USUAL)} | | |\n", f"| **{ALL}** | | | {cells(ALL)} |\n"]
    lines += [f"| {title} | {cells(f'with {title}')} | {cells(f'without {title}')} |\n" for title in CHOICES]
    return (
        "| | nanoGPT's recipe with it alone: steps | times sooner | the speedrun without it: steps | times sooner |\n"
        f"|---|--:|--:|--:|--:|\n{''.join(lines)}"
    )


def write(found: dict[str, Any]) -> None:
    """What is found so far, and the table once all of it is."""
    about = {"machine": machine(), "target": TARGET, "seeds": SEEDS, "recipes": found}
    FOUND.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    if recipes().keys() <= found.keys():
        README.write_text(TABLE.sub(lambda _: table(found), README.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    """Measure all recipes, and say how much sooner the speedrun is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prices", action="store_true", help="measure anew what steps cost, and count none")
    only_prices, goals, corpus = parser.parse_args().prices, Goals(), load_corpus("tinyshakespeare")
    found: dict[str, Any] = json.loads(FOUND.read_text(encoding="utf-8"))["recipes"] if only_prices else {}
    if only_prices and recipes().keys() - found.keys():
        parser.error(f"{FOUND} does not hold the steps of every recipe yet: count them first, without --prices")
    keep_freed_memory()  # as a worker of the app does
    for title, spec in recipes().items():
        steps = found[title]["steps"] if only_prices else [
            soonest(spec.with_settings({"seed": seed}), corpus) for seed in SEEDS
        ]  # fmt: skip
        found[title] = {"steps": steps, "price": price(title, spec, corpus)}
        print(f"{title:28} {found[title]['price']:5.2f} {sooner(found, title):5.2f} x   {steps}", flush=True)
        write(found)
    goals.at_least(GOAL, sooner(found, ALL), f"the speedrun is at {TARGET} so many times sooner than nanoGPT's recipe")
    goals.settle()


if __name__ == "__main__":
    main()
