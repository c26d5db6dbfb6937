"""How much of a run's time goes into judging it: the looks at val on the way, and the long estimate at the end.

    python -m benchmarks.evaluation

For each preset the seconds of a step, of a look and of the end are measured, and put together as often as its settings
ask for each. Goal: at most a tenth of the run. The speedrun is so short that its end alone takes more.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.goals import Goals
from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.engine.lanes import keep_freed_memory
from tinygpt.training.evaluation import LIVE_BATCHES, judging_windows
from tinygpt.training.loop import advance, look, one_thread
from tinygpt.training.presets import PRESETS, Preset
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import start
from tinygpt.training.work import windows_to_judge

MOST = 0.1
SHORT = PRESETS["speedrun"].title
WARM, STEPS, LOOKS, NEVER = 30, 100, 5, 10**6


def seconds(work: Callable[[], object], times: int) -> float:
    """Of it once."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times


def endless(spec: RunSpec) -> RunSpec:
    """The same run without an end, and with no look after the first."""
    return replace(spec, train=replace(spec.train, max_steps=NEVER, eval_interval=NEVER))


def looks_to_judge(spec: RunSpec) -> float:
    """How many looks take as long as all that judges a run of it."""
    return windows_to_judge(spec) / judging_windows(LIVE_BATCHES, spec.model.block_size)


def share(preset: Preset, corpus: Corpus) -> float:
    """Of the time of a whole run of the preset."""
    spec, config = preset.spec(corpus.name, corpus.tokenizer.vocab_size), preset.train
    state = start(endless(spec), corpus)
    with one_thread():
        advance(state, corpus, steps=WARM)
        step = seconds(lambda: advance(state, corpus, steps=1), STEPS)
        one_look = seconds(lambda: look(state, corpus), LOOKS)
    judged = looks_to_judge(spec) * one_look
    return judged / (judged + config.max_steps * step)


def shares(corpus: Corpus) -> dict[str, float]:
    """Of every preset, by its title."""
    keep_freed_memory()
    return {preset.title: share(preset, corpus) for preset in PRESETS.values()}


def main() -> None:
    """Measure all presets."""
    goals = Goals()
    for title, found in shares(load_corpus(default_corpus())).items():
        print(f"{title:24} {found:6.1%}", flush=True)
        if title != SHORT:
            goals.at_most(MOST, found, f"{title}: share of a run's time that goes into judging it")
    goals.settle()


if __name__ == "__main__":
    main()
