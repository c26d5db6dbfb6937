"""How soon is a val loss of 1.88 there: nanoGPT's recipe and that with one ingredient of the speedrun more; the
speedrun, and that without one of them.

    python -m benchmarks.speedrun [--prices]

Steps until then are counted for each seed; they come out the same whatever else the machine does. What a step costs is
measured apart from them, in turn with a step of nanoGPT's recipe, on one thread. Looks at val cost nothing here, and
all are over the same windows. A run whose learning rate falls to nothing has to know its length: of the lengths that
are tried, from short to long, the first that gets there counts. All on the exact text of the lecture.

An ingredient alone is added to nanoGPT's recipe in its own length of 2,000 steps. At the end it writes
checkpoints/speedrun.json and the table of the README. Two hours; `--prices` measures only what the steps cost, for a
minute or two on an idle machine.
"""

import argparse
import json
import math
import re
from collections.abc import Callable

from benchmarks.evaluation import endless
from benchmarks.goals import Goals
from benchmarks.in_turn import in_turn, machine
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.engine.lanes import keep_freed_memory
from tinygpt.files import PROJECT
from tinygpt.training.evaluation import mean_loss
from tinygpt.training.loop import advance, one_step, one_thread
from tinygpt.training.spec import RunSpec
from tinygpt.training.speedrun import (
    ALL,
    INGREDIENTS,
    MEASURED,
    NANOGPT,
    TARGET,
    USUAL,
    Reached,
    how_soon,
    nanogpt_with,
    recipes,
    speedrun_without,
)
from tinygpt.training.state import start

README = PROJECT / "README.md"
TABLE = re.compile(r"(?<=<!-- python -m benchmarks.speedrun -->\n).*?(?=<!-- end of the speedrun -->)", re.DOTALL)
GOAL = 4.5  # times sooner than nanoGPT's recipe
SEEDS = (1337, 1, 2)
WINDOWS = 720  # of 64 characters, at every look
NEAR, FAR_STEPS, NEAR_STEPS = 0.08, 50, 10  # above TARGET: until when, and after how many steps, it is looked at
LONGER = (1.0, 1.25, 1.6, 2.0, 3.0, 4.5)  # times the length of the recipe
PAIRS = 7


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
    if spec == NANOGPT:
        return 1.0

    def stepping(spec: RunSpec) -> Callable[[int], object]:
        state = start(endless(spec), corpus)
        return lambda steps: advance(state, corpus, steps=steps)

    return 1 / in_turn(title, stepping(NANOGPT), stepping(spec), PAIRS).ratio


def table(found: dict[str, Reached]) -> str:
    """The table of the README: both recipes, the speedrun without each of its choices, and nanoGPT's with it alone."""

    def cells(title: str) -> str:
        steps, sooner = found[title].middle, found[title].sooner(found[USUAL])
        return f"{steps:,.0f} | {sooner:.1f}" if math.isfinite(steps) else "never | "

    rows = [
        ("as they are", ALL, USUAL),
        *((one.title, speedrun_without(one), nanogpt_with(one)) for one in INGREDIENTS),
    ]
    lines = [f"| {title} | {cells(away)} | {cells(alone)} |\n" for title, away, alone in rows]
    head = f"| steps until {TARGET} | the speedrun without | times sooner | nanoGPT's with | times sooner |\n"
    return f"{head}|---|--:|--:|--:|--:|\n" + "".join(lines)


def write(found: dict[str, Reached]) -> None:
    """All that was found, and the table of it."""
    plain = {
        title: {"steps": [each if math.isfinite(each) else None for each in one.steps], "price": one.price}
        for title, one in found.items()
    }
    about = {"machine": machine(), "target": TARGET, "seeds": SEEDS, "recipes": plain}
    MEASURED.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    README.write_text(TABLE.sub(lambda _: table(found), README.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    """Measure all recipes, and say how much sooner the speedrun is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prices", action="store_true", help="measure anew what steps cost, and count none")
    only_prices, goals, corpus = parser.parse_args().prices, Goals(), load_corpus("tinyshakespeare")
    found: dict[str, Reached] = dict(how_soon()) if only_prices else {}
    keep_freed_memory()  # as a worker of the app does
    for title, spec in recipes().items():
        if not only_prices:
            steps = [soonest(spec.with_settings({"seed": seed}), corpus) for seed in SEEDS]
            found[title] = Reached(steps, 1.0)
        found[title] = found[title]._replace(price=price(title, spec, corpus))
        ratio = found[title].sooner(found[USUAL])
        print(f"{title:32} {found[title].price:5.2f} {ratio:5.2f} x   {found[title].steps}", flush=True)
    write(found)
    sooner = found[ALL].sooner(found[USUAL])
    goals.at_least(GOAL, sooner, f"the speedrun is at {TARGET} so many times sooner than nanoGPT's recipe")
    goals.settle()


if __name__ == "__main__":
    main()
