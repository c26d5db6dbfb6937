"""The experiments behind the lessons, trained and measured: checkpoints/lessons.json and one-head-skip.safetensors.

    python -m benchmarks.lessons [--workers 2]         train what the file lacks
    python -m benchmarks.lessons --only gpt no-mask    train these anew
    python -m benchmarks.lessons --check 3             train the three quickest anew and compare; write nothing

It needs the lecture's exact text (`python -m tinygpt fetch`, or TINYGPT_DATA). Each result is written as soon as it is
there, so a command that was stopped goes on where it was. `--check` fails where a loss is off by more than 0.001. All
of it takes about 20 minutes of one CPU.
"""

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import as_completed
from typing import Any

import torch
from loky import ProcessPoolExecutor

from benchmarks.goals import Goals
from tinygpt.checkpoint.model_file import load, model_bytes
from tinygpt.cli.train import facts_about
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.counting import SMOOTHING, NGramModel, floors
from tinygpt.files import write_whole
from tinygpt.generation import generate
from tinygpt.gpt import GPTLanguageModel
from tinygpt.inside.knockout import operated, rise
from tinygpt.inside.shares import looks_back
from tinygpt.inside.vitals import habits
from tinygpt.lessons.measured import CORPUS, EXPERIMENTS, FILE, GPT, line_of, path_of, spec
from tinygpt.randomness import generator
from tinygpt.surgery import HALVES
from tinygpt.training.evaluation import counts_by_position, loss_by_position, loss_in_use
from tinygpt.training.loop import advance, one_thread
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import TrainState, start

Run = tuple[str, int]  # the name of an experiment, and a seed
TO_SHIP: Run = ("one-head-skip", 1337)  # its model becomes a file in checkpoints/
SAMPLE = 120  # characters
BACK = 3  # on itself, one back, two back
CLOSE = 1e-3  # nats: by how much another training on the same machine may be off


def measured(name: str, seed: int) -> tuple[dict[str, Any], bytes]:
    """Train one experiment to its end: its line for the file, and its model as a file of its own."""
    corpus, run = load_corpus(CORPUS), spec(name, seed)
    state, points = start(run, corpus), []
    looks = [look(state, corpus)]
    while not state.ended:
        points += advance(state, corpus, steps=run.train.eval_interval)
        looks.append(look(state, corpus))
    facts: dict[str, Any] = facts_about(state, points[-1], preset=name, corpus=corpus.name, seconds=state.seconds)
    with one_thread():
        by_position, in_use = loss_by_position(state.model, corpus), loss_in_use(state.model, corpus)
    newline, decode = torch.tensor([state.tokenizer.encode("\n")]), state.tokenizer.decode
    written = generate(state.model, newline, SAMPLE, generator=generator(1337))
    line = {
        "torch": facts["torch"], "seconds": facts["seconds"], "note": state.note,
        "sample": decode(token.id for token in written), **{name: [one[name] for one in looks] for name in looks[0]},
        "val_loss": by_position.mean().item(), "by_position": by_position.tolist(), "in_use": in_use.tolist(),
        "final_train": facts["train_loss"], "final_val": facts["val_loss"],
    }  # fmt: skip
    line = {"spec": json.loads(run.to_json()), **rounded(line)}
    return line, model_bytes(state.model, state.tokenizer, **facts)


def look(state: TrainState, corpus: Corpus) -> dict[str, Any]:
    """The val loss on the way, and where the heads of the first block look."""
    assert isinstance(state.model, GPTLanguageModel)
    with one_thread():
        val = loss_by_position(state.model, corpus).mean().item()
        seen = habits(state.model, corpus)._asdict()
    return {"steps": state.step, "val": val, **{name: by_head.tolist() for name, by_head in seen.items()}}


def counts(corpus: Corpus) -> dict[str, Any]:
    """What counting loses on this text, and pairs at each position of a window of 8."""
    pairs = NGramModel.fit(corpus.train, 2, corpus.tokenizer.vocab_size, SMOOTHING[2])
    by_position = counts_by_position(pairs, corpus, 8).tolist()
    losses = {name: (floor.train, floor.val) for name, floor in floors(corpus).items()}
    return rounded({"floors": losses, "pairs_by_position": by_position})


def inside(corpus: Corpus) -> dict[str, Any]:
    """Where the heads of the shipped GPT look, and what it costs to switch off one of its heads or halves."""
    model = load(path_of(GPT)).model
    assert isinstance(model, GPTLanguageModel)
    layers, heads = range(model.config.n_layer), range(model.config.n_head)
    with one_thread():
        off = {half: [rise(model, operated(model, f"{layer} {half}"), corpus) for layer in layers] for half in HALVES}
        heads_off = [
            [rise(model, operated(model, f"{layer}.{head} cut"), corpus) for head in heads] for layer in layers
        ]
        back = [looks_back(model, corpus, steps).tolist() for steps in range(BACK)]
    return rounded({"off": off, "heads_off": heads_off, "back": back})


def rounded(values: Any) -> Any:
    """As JSON gives it back, to 6 digits: more would only differ from machine to machine."""
    return json.loads(json.dumps(values), parse_float=lambda digits: round(float(digits), 6))


# --- the file -------------------------------------------------------------------------------------------------------


def stored() -> dict[str, Any]:
    """The file as it is now."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}


def store(key: str, line: dict[str, Any]) -> None:
    """One more line in the file, which is sorted: a change of one result is a change of one line."""
    lines = sorted((stored() | {key: line}).items())
    body = ",\n".join(f"{json.dumps(key)}: {json.dumps(line, sort_keys=True, allow_nan=False)}" for key, line in lines)
    write_whole(FILE, f"{{\n{body}\n}}\n".encode())


def is_stored(lines: dict[str, Any], run: Run) -> bool:
    """Whether the file has a result of this very run, with all its settings."""
    line = lines.get(line_of(*run))
    return line is not None and RunSpec.from_json(json.dumps(line["spec"])) == spec(*run)


def train_all(runs: list[Run], workers: int) -> Iterator[tuple[Run, dict[str, Any], bytes]]:
    """Each run with its line and its model, in the order in which they end."""
    with ProcessPoolExecutor(workers) as pool:
        waiting = {pool.submit(measured, *run): run for run in runs}
        for done in as_completed(waiting):
            yield waiting[done], *done.result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=EXPERIMENTS, help="train these anew")
    parser.add_argument("--check", type=int, metavar="N", help="train the N quickest anew and compare; write nothing")
    parser.add_argument("--workers", type=int, default=1)
    chosen, goals, lines = parser.parse_args(), Goals(), stored()
    runs = [(name, seed) for name in chosen.only or EXPERIMENTS for seed in EXPERIMENTS[name].seeds]
    if chosen.check:
        there = sorted((run for run in runs if is_stored(lines, run)), key=lambda run: lines[line_of(*run)]["seconds"])
        for run, line, _ in train_all(there[: chosen.check], chosen.workers):
            key = line_of(*run)
            off = line["val_loss"] - lines[key]["val_loss"]
            print(f"{key:36} val loss {line['val_loss']:.4f}, off by {off:+.6f}", flush=True)
            goals.at_most(CLOSE, abs(off), f"{key}, distance from what the file says")
        return goals.settle()
    store("counts", counts(load_corpus(CORPUS)))
    store("inside", inside(load_corpus(CORPUS)))
    lacking = [run for run in runs if chosen.only or not is_stored(lines, run)]
    for run, line, model in train_all(lacking, chosen.workers):
        key = line_of(*run)
        store(key, line)
        if run == TO_SHIP:
            write_whole(FILE.with_name(f"{run[0]}.safetensors"), model)
        print(f"{key:36} {line['seconds']:6.1f} s  val loss {line['val_loss']:.4f}  {line['note']}", flush=True)


if __name__ == "__main__":
    main()
