"""python -m tinygpt: see `python -m tinygpt --help`."""

import sys


def run() -> int:
    """The command line; its exit code. Ctrl-C ends it quietly, also in the second that importing torch takes."""
    try:
        from tinygpt.cli.main import main

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run())
