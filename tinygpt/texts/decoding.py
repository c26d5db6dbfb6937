"""The bytes of a file as text, or a refusal with a way out. Bytes are never read by a guess that nobody confirmed."""

import codecs

import charset_normalizer

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

# The mark of UTF-16 is how that of UTF-32 begins, so the longer ones come first.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

# What files in a classroom may be in, when they are not UTF-8. Left to itself the guesser takes "é" for an EBCDIC "Z".
GUESSES = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "mac_roman"),
    *("cp932", "cp949", "gb18030", "big5", "euc_jp", "iso2022_jp"),
)


class TextRefused(ValueError):
    """A text that cannot be trained on; the message says why, and what to do."""


class NotUtf8(ValueError):
    """Bytes that are not UTF-8. `guess` is a codec that could read them, `preview` what they would say."""

    def __init__(self, guess: str, preview: str) -> None:
        self.guess, self.preview, self.label = guess, preview, label(guess)
        super().__init__(f'This file is not stored as UTF-8. Read as {self.label}? It would say: "{preview}"')


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str | None]:
    """The text of `data`, and the encoding it took when that was not UTF-8.

    An `encoding` that somebody confirmed is tried alone. Raises NotUtf8, with a guess to confirm, for bytes that carry
    no mark and are not UTF-8, and TextRefused for what is no plain text or not in that encoding.
    """
    if kind := next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), None):
        raise TextRefused(
            f"This is not a plain text file but {kind}. Export it as .txt, or copy its text and paste it."
        )
    encoding = encoding or next((name for mark, name in MARKS.items() if data.startswith(mark)), None)
    if not encoding:
        return decode_utf8(data), None
    try:
        return data.decode(encoding), encoding
    except (UnicodeError, LookupError):
        name = label(visible(encoding)[:40])
        raise TextRefused(f"This file cannot be read as {name}. Save it as UTF-8 and try again.") from None


def decode_utf8(data: bytes) -> str:
    """The text of UTF-8 bytes. Raises NotUtf8 or TextRefused for others, and for a NUL, which no text has."""
    if b"\0" in data:
        # Every other byte of Latin text in UTF-16 is NUL: the second of two, or, in big-endian order, the first.
        first, second = data[::2].count(0), data[1::2].count(0)
        if min(first, second) > 0 or max(first, second) < len(data) // 4:
            raise TextRefused("This is not a plain text file. Export it as .txt, or copy its text and paste it.")
        guess = "utf-16-le" if second else "utf-16-be"
        raise NotUtf8(guess, preview(data, 0, guess))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        place = error.start
    matches = list(charset_normalizer.from_bytes(data, cp_isolation=list(GUESSES)))
    if not matches:
        raise TextRefused("This is not a plain text file that we can read. Save it as UTF-8 first.")
    equal = [match for match in matches if match.chaos <= matches[0].chaos]
    common = any("cp1252" in match.could_be_from_charset for match in equal)  # by far the most common of its equals
    guess = "cp1252" if common else matches[0].encoding
    raise NotUtf8(guess, preview(data, place, guess))


def preview(data: bytes, place: int, encoding: str) -> str:
    """What stands around `place`, the first byte that UTF-8 cannot read."""
    return visible(data[max(0, place - 60) : place + 140].decode(encoding, errors="ignore"))


def visible(text: str) -> str:
    """`text` on one line, without what is invisible or turns the direction of writing round."""
    return " ".join("".join(c for c in " ".join(text.split()) if c.isprintable()).split())


def label(encoding: str) -> str:
    """An encoding by the name people know: Windows-1252 for cp1252."""
    return encoding.replace("cp125", "Windows-125") if encoding.startswith("cp125") else encoding.upper()
