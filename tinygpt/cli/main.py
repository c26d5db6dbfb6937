"""The command line: train | generate | info | presets | runs | export | fetch. Nothing outside this folder prints.

Exit codes: 0 all went well; 1 it could not be done, and a sentence says why; 2 the command was not understood;
3 the run diverged (its model is kept); 130 stopped by Ctrl-C (its model is kept too).
"""

import argparse
import io
import os
import re
import sys
from typing import Any

import torch

from tinygpt.checkpoint.model_file import load, read_info
from tinygpt.cli.parser import parser
from tinygpt.cli.runs import model_called, run_called, runs_command
from tinygpt.cli.train import DONE, INTERRUPTED, train_command
from tinygpt.corpus import load_corpus
from tinygpt.engine.recovery import recovered
from tinygpt.export.notebook import notebook
from tinygpt.export.plain import plain_pytorch
from tinygpt.export.points import points_csv, points_json
from tinygpt.export.script import script
from tinygpt.export.written import TEXT_FILE
from tinygpt.files import write_whole
from tinygpt.generation import generate, prompt_for
from tinygpt.models import config_from, count_parameters, leak
from tinygpt.texts import tiny_shakespeare
from tinygpt.texts.encodings import visible
from tinygpt.texts.own import is_sha256
from tinygpt.training.loop import one_thread
from tinygpt.training.presets import PRESETS
from tinygpt.words.leaks import HOW, SEES

FAILED, NOT_UNDERSTOOD = 1, 2  # exit codes

# A model file may come from a stranger, and a terminal obeys some characters instead of showing them.
COMMANDS_TO_A_TERMINAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SHOWN_AS_TITLE = ("chars", "model", "run", "sha256", "kind", "format")  # shown another way, or of no use to people


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code. Errors are one plain sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may not know every letter; a file or a pipe takes all
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace", line_buffering=True)
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments:
        parser().print_help()
        return NOT_UNDERSTOOD
    chosen = parser().parse_args(arguments)
    try:
        return COMMANDS[chosen.command](chosen)
    except BrokenPipeError:  # whoever read the output has had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it closes it
        return DONE
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except (ValueError, OSError) as error:
        reason = str(error)
        if isinstance(error, OSError) and error.strerror:  # the system's own errors are told without their numbers
            reason = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
        print(f"tinygpt: {reason}", file=sys.stderr)
        return FAILED


def generate_command(chosen: argparse.Namespace) -> int:
    """Print the prompt and what the model writes after it, as it is drawn."""
    checkpoint = load(model_called(chosen.model, lowest=chosen.lowest))
    tokenizer, prompt = checkpoint.tokenizer, prompt_for(checkpoint.tokenizer, chosen.prompt)
    if prompt.unknown:
        print(f"This model has never seen {', '.join(map(repr, prompt.unknown[:20]))}: skipped.", file=sys.stderr)
    print(harmless(tokenizer.decode(prompt.idx[0].tolist()).lstrip("\n")), end="")
    source = torch.Generator().manual_seed(chosen.seed)
    tokens = generate(
        checkpoint.model, prompt.idx, chosen.length, temperature=chosen.temperature, top_k=chosen.top_k,
        generator=source,
    )  # fmt: skip
    with one_thread():  # so small a model is written ten times as fast by one thread as by two that wait for each other
        for token in tokens:
            print(harmless(tokenizer.decode([token.id])), end="", flush=True)
    print()
    return DONE


def harmless(text: str) -> str:
    """`text` with what would command a terminal written out, as in \\x1b."""
    return COMMANDS_TO_A_TERMINAL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def info_command(chosen: argparse.Namespace) -> int:
    """Print what a model file says about its model."""
    about = read_info(model_called(chosen.model, lowest=chosen.lowest))
    shown = {"parameters": f"{count_parameters(config_from(about['model'])):,}", "characters": repr(about["chars"])}
    facts = {name: value for name, value in about.items() if name not in SHOWN_AS_TITLE}
    for name, value in {**about["model"], **shown, **facts}.items():
        loss = isinstance(value, float) and name.endswith("loss")
        said = "-" if value is None else f"{value:.4f}" if loss else str(value)
        print(f"{visible(name)[:40]:18} {visible(said)}")
    if how := leak(config_from(about["model"])):
        print(f"{SEES:18} {HOW[how]} Its val loss is no loss of guessing.")
    return DONE


def presets_command(chosen: argparse.Namespace) -> int:
    """Print every preset with its title on the page, its size, its steps and what is new in it."""
    for name, preset in PRESETS.items():
        size, steps = count_parameters(preset.model), preset.train.max_steps
        title = f'"{preset.title}"'
        print(f"{name:13} {title:22} {size:>8,} parameters  {steps:>5,} steps   {preset.words}")
    return DONE


def export_command(chosen: argparse.Namespace) -> int:
    """Write the run to a file, or print it; where its text belongs is said on standard error."""
    out = chosen.out
    if out and out.exists():
        raise ValueError(f"{out} is there already: choose another name")
    store, about = run_called(chosen.run)
    spec, progress = about.spec, recovered(store, about).progress
    known: dict[str, Any] = {"name": about.name, "final": progress.final, "better": progress.better}
    match chosen.form:
        case "script":
            made = script(spec, **known)
        case "notebook":
            made = notebook(spec, **known)
        case "pytorch":
            made = plain_pytorch(spec, **known)
        case "text":
            made = load_corpus(spec.corpus, folder=store.corpora).text
        case "csv":
            made = points_csv(store.points(about.id))
        case _:
            made = points_json(spec, store.points(about.id), **known)
    if out:
        write_whole(out, made.encode())
    else:
        print(made, end="")
    if chosen.form == "pytorch" or (is_sha256(spec.corpus) and chosen.form in ("script", "notebook")):
        beside = out.with_name(TEXT_FILE) if out else TEXT_FILE
        print(f"Its text belongs beside it: export the run again --as text --out {beside}", file=sys.stderr)
    return DONE


def fetch_command(chosen: argparse.Namespace) -> int:
    """Download the exact text, or say where it already is."""
    here = tiny_shakespeare.find()
    path = here or tiny_shakespeare.fetch(
        url=tiny_shakespeare.URL, sha256=tiny_shakespeare.SHA256, progress=sys.stderr.isatty()
    )
    print(f"Tiny Shakespeare {'is already here' if here else 'is now here'}: {path}")
    return DONE


COMMANDS = {
    "train": train_command, "generate": generate_command, "info": info_command, "presets": presets_command,
    "runs": runs_command, "export": export_command, "fetch": fetch_command,
}  # fmt: skip
