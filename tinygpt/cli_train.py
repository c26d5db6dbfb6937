"""The command `train`: a progress bar, the final losses, and a model file that says how it was made."""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch
from tqdm import tqdm

from tinygpt.checkpoint import save
from tinygpt.cleaning import check_length, clean_text, read_text
from tinygpt.corpus import CATALOGUE, Corpus, default_corpus, load_corpus
from tinygpt.models import count_parameters
from tinygpt.presets import PRESETS
from tinygpt.spec import RunSpec
from tinygpt.training import Point, TrainState, advance, start

DONE, DIVERGED, INTERRUPTED = 0, 3, 130  # exit codes


def train_command(chosen: argparse.Namespace) -> int:
    """Train with a progress bar, print the final losses, save the model."""
    if chosen.out and chosen.out.is_dir():
        raise ValueError(f"{chosen.out} is a folder: name a file, such as {chosen.out / 'model.safetensors'}")
    corpus = corpus_called(chosen.corpus or default_corpus())
    changes = {"max_steps": chosen.steps, "learning_rate": chosen.learning_rate, "seed": chosen.seed}
    spec = PRESETS[chosen.preset].spec(corpus.name, corpus.tokenizer.vocab_size)
    spec = replace(
        spec, train=replace(spec.train, **{name: value for name, value in changes.items() if value is not None})
    )
    check_length(corpus.text, spec.model.block_size)
    parameters = count_parameters(spec.model)
    print(f"{chosen.preset}: {parameters:,} parameters, {len(corpus.text):,} characters of {corpus.name}")
    state, began, interrupted = start(spec, corpus), time.perf_counter(), False
    try:
        last = train_with_bar(state, corpus)
    except KeyboardInterrupt:
        last, interrupted = None, True
        print(f"Stopped after {state.step:,} steps.", file=sys.stderr)
    facts = facts_about(spec, chosen.preset, state, last, time.perf_counter() - began)
    if last and state.ended == "finished":
        print(f"train loss {last.loss:.4f}, val loss {last.val:.4f} nats per character, {facts['seconds']:.0f} s")
    elif state.note:
        print(state.note, file=sys.stderr)
    if chosen.out:
        save(chosen.out, state.model, state.tokenizer, **facts)
        print(f"saved: {chosen.out}")
    return INTERRUPTED if interrupted else DIVERGED if state.ended == "diverged" else DONE


def corpus_called(name: str) -> Corpus:
    """A text of the catalogue, or a file of one's own."""
    if name in CATALOGUE:
        return load_corpus(name)
    path = Path(name)
    if not path.is_file():
        raise ValueError(f"there is no text called {name!r}: name a file, or one of {', '.join(CATALOGUE)}")
    cleaned = read_text(path.read_bytes())
    for note in cleaned.notes:
        print(note, file=sys.stderr)
    return Corpus.from_text(cleaned.text, clean_text(path.name).text)


def train_with_bar(state: TrainState, corpus: Corpus) -> Point | None:
    """Train to the end under a progress bar; the last point."""
    last = None
    with tqdm(total=state.spec.train.max_steps, unit=" steps", disable=None) as bar:  # no bar where nobody looks
        while not state.ended:
            points = advance(state, corpus, seconds=0.5)
            last = points[-1] if points else last
            val = next((point.val for point in reversed(points) if point.val is not None), None)
            bar.update(state.step - bar.n)
            if val is not None:
                bar.set_postfix_str(f"val loss {val:.3f}")
    return last


def facts_about(spec: RunSpec, preset: str, state: TrainState, last: Point | None, seconds: float) -> dict[str, object]:
    """What a model file says about how it was made."""
    finished = last if state.ended == "finished" else None
    return {
        "preset": preset, "corpus": spec.corpus, "step": state.step, "seed": spec.train.seed,
        "seconds": round(seconds, 1), "train_loss": finished and finished.loss, "val_loss": finished and finished.val,
        "ended": state.ended or "stopped", "torch": torch.__version__, "run": spec.to_json(),
    }  # fmt: skip
