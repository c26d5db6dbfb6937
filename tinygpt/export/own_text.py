"""The own text of a run that was taken along: read from a file beside its script, and recognized by its SHA-256."""

import os
from pathlib import Path

from tinygpt.corpus import Corpus
from tinygpt.texts.cleaning import read_text
from tinygpt.texts.own import sha256_of


def read_own_text(place: str | os.PathLike[str], sha256: str) -> Corpus:
    """The corpus of the text in `place`. ValueError in words when it is not there, or is not the text of `sha256`."""
    path = Path(place).absolute()
    if not path.is_file():
        raise ValueError(f"This run was trained on a text of your own. Save that text as {path} and start again.")
    text = read_text(path.read_bytes()).text  # cleaned as it was then: line ends, for example, may have changed
    if (found := sha256_of(text)) != sha256:
        raise ValueError(
            f"{path} is not the text of this run: its SHA-256 begins with {found[:12]}, not with {sha256[:12]}. "
            "Save the very text that the run was trained on; one character more or less makes another run."
        )
    return Corpus.from_text(text, sha256)
