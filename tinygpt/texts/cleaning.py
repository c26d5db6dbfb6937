"""Any text that a student pastes or uploads becomes one that can be trained on, or is refused with a way out.

Nothing is changed in silence: what was changed stands in the notes. Cleaning twice changes nothing more, and a cleaned
text can always be written as UTF-8.
"""

import re
from typing import NamedTuple

from tinygpt.spelling import is_invisible
from tinygpt.texts.decoding import TextRefused, decode
from tinygpt.texts.encodings import label, visible

MAX_BYTES = 2 * 1024 * 1024  # of the text in UTF-8, however its file is stored
MAX_FILE_BYTES = 4 * MAX_BYTES + 4  # bytes: the same text in UTF-32, with its mark
MAX_DISTINCT = 4_096  # each distinct character is a row of the model's tables
MAX_NAME = 40

REPAIRS = (
    # Half a character, as JSON can hold it and UTF-8 cannot.
    (re.compile("[\ud800-\udfff]"), "\ufffd", "{n} broken character{s} replaced by \ufffd."),
    (re.compile("\ufeff"), "", "{n} byte order mark{s} removed."),
    (re.compile("\r\n?"), "\n", "{n} line end{s} unified (Windows or old Mac)."),
    (re.compile(r"\x1b\[[0-9;?]*[A-Za-z]"), "", "{n} terminal color code{s} removed."),
    # All control characters but tab and newline.
    (re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]"), "", "{n} control character{s} removed."),
)


class Cleaned(NamedTuple):
    """A text to train on, and what was changed on the way, one sentence each."""

    text: str
    notes: tuple[str, ...]


def clean_text(text: str) -> Cleaned:
    """`text` with plain line ends, without control characters and half characters; what was changed is noted.

    Raises TextRefused for a text that is empty, larger than 2 MB or has more than 4,096 distinct characters.
    """
    notes = []
    for pattern, replacement, note in REPAIRS:
        text, n = pattern.subn(replacement, text)
        if n:
            notes.append(note.format(n=f"{n:,}", s=" was" if n == 1 else "s were"))
    refuse_size(len(text.encode()))
    if not text.strip():
        raise TextRefused("This text is empty. Paste or upload some sentences.")
    distinct = len(set(text))
    if distinct > MAX_DISTINCT:
        raise TextRefused(
            f"This text has {distinct:,} different characters; {MAX_DISTINCT:,} is the most, because a model needs "
            "a row of numbers for each. Take a shorter part of it, or a text in an alphabet."
        )
    if distinct == 1:
        notes.append("Only one symbol: the loss goes to 0 at once. Try a richer text.")
    return Cleaned(text, tuple(notes))


def read_text(data: bytes, encoding: str | None = None) -> Cleaned:
    """The cleaned text of a file's bytes: UTF-8, UTF-16 or -32 by their mark, or the `encoding` somebody confirmed.

    Raises NotUtf8, with readings to choose from, for other bytes, and TextRefused for what is no plain text or not
    allowed.
    """
    refuse_size(len(data), MAX_FILE_BYTES)
    text, other = decode(data, encoding)
    cleaned = clean_text(text)
    return Cleaned(cleaned.text, (f"Read as {label(other)}.", *cleaned.notes)) if other else cleaned


def refuse_size(size: int, most: int = MAX_BYTES) -> None:
    """Raises TextRefused for more bytes than a text may have in UTF-8, or than `most`."""
    if size > most:
        raise TextRefused(f"This text has {size / 1024**2:.1f} MB; 2 MB is the most. Take a part of it.")


def clean_name(name: str) -> str:
    """A name to show: at most 40 characters on one line, nothing invisible and nothing that turns the writing round."""
    return visible("".join(c for c in name if c.isspace() or not is_invisible(c)))[:MAX_NAME].rstrip()
