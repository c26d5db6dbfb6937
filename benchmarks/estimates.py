"""What the app says that a run will take, beside what it takes: over all presets and a grid of sizes.

    python -m benchmarks.estimates [--seconds 1.5]

The machine is measured as the app measures it when it starts. Then each run trains for some seconds, and its time for
all its steps, looks and its end is put together from these. Once alone, and once while another run trains in a process
of its own: there, as in the app, the estimate is that of the machine times how much slower than its own estimate that
run is. Goal: every estimate within a quarter of the truth.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from benchmarks.evaluation import endless, looks_to_judge, seconds
from benchmarks.goals import Goals
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.engine.lanes import keep_freed_memory
from tinygpt.gpt import GPTConfig
from tinygpt.training.cost import this_machine
from tinygpt.training.loop import advance, look, one_thread
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import TrainState, start

NEAR = 0.25
PIECES = 5  # of each measurement, of which the median counts: other programs disturb some
GRID = (  # n_layer, n_embd, n_head, block_size, batch_size
    (1, 16, 1, 8, 32), (1, 32, 4, 8, 128), (2, 32, 4, 32, 32), (3, 64, 4, 8, 32), (4, 64, 4, 64, 16),
    (6, 64, 8, 32, 32), (2, 128, 4, 8, 32), (4, 128, 8, 32, 12), (2, 256, 8, 16, 16), (8, 32, 2, 16, 8),
)  # fmt: skip


def specs(corpus: Corpus) -> Iterator[tuple[str, RunSpec]]:
    """Every preset, then the grid, with a bigram of large batches."""
    V = corpus.tokenizer.vocab_size
    for preset in PRESETS.values():
        yield preset.title, preset.spec(corpus.name, V)
    for n_layer, n_embd, n_head, block_size, batch_size in GRID:
        model = GPTConfig(V, n_layer=n_layer, n_embd=n_embd, n_head=n_head, block_size=block_size)
        title = f"{n_layer} blocks, {n_embd} wide, {n_head} heads, {batch_size} x {block_size}"
        yield title, RunSpec(model, TrainConfig(batch_size=batch_size), corpus.name)
    yield "bigram, 128 x 8", RunSpec(BigramConfig(V), TrainConfig(batch_size=128), corpus.name)


def truth(spec: RunSpec, corpus: Corpus, lasting: float) -> float:
    """Seconds of the whole run, put together from some seconds of it."""
    config = spec.train
    state = start(endless(spec), corpus)
    with one_thread():
        advance(state, corpus, steps=3)
        step = median(seconds_of_a_step(state, corpus, lasting / PIECES) for _ in range(PIECES))
        one_look = median(seconds(lambda: look(state, corpus), 1) for _ in range(PIECES))
    return config.max_steps * step + looks_to_judge(spec) * one_look


def seconds_of_a_step(state: TrainState, corpus: Corpus, lasting: float) -> float:
    """Over all steps that fit into so many seconds."""
    before = state.step
    whole = seconds(lambda: advance(state, corpus, seconds=lasting), 1)
    return whole / max(1, state.step - before)


def other_spec(corpus: Corpus) -> RunSpec:
    """The run that trains beside the others."""
    return PRESETS["layer-norm"].spec(corpus.name, corpus.tokenizer.vocab_size)


def _train_forever(now: Any) -> None:
    """Train, and say in `now` how long a step takes."""
    corpus = load_corpus(default_corpus())
    state = start(endless(other_spec(corpus)), corpus)
    keep_freed_memory()
    advance(state, corpus, steps=10)
    while True:
        now.value = median(seconds_of_a_step(state, corpus, 0.1) for _ in range(5))


@contextmanager
def another_run() -> Iterator[Callable[[], float]]:
    """While this lasts, a run trains in a process of its own; what is yielded says how long a step of it takes now."""
    fresh = multiprocessing.get_context("spawn")
    now = fresh.Value("d", 0.0)
    process = fresh.Process(target=_train_forever, args=(now,), daemon=True)
    process.start()
    try:
        while not now.value:
            time.sleep(0.05)
        yield lambda: now.value
    finally:
        process.kill()
        process.join()


def compare(when: str, said: Callable[[RunSpec], float], corpus: Corpus, lasting: float, goals: Goals) -> None:
    """Every run's estimate beside its truth."""
    for title, spec in specs(corpus):
        takes, estimate = truth(spec, corpus, lasting), said(spec)
        times = estimate / takes
        print(f"{when:12} {title:44} said {estimate:7.1f} s, takes {takes:7.1f} s: {times:5.2f}", flush=True)
        goals.at_most(NEAR, abs(times - 1), f"{title}, {when}: how far off the estimate is")


def main() -> None:
    """Measure alone, then beside another run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each run")
    lasting, goals, corpus = parser.parse_args().seconds, Goals(), load_corpus(default_corpus())
    keep_freed_memory()
    machine, other = this_machine(), other_spec(corpus)
    usual = machine.step_seconds(other.model, other.train.batch_size)
    compare("alone", machine.run_seconds, corpus, lasting, goals)
    with another_run() as now:
        compare("beside a run", lambda spec: machine.run_seconds(spec) * now() / usual, corpus, lasting, goals)
    goals.settle()


if __name__ == "__main__":
    main()
