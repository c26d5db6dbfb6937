"""One training step of tinygpt beside the lecture's own code, at the sizes of the lecture and of nanoGPT on a CPU.

    python -m benchmarks.steps [--pairs 9]

The lecture's code stands in benchmarks/lecture.py. `make bench` measures this and more. Measure on an idle machine.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks.goals import Goals
from benchmarks.in_turn import Pairs, in_turn
from benchmarks.lecture import get_batch, in_the_lecture_s_style, stepping
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.engine.lanes import keep_freed_memory
from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig, build
from tinygpt.training.loop import advance, one_thread
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start


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


def measured(corpus: Corpus, pairs: int) -> Iterator[Pairs]:
    """All sizes, one after another."""
    keep_freed_memory()  # as a worker of the app does
    with one_thread():
        for size in SIZES:
            yield measure(size, corpus, pairs)


def measure(size: Size, corpus: Corpus, pairs: int) -> Pairs:
    """A step of one size."""
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

    return in_turn(size.title, theirs, ours, pairs, size.goal)


def main() -> None:
    """Measure all sizes, and say what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    goals = Goals()
    for one in measured(load_corpus(default_corpus()), parser.parse_args().pairs):
        print(one.line(), flush=True)
        goals.at_least(one.goal or 0.0, one.ratio, f"{one.title}: times as fast as the lecture's code")
    goals.settle()


if __name__ == "__main__":
    main()
