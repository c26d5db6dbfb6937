"""python -m tinygpt: see `python -m tinygpt --help`."""

import os
import shlex
import sys


def run() -> int:
    """The command line; its exit code. Ctrl-C ends it quietly, also in the second that importing torch takes."""
    try:
        from tinygpt.cli.main import main

        return main()
    except KeyboardInterrupt:
        return 130
    except (ModuleNotFoundError, SyntaxError) as error:  # SyntaxError: an old Python reads no file of ours
        sys.exit(what_to_type("python -m tinygpt " + shlex.join(sys.argv[1:]), error))


def what_to_type(command: str, error: Exception) -> str:
    """A sentence for whoever starts `command` with a Python that cannot run it: how to start it with that of .venv.

    `error` is raised again where the fault is ours.
    """
    missing = getattr(error, "name", None) or "tinygpt"
    if sys.version_info >= (3, 11) and missing.split(".")[0] == "tinygpt":
        raise error
    lacks = f"lacks {missing}" if sys.version_info >= (3, 11) else "is older than 3.11"
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    programs = os.path.join(".venv", "Scripts" if os.name == "nt" else "bin")
    first = "" if os.path.isdir(os.path.join(home, programs)) else "first `make run` (README.md says more), then "
    return f"tinygpt: {sys.executable} {lacks}. In {home}, type {first}`{os.path.join(programs, command)}`"


if __name__ == "__main__":
    sys.exit(run())
