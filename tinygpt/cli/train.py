"""The command `train`: how far it is, its losses at the end, and a model file that says how it was made."""

import argparse
import math
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from tinygpt.checkpoint.header import NotOurFile
from tinygpt.checkpoint.model_file import read_info, save
from tinygpt.corpus import CATALOGUE, Corpus, check_length, default_corpus, largest_block_size, load_corpus
from tinygpt.engine.thinning import ThinnedCurve
from tinygpt.experiments.curves import LossCurve
from tinygpt.experiments.turning import turn_of
from tinygpt.models import count_parameters, kind
from tinygpt.spelling import spoken_time
from tinygpt.texts import tiny_shakespeare
from tinygpt.texts.cleaning import MAX_FILE_BYTES, clean_name, read_text, refuse_size
from tinygpt.texts.decoding import NotUtf8
from tinygpt.training.evaluation import LIVE_BATCHES, judged_loss
from tinygpt.training.loop import advance, one_thread
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import look_every
from tinygpt.training.state import Point, TrainState, start
from tinygpt.words.overfitting import by_heart_words, lowest_model
from tinygpt.words.repeats import repeats_words

DONE, DIVERGED, INTERRUPTED = 0, 3, 130  # exit codes
EVERY = 5.0  # seconds from one line about the progress to the next, where there is no terminal to draw a bar in
GUESSES = 10  # encodings that are listed for a text that is not UTF-8


def train_command(chosen: argparse.Namespace) -> int:
    """Train, say how far it is on the way, save the models, print their losses."""
    for place in filter(None, (chosen.out, chosen.lowest)):
        check_place(place)
    if chosen.out and chosen.out == chosen.lowest:
        raise ValueError(f"--out and --lowest both name {chosen.out}: two models need two files")
    if not chosen.corpus and (warning := tiny_shakespeare.not_as_told()):
        print(warning, file=sys.stderr)
    text = chosen.corpus or default_corpus()
    corpus = corpus_called(text, chosen.encoding)
    spec = PRESETS[chosen.preset].spec(text if text in CATALOGUE else corpus.sha256, corpus.tokenizer.vocab_size)
    largest = largest_block_size(len(corpus.text))
    others = [name for name, preset in PRESETS.items() if preset.model.block_size <= largest]
    check_length(corpus.text, spec.model.block_size, f"take --preset {' or '.join(others)}" if others else "")
    options = {"max_steps": chosen.steps, "learning_rate": chosen.learning_rate, "seed": chosen.seed}
    given = {name: value for name, value in options.items() if value is not None}
    if chosen.steps:  # fewer steps have as many looks at val: how often one looks does not change a weight
        given["eval_interval"] = min(spec.train.eval_interval, look_every(chosen.steps))
    spec = replace(spec, train=replace(spec.train, **given))
    parameters = count_parameters(spec.model)
    if words := repeats_words(corpus.val_in_train):
        print(words, file=sys.stderr)
    print(f"{chosen.preset}: {parameters:,} parameters, {len(corpus.text):,} characters of {corpus.name}")
    state, began, interrupted, last = start(spec, corpus), time.perf_counter(), False, None
    line_due, loss, seen = began + EVERY, "no loss yet", ThinnedCurve()
    try:
        with tqdm(total=spec.train.max_steps, unit=" steps", disable=None) as bar:  # in a terminal alone
            while not state.ended:
                points = advance(state, corpus, seconds=0.5)
                last = points[-1] if points else last
                seen.add(points)
                bar.update(state.step - bar.n)
                if vals := [point.val for point in points if point.val is not None]:
                    loss = f"val loss {vals[-1]:.3f}"
                    bar.set_postfix_str(loss)
                if bar.disable and (now := time.perf_counter()) >= line_due:
                    line_due = now + EVERY
                    tell_progress(state, now - began, loss)
    except KeyboardInterrupt:
        interrupted = True
    facts = facts_about(state, last, preset=chosen.preset, corpus=corpus.name, seconds=time.perf_counter() - began)
    save_models(chosen, state, facts)  # before anything is said: nobody may be listening any more
    tell_the_end(state, last, corpus, chosen.out or chosen.lowest)
    curve = LossCurve("", chosen.preset, kind(spec.model), seen.points(), spec.train.max_steps)
    tell_the_lowest(state, curve, chosen.lowest)
    return INTERRUPTED if interrupted else DIVERGED if state.ended == "diverged" else DONE


def tell_progress(state: TrainState, seconds: float, loss: str) -> None:
    """Say on a line of its own how far it is: for a file or a pipe, where no bar can be drawn."""
    done, steps = state.step, state.spec.train.max_steps
    left = f"about {spoken_time(seconds * (steps - done) / done)} left" if 0 < done < steps else "measuring the losses"
    print(f"step {done:,} of {steps:,}, {loss}, {left}", file=sys.stderr)


def tell_the_end(state: TrainState, last: Point | None, corpus: Corpus, out: Path | None) -> None:
    """Say how the run ended, its losses, and where its model is."""
    blind = f"nats per character (guessing blindly: {math.log(state.spec.model.vocab_size):.4f})"
    if not state.ended:
        print(f"Stopped after {state.step:,} step{'s' * (state.step != 1)}.", file=sys.stderr)
        train, val = (quick_loss(state, corpus, split) for split in ("train", "val"))
        print(f"train loss about {train:.3f}, val loss about {val:.3f} {blind}")
    elif state.note:  # it says that the model is kept, which hangs on `out` here
        print(state.note if out else re.sub(r"The model [^.]*kept[^.]*\. ", "", state.note), file=sys.stderr)
    elif last:
        print(f"train loss {last.loss:.4f}, val loss {last.val:.4f} {blind}")
    if not out:
        print("not saved: add --out my.safetensors to keep the model")
    elif not (state.step or state.ended):
        print("not saved: no step was made")
    else:
        print(f'saved: {out}\nnext: python -m tinygpt generate "{out}"')


def quick_loss(state: TrainState, corpus: Corpus, split: str) -> float:
    """The loss of the model as it is, over a few batches: who stopped a run waits for no long estimate."""
    with one_thread():
        return judged_loss(state.model, corpus, split, LIVE_BATCHES)


def save_models(chosen: argparse.Namespace, state: TrainState, facts: dict[str, Any]) -> None:
    """Save the last model, and that of the lowest val loss, be it the same; nothing of a run without a step."""
    if not (state.step or state.ended):
        return
    if chosen.out:
        save(chosen.out, state.model, state.tokenizer, **facts)
    if chosen.lowest:
        model, best = state.model, state.better
        if best:
            model, of_the_last = best.model(state.spec), {"train_loss": None, "val_loss": None}
            facts = facts | of_the_last | {"step": best.step, "lowest_val_loss": best.val}
        save(chosen.lowest, model, state.tokenizer, **facts)


def tell_the_lowest(state: TrainState, curve: LossCurve, place: Path | None) -> None:
    """Say whether the model has learned by heart, and where the one of its lowest val loss is, or how to keep it."""
    floors = {"uniform": math.log(state.spec.model.vocab_size)}
    turn = turn_of(curve)
    if turn:
        print(by_heart_words(curve.label, [turn], floors, table=curve.role == "bigram", ended=True))
    if place and state.step:
        print(f"in {place}: {lowest_model(state.better.step if state.better else state.step)}")
    elif turn:
        print(f"to keep the model of step {turn.step:,}, train again with: --lowest lowest.safetensors")


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
    refuse_size(path.stat().st_size, MAX_FILE_BYTES)
    try:
        cleaned = read_text(path.read_bytes(), encoding)
    except NotUtf8 as error:
        raise ValueError(guess_words(error)) from None
    for note in cleaned.notes:
        print(note, file=sys.stderr)
    return Corpus.from_text(cleaned.text, clean_name(path.name) or "own text")


def guess_words(error: NotUtf8) -> str:
    """The best guess at how a file is stored, others with what they would say, and the way on where none is right."""
    words = [f"{error} If that is right, add: --encoding {error.guess}"]
    others = [f"  --encoding {one.codec:14} {one.preview[:60]}" for one in error.readings[1:GUESSES]]
    words += ["If not, it may be one of these, the likelier first:", *others] if others else []
    return "\n".join([*words, "If none of them is right, save the file as UTF-8 first."])


def facts_about(state: TrainState, last: Point | None, *, preset: str, corpus: str, seconds: float) -> dict[str, Any]:
    """What a model file says about how it was made."""
    finished = last if state.ended == "finished" else None
    return {
        "preset": preset, "corpus": corpus, "step": state.step, "seed": state.spec.train.seed,
        "seconds": round(seconds, 1), "train_loss": finished and finished.loss, "val_loss": finished and finished.val,
        "ended": state.ended or "stopped", "torch": torch.__version__, "run": state.spec.to_json(),
    }  # fmt: skip
