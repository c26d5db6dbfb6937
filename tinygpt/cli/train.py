"""The command `train`: a progress bar, the final losses, and a model file that says how it was made."""

import argparse
import math
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from tinygpt.checkpoint.header import NotOurFile
from tinygpt.checkpoint.model_file import read_info, save
from tinygpt.corpus import CATALOGUE, Corpus, check_length, default_corpus, load_corpus
from tinygpt.models import count_parameters
from tinygpt.texts.cleaning import clean_name, read_text, refuse_size
from tinygpt.texts.decoding import NotUtf8
from tinygpt.training.loop import advance
from tinygpt.training.presets import PRESETS
from tinygpt.training.state import Point, TrainState, start

DONE, DIVERGED, INTERRUPTED = 0, 3, 130  # exit codes


def train_command(chosen: argparse.Namespace) -> int:
    """Train with a progress bar, save the model, print the final losses."""
    if chosen.out:
        check_place(chosen.out)
    text = chosen.corpus or default_corpus()
    corpus = corpus_called(text, chosen.encoding)
    spec = PRESETS[chosen.preset].spec(text if text in CATALOGUE else corpus.sha256, corpus.tokenizer.vocab_size)
    check_length(corpus.text, spec.model.block_size)
    options = {"max_steps": chosen.steps, "learning_rate": chosen.learning_rate, "seed": chosen.seed}
    given = {name: value for name, value in options.items() if value is not None}
    spec = replace(spec, train=replace(spec.train, **given))
    parameters = count_parameters(spec.model)
    print(f"{chosen.preset}: {parameters:,} parameters, {len(corpus.text):,} characters of {corpus.name}")
    state, began, interrupted, last = start(spec, corpus), time.perf_counter(), False, None
    try:
        with tqdm(total=spec.train.max_steps, unit=" steps", disable=None) as bar:  # no bar where nobody looks
            while not state.ended:
                points = advance(state, corpus, seconds=0.5)
                last = points[-1] if points else last
                bar.update(state.step - bar.n)
                if vals := [point.val for point in points if point.val is not None]:
                    bar.set_postfix_str(f"val loss {vals[-1]:.3f}")
    except KeyboardInterrupt:
        interrupted = True
    facts = facts_about(state, last, preset=chosen.preset, corpus=corpus.name, seconds=time.perf_counter() - began)
    if chosen.out and state.step:  # before anything is said: nobody may be listening any more
        save(chosen.out, state.model, state.tokenizer, **facts)
    tell_the_end(state, last, chosen.out)
    return INTERRUPTED if interrupted else DIVERGED if state.ended == "diverged" else DONE


def tell_the_end(state: TrainState, last: Point | None, out: Path | None) -> None:
    """Say how the run ended, and where its model is."""
    if not state.ended:
        print(f"Stopped after {state.step:,} steps.", file=sys.stderr)
    elif state.note:
        print(state.note, file=sys.stderr)
    elif last:
        blind = math.log(state.spec.model.vocab_size)
        print(f"train loss {last.loss:.4f}, val loss {last.val:.4f} nats per character (guessing blindly: {blind:.4f})")
    if not out:
        print("not saved: add --out my.safetensors to keep the model")
    elif not state.step:
        print("not saved: no step was made")
    else:
        print(f'saved: {out}\nnext: python -m tinygpt generate "{out}"')


def check_place(out: Path) -> None:
    """Before the training, not after it: ValueError where no model can be written, or where something else is kept."""
    if out.is_dir():
        raise ValueError(f"{out} is a folder: name a file, such as {out / 'model.safetensors'}")
    folder = next(parent for parent in out.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise ValueError(f"{out} cannot be written: {folder} is a file, not a folder")
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{out} cannot be written: you may not write into {folder}")
    try:  # a new model may take the place of an older one, but not of a student's essay or of a device
        free = not out.exists() or (out.is_file() and (out.stat().st_size == 0 or bool(read_info(out))))
    except NotOurFile:
        free = False
    if not free:
        raise ValueError(f"{out} is there already and is not a model of tinygpt: choose another name")


def corpus_called(name: str, encoding: str | None = None) -> Corpus:
    """A text of the catalogue, or a file of one's own. ValueError, with a way out, where it is neither."""
    path = Path(name)
    if name in CATALOGUE:
        if encoding:
            raise ValueError(f"--encoding is for a text file of your own; {name} needs none")
        return load_corpus(name)
    if path.is_dir():
        raise ValueError(f"{name} is a folder: name a text file in it")
    if not path.is_file():
        raise ValueError(f"there is no text called {name!r}: name a text file, or one of {', '.join(CATALOGUE)}")
    refuse_size(path.stat().st_size)
    try:
        cleaned = read_text(path.read_bytes(), encoding)
    except NotUtf8 as error:
        raise ValueError(f"{error} If that is right, add: --encoding {error.guess}") from None
    for note in cleaned.notes:
        print(note, file=sys.stderr)
    return Corpus.from_text(cleaned.text, clean_name(path.name) or "own text")


def facts_about(state: TrainState, last: Point | None, *, preset: str, corpus: str, seconds: float) -> dict[str, Any]:
    """What a model file says about how it was made."""
    finished = last if state.ended == "finished" else None
    return {
        "preset": preset, "corpus": corpus, "step": state.step, "seed": state.spec.train.seed,
        "seconds": round(seconds, 1), "train_loss": finished and finished.loss, "val_loss": finished and finished.val,
        "ended": state.ended or "stopped", "torch": torch.__version__, "run": state.spec.to_json(),
    }  # fmt: skip
