"""How much faster a model writes with a cache of keys and values than by the lecture's loop.

    python -m benchmarks.writing [--pairs 21] [--models nanogpt-cpu layer-norm]

The lecture's loop goes through the whole window for each character. Both write from an empty line until the window is
full, in turn, because this machine's speed drifts; a pair's ratio is lecture / cache. Beyond, both go through all of
the window, and as many characters more are measured. Times are processor time of one thread, and the characters must be
the same. Goals, for the medians: 3 times as fast where a model of nanoGPT's CPU size fills a window of 64 and more;
no small model slower than before. The sizes that are not shipped have their first weights: speed is the same. Measure
on an idle machine: one that is not has its weights in no cache, which costs the shorter pass more.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median, quantiles

import torch
from torch import Tensor

from benchmarks.goals import Goals
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.files import CHECKPOINTS
from tinygpt.generation import generate
from tinygpt.models import LanguageModel, build
from tinygpt.randomness import generator
from tinygpt.training.loop import one_thread

LARGE, SMALL = "nanogpt-cpu", ("layer-norm", "one-head", "bigram")
WINDOWS = (128, 256)  # beside the 64 of the shipped one
FASTER = 3.0  # times
Writer = Callable[[LanguageModel, Tensor, int], Iterator[int]]


def as_in_the_lecture(model: LanguageModel, idx: Tensor, max_new_tokens: int) -> Iterator[int]:
    """The lecture's `generate`."""
    source = generator(1337)
    for _ in range(max_new_tokens):
        with torch.no_grad():
            logits, _ = model(idx[:, -model.config.block_size :])
            idx_next = torch.multinomial(logits[:, -1].softmax(-1), num_samples=1, generator=source)
            idx = torch.cat((idx, idx_next), dim=1)
        yield int(idx_next)


def with_cache(model: LanguageModel, idx: Tensor, max_new_tokens: int) -> Iterator[int]:
    """Ours."""
    return (token.id for token in generate(model, idx, max_new_tokens, generator=generator(1337)))


def seconds(write: Writer, model: LanguageModel) -> tuple[float, float, list[int]]:
    """Processor time for a window full of characters, and for as many more; and the characters."""
    T = model.config.block_size
    began, writing = time.thread_time(), write(model, torch.zeros((1, 1), dtype=torch.long), 2 * T)
    ids = [next(writing) for _ in range(T)]
    full = time.thread_time()
    ids += writing
    return full - began, time.thread_time() - full, ids


def models(names: list[str]) -> Iterator[tuple[str, LanguageModel]]:
    """The shipped ones of these names; of the large one also those with a longer window."""
    for name in names:
        shipped = load(CHECKPOINTS / f"{name}.safetensors").model
        yield name, shipped
        if name == LARGE and not isinstance(shipped.config, BigramConfig):
            yield from ((name, build(replace(shipped.config, block_size=T)).eval()) for T in WINDOWS)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=21)
    parser.add_argument("--models", nargs="+", default=[LARGE, *SMALL], choices=[LARGE, *SMALL])
    chosen, goals = parser.parse_args(), Goals()
    print(f"{'model':14}{'window':>7}{'lecture':>11}{'cache':>11}{'ratio':>8}{'quartiles':>16}{'beyond':>9}")
    for name, model in models(chosen.models):
        T, pairs = model.config.block_size, []
        with one_thread():
            for _ in range(chosen.pairs):
                pairs.append((seconds(as_in_the_lecture, model), seconds(with_cache, model)))
        assert all(one[2] == two[2] for one, two in pairs), f"{name} writes something else with its cache"
        ratios = [lecture[0] / cache[0] for lecture, cache in pairs]
        beyond = median(lecture[1] / cache[1] for lecture, cache in pairs)
        times = "".join(f"{median(pair[who][0] for pair in pairs) / T * 1e3:>8.3f} ms" for who in (0, 1))
        low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
        print(f"{name:14}{T:>7}{times}{median(ratios):>8.2f}{low:>8.2f} to {high:.2f}{beyond:>9.2f}", flush=True)
        goals.at_least(FASTER if name == LARGE else 1.0, median(ratios), f"{name}, window of {T}: times as fast")
        goals.at_least(1.0, beyond, f"{name}, beyond its window of {T}: times as fast")
    goals.settle()


if __name__ == "__main__":
    main()
