"""What bytes may say that carry no mark: every different text that Python can read in them, the likeliest first.

chardet knows which characters follow one another in some fifty languages, and orders the encodings by that. A text in
which many words mix two alphabets, or turn to capitals on their way, comes behind all others, whatever chardet thinks
of it. Which one is right only a person can tell.
"""

import codecs
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import chardet

# What files in a classroom may be in. Of codecs that read a file alike, the first here gives its name.
OFFERED = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("koi8-r", "koi8-u", "koi8-t", "cp866", "mac-cyrillic", "mac-roman", "mac-latin2", "mac-greek", "mac-turkish"),
    *("mac-iceland", "cp932", "euc_jis_2004", "gb18030", "big5hkscs", "cp949", "johab", "tis-620"),
    *(f"iso8859-{part}" for part in (15, 2, 5, 7, 9, 1, 3, 4, 6, 8, 10, 13, 14, 16)),
    *("cp850", "cp852", "cp437", "cp737", "cp775", "cp855", "cp857", "cp862", "cp864", "cp869", "kz1048", "cp1125"),
)
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")  # without their mark
SEVEN_BITS = ("iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_2004", "iso2022_kr", "hz", "utf-7")
HINTS = re.compile(rb"\x1b[$(]|~\{|\+[A-Za-z0-9+/]{3}")  # what no text in one of SEVEN_BITS is without
PEOPLE_SAY = {
    "cp866": "DOS 866",
    "cp932": "Shift-JIS (CP932)",
    "cp949": "EUC-KR (CP949)",
    "euc_jis_2004": "EUC-JP",
    "big5hkscs": "Big5",
    "iso2022_jp_2": "ISO-2022-JP",
    "iso2022_jp_ext": "ISO-2022-JP",
    "cp1125": "DOS 1125",
}
BEFORE, AFTER = 60, 140  # bytes around the place in question that a preview shows
MUCH = 200_000  # bytes, or characters: from so many a text is known as well as from all
ODD = 0.25  # share of the words beyond which a reading is rather none
WORD = re.compile(r"[^\W\d_]+")
TOGETHER = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC")  # in one word, in Asia
NOTHING = ("Cc", "Cn", "Co")  # controls, and numbers to which Unicode gives no character


class Reading(NamedTuple):
    """A codec, the name that people know, and what a file would say in it at the place in question."""

    codec: str
    label: str
    preview: str


def readings(data: bytes, place: int) -> list[Reading]:
    """Every different text that `data` may be, the likeliest first; `place` is the first byte that is not UTF-8."""
    part = b"".join(line for line in data[max(0, place - BEFORE) :].splitlines(keepends=True) if not line.isascii())
    likely = guesses(part, OFFERED)
    names: dict[int, list[str]] = {}
    odd = {}
    for codec in sorted(OFFERED, key=lambda codec: likely.index(codec) if codec in likely else len(likely)):
        if (text := read_in(part, codec)) is not None:
            names.setdefault(hash(text), []).append(codec)
            odd[hash(text)] = oddity(text[:MUCH]) > ODD
    order = sorted(names, key=odd.__getitem__)
    found = [reading_of(data, place, min(names[text], key=OFFERED.index)) for text in order]
    return found + wide_readings(data)


def wide_readings(data: bytes) -> list[Reading]:
    """What `data` says as UTF-16 or UTF-32 without a mark, where all of it is characters; the likelier order first."""
    texts = {codec: text for codec in WIDE if (text := read_in(data, codec)) and all(map(is_something, set(text)))}
    usual = {codec: len(re.findall("[\n -~\u3001-\u30ff]", text)) for codec, text in texts.items()}
    return [reading_of(data, 0, codec) for codec in sorted(texts, key=lambda codec: -usual[codec])]


def is_something(character: str) -> bool:
    """Whether Unicode knows the character as more than a control; line ends and tabs are."""
    return character.isspace() or unicodedata.category(character) not in NOTHING


def seven_bit_readings(data: bytes) -> list[Reading]:
    """What `data`, which could be ASCII, says in an encoding of seven bits; nothing where chardet sees none."""
    hint = HINTS.search(data)
    if not hint or not (likely := guesses(data[hint.start() :], SEVEN_BITS)):
        return []
    texts = {codec: read_in(data, codec) for codec in (*likely, *SEVEN_BITS)}
    plain = [reading_of(data, hint.start(), "utf-8")]
    named = {text: codec for codec, text in reversed(texts.items()) if text and not text.isascii()}
    found = sorted(named.values(), key=list(texts).index)
    return [reading_of(data, hint.start(), codec) for codec in found] + plain if found else []


def guesses(part: bytes, wanted: tuple[str, ...]) -> list[str]:
    """Those of the codecs `wanted` that chardet takes for possible, the likeliest first."""
    included = (*wanted, "cp1252")  # its answer where nothing fits: without it, it warns
    found = chardet.detect_all(
        part, ignore_threshold=True, max_bytes=MUCH, include_encodings=included, compat_names=False
    )
    names = [codecs.lookup(one["encoding"]).name for one in found if one["encoding"]]
    return [name for name in names if name in wanted]


def read_in(data: bytes, codec: str) -> str | None:
    """The text of `data`, or None where some of it means nothing in this codec."""
    try:
        return data.decode(codec)
    except UnicodeError:
        return None


def oddity(text: str) -> float:
    """The share of words, among those with letters beyond ASCII, that no language writes so."""
    words = [word for word in WORD.findall(text) if not word.isascii()]
    return sum(map(is_odd, words)) / max(1, len(words))


def is_odd(word: str) -> bool:
    """Whether a word mixes alphabets, or has a capital after a small letter."""
    return len(set(map(alphabet, word))) > 1 or any(a.islower() and b.isupper() for a, b in pairwise(word))


@lru_cache(maxsize=16_384)
def alphabet(character: str) -> str:
    """LATIN, GREEK, ...: the first word of a letter's name in Unicode; those of East Asia count as one."""
    name = re.split("[ -]", unicodedata.name(character, "none"))[0]
    return "EAST ASIA" if name in TOGETHER else name


def reading_of(data: bytes, place: int, codec: str) -> Reading:
    """`codec` with the name and the preview that a person needs to decide."""
    width = int(codec[4:6]) // 8 if codec in WIDE else 1  # bytes of a character
    at = 0 if codec in SEVEN_BITS else max(0, place - BEFORE) // width * width
    return Reading(codec, label(codec), visible(data[at : place + AFTER * width].decode(codec, errors="ignore")))


def visible(text: str) -> str:
    """`text` on one line, without what is invisible or turns the direction of writing round."""
    return " ".join("".join(c for c in " ".join(text.split()) if c.isprintable()).split())


def label(codec: str) -> str:
    """An encoding by the name people know: Windows-1252 for cp1252."""
    if codec in PEOPLE_SAY:
        return PEOPLE_SAY[codec]
    if codec.startswith(("cp125", "cp874")):
        return codec.replace("cp", "Windows-")
    if codec.startswith("mac"):
        return codec.replace("mac", "Mac").replace("-", " ").replace("_", " ").title()
    return re.sub("iso(?=[0-9])", "iso-", codec).replace("_", "-").upper()
