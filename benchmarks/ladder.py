"""The lecture's ladder, measured: each rung over several seeds, judged on 2,000 val batches.

    python -m benchmarks.ladder [--seeds 1337 1 2] [--corpus tinyshakespeare] [--rungs bigram one-head ...]

Prints the mean val loss of each rung (nats per character), what the lecture states, the spread over the seeds, and
the seconds. One seed of all six rungs takes about 80 s of one CPU. On the lecture's own text each mean must be within
0.05 of what the lecture states; with fewer seeds than three it may not be, since the seed alone moves a rung by 0.04.
"""

import argparse
import statistics
import time
from dataclasses import replace

from benchmarks.goals import Goals
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.models import count_parameters
from tinygpt.training.evaluation import estimate_loss
from tinygpt.training.loop import advance
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.training.state import start

JUDGING_BATCHES = 2_000
TOLERANCE = 0.05  # nats: as far as a mean may be from what the lecture states


def climb(rung: str, corpus: Corpus, corpus_key: str, seed: int, judging: int = JUDGING_BATCHES) -> float:
    """Val loss of one rung with one seed, over so many batches, in nats per character."""
    spec = PRESETS[rung].spec(corpus_key, corpus.tokenizer.vocab_size)
    state = start(replace(spec, train=replace(spec.train, seed=seed)), corpus)
    while not state.ended:
        advance(state, corpus, seconds=10)
    return estimate_loss(
        state.model, corpus, "val", batches=judging, batch_size=spec.train.batch_size,
        block_size=spec.model.block_size,
    )  # fmt: skip


def main() -> None:
    """Climb what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1337, 1, 2])
    parser.add_argument("--corpus", default="tinyshakespeare")
    parser.add_argument("--rungs", nargs="+", default=LADDER, choices=LADDER)
    arguments = parser.parse_args()
    corpus, goals = load_corpus(arguments.corpus), Goals()
    print(f"{'rung':14}{'parameters':>12}{'stated':>8}{'mean':>9}{'off by':>9}{'seeds':>24}{'s/seed':>8}")
    for rung in arguments.rungs:
        began = time.perf_counter()
        losses = [climb(rung, corpus, arguments.corpus, seed) for seed in arguments.seeds]
        mean, stated = statistics.mean(losses), PRESETS[rung].stated or float("nan")
        each = " ".join(f"{loss:.4f}" for loss in losses)
        seconds = (time.perf_counter() - began) / len(losses)
        parameters = f"{count_parameters(PRESETS[rung].model):,}"
        cells = f"{rung:14}{parameters:>12}{stated:>8}{mean:>9.4f}{mean - stated:>+9.4f}{each:>24}{seconds:>8.1f}"
        print(cells, flush=True)
        if arguments.corpus == "tinyshakespeare":  # the lecture's numbers are those of its own text
            goals.at_most(TOLERANCE, abs(mean - stated), f"{rung}, distance from what the lecture states")
    goals.settle()


if __name__ == "__main__":
    main()
