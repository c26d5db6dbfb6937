"""The bytes of a file as text, or a refusal with a way out. Bytes are never read by a guess that nobody confirmed."""

import codecs
import re

from tinygpt.texts.encodings import Reading, label, reading_of, readings, seven_bit_readings, visible, wide_readings

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
# How bytes that are no text may begin; a text may begin so, too.
BEGINNINGS = {
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format 3": "a database",
    b"\x93NUMPY": "an array of numbers",
    b"RIFF": "a sound or a film",
    b"OggS": "a sound",
    b"ID3": "a sound",
    b"fLaC": "a sound",
    b"MThd": "music in MIDI",
    b"\0\0\0": "a film or a picture",
    b"\0\1\0\0\0": "a font",
    b"OTTO": "a font",
    b"wOF": "a font",
    b"BM": "a picture",
    b"II*\0": "a picture",
    b"MM\0*": "a picture",
    b"BZh": "an archive",
    b"\xfd7zXZ": "an archive",
    b"\x28\xb5\x2f\xfd": "an archive",
    b"PAR1": "a table in Parquet",
    b"\xca\xfe\xba\xbe": "a program",
}

# The mark of UTF-16 is how that of UTF-32 begins, so the longer ones come first.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Text has tabs, line ends, form feeds, backspaces, shifts and escapes; a NUL is a gap that a crash has left.
NEVER_IN_TEXT = re.compile(rb"[\x01-\x07\x10-\x1a\x1c-\x1f\x7f]")
STRAY = 0.02  # share of such bytes that a damaged text may have; of compressed data they are a tenth


class TextRefused(ValueError):
    """A text that cannot be trained on; the message says why, and what to do."""


class NotUtf8(ValueError):
    """Bytes that are not UTF-8. `readings` are what they may say instead, the likeliest first; there is at least one.

    `guess`, `label` and `preview` are those of the first.
    """

    def __init__(self, found: list[Reading]) -> None:
        self.readings = found
        self.guess, self.label, self.preview = found[0]
        super().__init__(f'This file is not stored as UTF-8. Read as {self.label}? It would say: "{self.preview}"')


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str | None]:
    """The text of `data`, and the encoding it took when that was not UTF-8.

    An `encoding` that somebody confirmed is tried alone. Raises NotUtf8, with readings to choose from, for bytes that
    carry no mark and are not UTF-8, and TextRefused for what is no plain text or not in that encoding.
    """
    if kind := next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), None):
        raise not_plain(f" but {kind}")
    if encoding and encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        return confirmed_utf8(data), None
    encoding = encoding or next((name for mark, name in MARKS.items() if data.startswith(mark)), None)
    if not encoding:
        return decode_utf8(data), None
    try:
        return data.decode(encoding), encoding
    except (UnicodeError, LookupError):
        raise cannot_be_read(label(visible(encoding)[:40])) from None


def decode_utf8(data: bytes) -> str:
    """The text of UTF-8 bytes. Raises NotUtf8 for those of another encoding, TextRefused for what is no text."""
    binary = is_binary(data)
    if (binary or may_be_wide(data)) and (found := wide_readings(data)):
        raise NotUtf8(found)
    if binary:
        kind = next((kind for begins, kind in BEGINNINGS.items() if data.startswith(begins)), "")
        raise not_plain(f"; it looks like {kind or 'numbers, not like letters'}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        found = readings(data.replace(b"\0", b""), error.start - data.count(b"\0", 0, error.start))
        if broken := broken_in_utf8(data):
            s = "" if broken == 1 else "s"
            found.insert(
                0, reading_of(data, error.start, "utf-8")._replace(label=f"UTF-8 with {broken} damaged byte{s}")
            )
        raise NotUtf8(found) from None
    if found := seven_bit_readings(data):
        raise NotUtf8(found)
    return text


def confirmed_utf8(data: bytes) -> str:
    """The text of bytes that somebody takes for UTF-8; each damaged one becomes half a character, for the cleaning.

    Raises TextRefused where more is damaged than whole.
    """
    text = data.decode(errors="surrogateescape")
    if re.search("[\udc80-\udcff]", text) and not broken_in_utf8(data):
        raise cannot_be_read("UTF-8")
    return text


def broken_in_utf8(data: bytes) -> int:
    """How many bytes are no UTF-8, in a text that is UTF-8 for the greater part of what is not ASCII; else 0."""
    text = data.decode(errors="surrogateescape")
    broken = len(re.findall("[\udc80-\udcff]", text))
    return broken if len(re.findall(r"[^\x00-\x7f\udc80-\udcff]", text)) > broken else 0


def is_binary(data: bytes) -> bool:
    """Whether the bytes have more control characters than a damaged text; gaps of NUL do not count."""
    return len(NEVER_IN_TEXT.findall(data)) > STRAY * (len(data) - data.count(b"\0"))


def may_be_wide(data: bytes) -> bool:
    """Whether NULs stand as in UTF-16 or UTF-32: many of them, and those of UTF-16 at every other byte."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    alternate = max(even, odd) > 9 * min(even, odd) or 2 * (even + odd) >= len(data)
    return alternate and 8 * (even + odd) >= len(data)


def not_plain(kind: str) -> TextRefused:
    return TextRefused(f"This is not a plain text file{kind}. Export it as .txt, or copy its text and paste it.")


def cannot_be_read(name: str) -> TextRefused:
    return TextRefused(f"This file cannot be read as {name}. Save it as UTF-8 and try again.")
