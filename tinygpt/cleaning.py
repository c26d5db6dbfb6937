"""Any text that a student pastes or uploads becomes one that can be trained on, or is refused with a way out.

Nothing is changed in silence: what was changed stands in the notes, and bytes are never read by a guess that nobody
confirmed. Cleaning twice changes nothing more, and a cleaned text can always be written as UTF-8.
"""

import codecs
import re
import unicodedata
from itertools import count
from typing import NamedTuple

import charset_normalizer

from tinygpt.corpus import split_point

MAX_BYTES = 2 * 1024 * 1024
MAX_DISTINCT = 4_096  # each distinct character is a row of the model's tables
MAX_NAME = 40

LINE_END = re.compile("\r\n?")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and newline
LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, as JSON can hold it; UTF-8 cannot
BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")

# utf-16 begins like utf-32, so the longer mark comes first.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

MAGIC = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a zip archive, or a Word or LibreOffice document",
    b"\xd0\xcf\x11\xe0": "an old Word or Excel document",
    b"{\\rtf": "an RTF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF87a": "a GIF picture",
    b"GIF89a": "a GIF picture",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
}


class Cleaned(NamedTuple):
    """A text to train on, and what was changed on the way, one sentence each."""

    text: str
    notes: tuple[str, ...]


class TextRefused(ValueError):
    """A text that cannot be trained on; the message says why, and what to do."""


class NotUtf8(ValueError):
    """Bytes that are not UTF-8. `guess` is a codec that could read them, `preview` what they would say."""

    def __init__(self, guess: str, preview: str) -> None:
        self.guess, self.preview = guess, preview
        self.label = guess.replace("cp125", "Windows-125").replace("_", "-")  # cp1252 is Windows-1252 to most people
        super().__init__(f"This file is not stored as UTF-8. Read as {self.label}? It would say: {preview}")


def clean_text(text: str) -> Cleaned:
    """`text` with plain line ends, without control characters and half characters; what was changed is noted.

    Raises TextRefused for a text that is empty, larger than 2 MB or has more than 4,096 distinct characters.
    """
    notes = []
    for pattern, replacement, note in (
        (LONE_SURROGATE, "\ufffd", "{} broken characters were replaced by \ufffd."),
        (re.compile("\ufeff"), "", "The byte order mark was removed."),
        (LINE_END, "\n", "Line ends of Windows or an old Mac were unified."),
        (CONTROL, "", "{} control characters were removed."),
    ):
        text, changes = pattern.subn(replacement, text)
        if changes:
            notes.append(note.format(f"{changes:,}"))
    distinct = len(set(text))
    _refuse(text, distinct)
    if distinct == 1:
        notes.append("Only one symbol: the loss goes to 0 at once. Try a richer text.")
    return Cleaned(text, tuple(notes))


def read_text(data: bytes, encoding: str | None = None) -> Cleaned:
    """The cleaned text of a file's bytes: UTF-8, UTF-16 or -32 by their mark, or the `encoding` somebody confirmed.

    Raises NotUtf8, with a guess to confirm, for other bytes, and TextRefused for what is no plain text at all.
    """
    _refuse_size(len(data))
    kind = next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), None)
    if kind:
        raise TextRefused(f"This is not a plain text file but {kind}. Export it as .txt, or copy its text and paste it.")
    encoding = encoding or next((name for mark, name in MARKS.items() if data.startswith(mark)), None)
    text = _decode(data, encoding) if encoding else _decode_utf8(data)
    cleaned = clean_text(text)
    notes = (f"Read as {encoding.upper()}.",) if encoding else ()
    return Cleaned(cleaned.text, notes + cleaned.notes)


def check_length(text: str, block_size: int) -> None:
    """Raises TextRefused unless train and val, 90 % and the rest, both hold block_size + 2 characters."""
    if _room(len(text)) >= block_size:
        return
    needed = next(n for n in count(len(text)) if _room(n) >= block_size)
    smaller = f", or choose a context of at most {_room(len(text))}" if _room(len(text)) > 0 else ""
    raise TextRefused(
        f"Your text has {len(text):,} characters; with a context of {block_size} it needs at least {needed:,}, because "
        f"the last tenth is held back to validate. Add text{smaller}."
    )


def clean_name(name: str) -> str:
    """A name to show: at most 40 characters on one line, nothing invisible and nothing that turns the writing round."""
    visible = (c for c in " ".join(name.split()) if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return " ".join(BLANK.sub("", "".join(visible)).split())[:MAX_NAME].rstrip()


def _room(length: int) -> int:
    """The largest block_size for a text of `length` characters."""
    train = split_point(length)
    return min(train, length - train) - 2


def _refuse(text: str, distinct: int) -> None:
    if not text.strip():
        raise TextRefused("This text is empty. Paste or upload some sentences.")
    _refuse_size(len(text.encode()))
    if distinct > MAX_DISTINCT:
        raise TextRefused(
            f"This text has {distinct:,} different characters; {MAX_DISTINCT:,} is the most, because a model needs "
            "a row of numbers for each. Take a shorter part of it, or a text in an alphabet."
        )


def _refuse_size(size: int) -> None:
    if size > MAX_BYTES:
        raise TextRefused(f"This text has {size / 1024**2:.1f} MB; 2 MB is the most. Take a part of it.")


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        raise TextRefused(f"This file cannot be read as {encoding[:40]}. Save it as UTF-8 and try again.") from None


def _decode_utf8(data: bytes) -> str:
    if b"\0" in data:
        raise _utf16_without_mark(data) or TextRefused("This is not a plain text file. Export it as .txt first.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        best = charset_normalizer.from_bytes(data).best()
        if best is None:
            raise TextRefused("This is not a plain text file that we can read. Save it as UTF-8 first.") from None
        raise NotUtf8(best.encoding, _preview(data, error.start, best.encoding)) from None


def _utf16_without_mark(data: bytes) -> NotUtf8 | None:
    """Every other byte of Latin text in UTF-16 is NUL: the second of two, or, in big-endian order, the first."""
    first, second = data[::2].count(0), data[1::2].count(0)
    if min(first, second) > 0 or max(first, second) < len(data) // 4:
        return None
    guess = "utf-16-le" if second else "utf-16-be"
    return NotUtf8(guess, _preview(data, 0, guess))


def _preview(data: bytes, place: int, encoding: str) -> str:
    """Some characters around `place`, where the first byte stands that UTF-8 cannot read."""
    around = data[max(0, place - 60) : place + 140]
    return clean_name(around.decode(encoding, errors="replace"))
