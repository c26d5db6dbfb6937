"""python -m tinygpt: see `python -m tinygpt --help`."""

import sys

from tinygpt.cli import main

if __name__ == "__main__":
    sys.exit(main())
