"""The command line, a module a command: `python -m tinygpt --help`."""
