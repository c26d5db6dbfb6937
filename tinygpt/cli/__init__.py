"""The command line: `python -m tinygpt --help`."""
