"""The experiments that the lessons quote, as data, and what came of each.

    spec("wrong-axis")                  the run, for whoever wants to train it again
    result("wrong-axis").val_loss       what `python -m benchmarks.lessons` measured, from checkpoints/lessons.json

    loaded("one-head-skip").model       a shipped model that a lesson reads, from its file once

Tuples by position have T numbers, one for each place of a window (block_size); tuples by head have n_head.
"""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tinygpt.checkpoint.model_file import Checkpoint, load
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.counting import Floor, NGramModel
from tinygpt.files import CHECKPOINTS
from tinygpt.gpt import GPTConfig
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig

FILE = CHECKPOINTS / "lessons.json"
GPT = "layer-norm"  # the shipped model that lesson 6 looks into
CORPUS, VOCABULARY = "tinyshakespeare", 65  # the lecture's exact file: all results are about it


@dataclass(frozen=True, slots=True)
class Experiment:
    """A model of the lessons, how it is trained, and with which seeds that was done."""

    title: str
    model: GPTConfig
    train: TrainConfig
    seeds: tuple[int, ...] = (1337,)


def _like(preset: str, title: str, *, seeds: tuple[int, ...] = (1337,), train: Any = None, **parts: Any) -> Experiment:
    """The experiment of a preset, with some of its parts and of its training changed."""
    base = PRESETS[preset]
    assert isinstance(base.model, GPTConfig)
    return Experiment(title, replace(base.model, **parts), replace(base.train, **(train or {})), seeds)


THREE, TWO = (1337, 1, 2), (1337, 1)
SHORT = {"max_steps": 3_000, "eval_interval": 100}
SIZES = (4, 16, 64, 256)
RATES = (3e-3, 1e-2, 3e-2, 1e-1)

EXPERIMENTS: dict[str, Experiment] = {
    "one-head": _like("one-head", "one head", seeds=THREE),
    "one-head-skip": _like("one-head-skip", "one head and skip", seeds=THREE),
    "averaging": _like("one-head", "a head that averages", seeds=TWO, scale="average"),
    "averaging-skip": _like("one-head-skip", "a head that averages, and skip", scale="average"),
    "one-head-no-positions": _like("one-head", "one head without positions", positions="none"),
    "no-mask": _like("one-head", "one head without the mask", mask=False),
    "wrong-axis": _like("one-head", "one head, softmax along the wrong axis", seeds=TWO, softmax_dim=-2),
    "wrong-axis-skip": _like("one-head-skip", "one head and skip, softmax along the wrong axis", softmax_dim=-2),
    "four-heads": _like("four-heads", "four heads", seeds=TWO),
    "four-heads-n-embd": _like("four-heads", "four heads, scores / sqrt(n_embd)", scale="1/sqrt(n_embd)"),
    "feed-forward": _like("feed-forward", "four heads and feed-forward", seeds=TWO),
    "blocks-no-skip": _like("blocks", "three blocks without skips", seeds=TWO, residual=False),
    "blocks": _like("blocks", "three blocks", seeds=TWO),
    "gpt": _like("layer-norm", "GPT", seeds=TWO),
    "gpt-no-skip": _like("layer-norm", "GPT without skips", residual=False),
    "gpt-no-positions": _like("layer-norm", "GPT without positions", positions="none"),
    "gpt-one-block": _like("layer-norm", "GPT with one block", n_layer=1),
    "gpt-no-feed-forward": _like("layer-norm", "GPT without feed-forward", feed_forward=0),
    "gpt-one-head": _like("layer-norm", "GPT with one head a block", n_head=1),
    "gpt-no-projection": _like("layer-norm", "GPT without projection", projection=False),
    "gpt-averaged": _like("layer-norm", "GPT whose rows are plain averages", scale="average"),
    "gpt-32": _like("layer-norm", "GPT with 32 characters of context", train={"max_steps": 2_500}, block_size=32),
    "gpt-averaged-32": _like(
        "layer-norm", "GPT whose rows are plain averages of up to 32 characters", train={"max_steps": 2_500},
        block_size=32, scale="average",
    ),
    "gpt-rate-0.003": _like(
        "layer-norm", "GPT, learning rate 0.003", train={"max_steps": 1_500, "learning_rate": 3e-3}
    ),
}  # fmt: skip
for _size in SIZES:
    _title = f"one head of head_size {_size}"
    EXPERIMENTS[f"scaled-{_size}"] = _like("one-head", _title, seeds=TWO, train=SHORT, fixed_head_size=_size)
    EXPERIMENTS[f"unscaled-{_size}"] = _like(
        "one-head", f"{_title}, no scale", seeds=TWO, train=SHORT, fixed_head_size=_size, scale="none"
    )
for _rate in RATES:
    EXPERIMENTS[f"rate-{_rate}"] = _like(
        "one-head", f"one head, learning rate {_rate}", train=SHORT | {"learning_rate": _rate}
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an experiment. Losses are in nats per character of val, unless they say something else."""

    val_loss: float  # the mean of `by_position`
    by_position: tuple[float, ...]  # tinygpt.training.evaluation.loss_by_position
    in_use: tuple[float, ...]  # tinygpt.training.evaluation.loss_in_use
    final_train: (
        float | None
    )  # what the training page shows at the end, from 51,200 fixed characters; None if it diverged
    final_val: float | None
    note: str  # why it diverged, in words; empty if it did not
    steps: tuple[int, ...]  # where the run was looked at; the next rows have a value for each
    val: tuple[float, ...]  # val_loss on the way
    itself: tuple[tuple[float, ...], ...]  # tinygpt.inside.vitals.habits of the first block, by head
    back: tuple[tuple[float, ...], ...]
    entropy: tuple[tuple[float, ...], ...]
    spread: tuple[tuple[float, ...], ...]
    variance: tuple[tuple[float, ...], ...]
    sample: str  # 120 characters that it wrote after a newline
    seconds: float  # of training, on a machine that did other things meanwhile


def spec(name: str, seed: int = 1337, *, corpus: str = CORPUS, vocab_size: int = VOCABULARY) -> RunSpec:
    """An experiment as a run that anybody can start. ValueError for a name that is not among EXPERIMENTS."""
    if name not in EXPERIMENTS:
        raise ValueError(f"There is no experiment {name!r}; choose one of {', '.join(EXPERIMENTS)}.")
    chosen = EXPERIMENTS[name]
    return RunSpec(chosen.model, replace(chosen.train, seed=seed), corpus).for_vocabulary(vocab_size)


@lru_cache(maxsize=256)
def result(name: str, seed: int = 1337) -> Result:
    """What was measured. ValueError where the file does not have it, or has it for other settings than today's."""
    run, command = spec(name, seed), f"python -m benchmarks.lessons --only {name}"
    stored = stored_lines().get(line_of(name, seed))
    if stored is None:
        raise ValueError(f"{FILE.name} has no result of {name!r} with seed {seed}; measure it: {command}")
    if RunSpec.from_json(json.dumps(stored["spec"])) != run:
        raise ValueError(f"{FILE.name} has {name!r} with other settings than today's; measure it again: {command}")
    return Result(**{field: _frozen(stored[field]) for field in Result.__slots__})


def results_of_seeds(name: str) -> list[Result]:
    """What came of an experiment with each of its seeds. ValueError as for one."""
    return [result(name, seed) for seed in EXPERIMENTS[name].seeds]


def counted() -> tuple[dict[str, Floor], tuple[float, ...]]:
    """What counting loses on the same text: the floors by name, and pairs by position in a window of 8."""
    counts = stored_lines().get("counts")
    if counts is None:
        raise ValueError(f"{FILE.name} has no counts; measure them: python -m benchmarks.lessons")
    return {name: Floor(*pair) for name, pair in counts["floors"].items()}, tuple(counts["pairs_by_position"])


@dataclass(frozen=True, slots=True)
class Inside:
    """What was measured inside the shipped GPT, on hidden text. A rise is (mean, standard error), in nats."""

    off: dict[str, tuple[tuple[float, float], ...]]  # what the loss rises by without a half, block by block
    heads_off: tuple[tuple[tuple[float, float], ...], ...]  # and without one head: a row a block
    back: tuple[tuple[tuple[float, ...], ...], ...]  # the weight 0, 1, 2 characters back: a row a block, by head


def inside_the_gpt() -> Inside:
    """What the shipped GPT's heads do, and what each half and each head is worth to it."""
    found = stored_lines().get("inside")
    if found is None:
        raise ValueError(
            f"{FILE.name} has nothing about the inside of the GPT; measure it: python -m benchmarks.lessons"
        )
    off = {half: _frozen(rises) for half, rises in found["off"].items()}
    return Inside(off, _frozen(found["heads_off"]), _frozen(found["back"]))


def line_of(name: str, seed: int) -> str:
    """The key of a result in the file."""
    return f"{name} seed {seed}"


@lru_cache(maxsize=1)
def stored_lines() -> dict[str, Any]:
    """The file as it is: one line for each result. Empty where there is none."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}


def _frozen(value: Any) -> Any:
    """A JSON list as a tuple, so that a result that many share cannot be changed."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


# --- shipped models ---------------------------------------------------------------------------------------------------


def path_of(file: str) -> Path:
    """Where a shipped model lies."""
    return CHECKPOINTS / f"{file}.safetensors"


@lru_cache
def loaded(file: str) -> Checkpoint:
    """A shipped model; read from its file once."""
    return load(path_of(file))


@lru_cache(maxsize=4)
def counts_of_pairs_and_triples() -> tuple[NGramModel, NGramModel]:
    """How often each two and each three characters follow each other in the text of this server."""
    corpus = load_corpus(default_corpus())
    pairs, triples = (NGramModel.fit(corpus.train, n, corpus.tokenizer.vocab_size, 0.0) for n in (2, 3))
    return pairs, triples
