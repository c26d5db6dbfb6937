"""The command line: train | generate | info | presets | fetch. With cli_train.py the one place in the package that prints.

Exit codes: 0 all went well; 1 it could not be done, and a sentence says why; 2 the command was not understood;
3 the run diverged (its model is kept); 130 stopped by Ctrl-C (its model is kept too).
"""

import argparse
import sys
from pathlib import Path

import torch

from tinygpt import download
from tinygpt.checkpoint import load, read_info
from tinygpt.cleaning import clean_text
from tinygpt.cli_train import train_command
from tinygpt.corpus import CATALOGUE, default_corpus
from tinygpt.generation import generate
from tinygpt.models import count_parameters
from tinygpt.presets import PRESETS
from tinygpt.spec import config_from

DONE, FAILED = 0, 1

FIRST_STEPS = """\
first steps:
  python -m tinygpt presets                                  what can be trained
  python -m tinygpt train --preset bigram --out my.safetensors
  python -m tinygpt generate my.safetensors --prompt "ROMEO:"
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code. Errors are one plain sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal may not know every letter
    chosen = parser().parse_args(arguments)
    try:
        return chosen.command(chosen)
    except (ValueError, OSError) as error:
        reason = f"{error.strerror}: {error.filename}" if isinstance(error, OSError) and error.strerror else error
        print(f"tinygpt: {reason}", file=sys.stderr)
        return FAILED


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line, with help for newcomers."""
    top = argparse.ArgumentParser(
        "python -m tinygpt", description="Train tiny character-level language models, and let them write.",
        epilog=FIRST_STEPS, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    train = commands.add_parser("train", help="train a model and save it")
    train.set_defaults(command=train_command)
    train.add_argument("--preset", required=True, choices=PRESETS, metavar="NAME", help="see `presets`")
    train.add_argument(
        "--corpus", metavar="TEXT", help=f"{', '.join(CATALOGUE)}, or a text file (the default: {default_corpus()})"
    )
    train.add_argument("--out", type=Path, metavar="FILE", help="where the model goes, as .safetensors")
    train.add_argument("--steps", type=int, metavar="N", help="steps, instead of the preset's")
    train.add_argument("--learning-rate", type=float, metavar="X", help="learning rate, instead of the preset's")
    train.add_argument("--seed", type=int, metavar="N", help="another seed is another run (default: 1337)")

    write = commands.add_parser("generate", help="let a saved model write")
    write.set_defaults(command=generate_command)
    write.add_argument("model", type=Path, metavar="FILE")
    write.add_argument("--prompt", default="\n", help="what it goes on from (default: an empty line)")
    write.add_argument("--length", type=int, default=500, metavar="N", help="characters (default: 500)")
    write.add_argument("--temperature", type=float, default=1.0, metavar="X", help="0 always takes the likeliest")
    write.add_argument("--top-k", type=int, metavar="K", help="draw among the K likeliest only")
    write.add_argument("--seed", type=int, default=1337, metavar="N")

    info = commands.add_parser("info", help="what a model file says about its model")
    info.set_defaults(command=info_command)
    info.add_argument("model", type=Path, metavar="FILE")

    commands.add_parser("presets", help="list what can be trained").set_defaults(command=presets_command)
    commands.add_parser("fetch", help="download the lecture's exact text (1.1 MB)").set_defaults(command=fetch_command)
    return top


def generate_command(chosen: argparse.Namespace) -> int:
    """Print the prompt and what the model writes after it, as it is drawn."""
    checkpoint = load(chosen.model)
    tokenizer, prompt = checkpoint.tokenizer, clean_text(chosen.prompt or "\n").text
    if unknown := tokenizer.unknown(prompt):
        print(f"This model has never seen {', '.join(map(repr, unknown))}: skipped.", file=sys.stderr)
    ids = [tokenizer.encode(c)[0] for c in prompt if c not in unknown] or [0]
    print(tokenizer.decode(ids).lstrip("\n"), end="")
    source = torch.Generator().manual_seed(chosen.seed)
    tokens = generate(
        checkpoint.model, torch.tensor([ids]), chosen.length, temperature=chosen.temperature, top_k=chosen.top_k,
        generator=source,
    )  # fmt: skip
    for token in tokens:
        print(tokenizer.decode([token.id]), end="", flush=True)
    print()
    return DONE


def info_command(chosen: argparse.Namespace) -> int:
    """Print what a model file says about its model."""
    about = read_info(chosen.model)
    config = config_from(about["model"])
    shown = {"parameters": f"{count_parameters(config):,}", "characters": repr(about["chars"])}
    facts = {name: value for name, value in about.items() if name not in ("chars", "model", "run", "sha256", "kind")}
    for name, value in {**about["model"], **shown, **facts}.items():
        print(f"{name:18} {f'{value:.4f}' if isinstance(value, float) and 'loss' in name else value}")
    return DONE


def presets_command(chosen: argparse.Namespace) -> int:
    """Print every preset with its size, its steps and what is new in it."""
    for name, preset in PRESETS.items():
        size, steps = count_parameters(preset.model), preset.train.max_steps
        print(f"{name:13} {size:>8,} parameters  {steps:>5,} steps   {preset.words}")
    return DONE


def fetch_command(chosen: argparse.Namespace) -> int:
    """Download the exact text, or say where it already is."""
    print(f"Tiny Shakespeare: {download.fetch(progress=True)}")
    return DONE
