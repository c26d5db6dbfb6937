"""Texts of many kinds, sizes and scripts: made here, the same every time, and what this machine happens to have."""

import gettext
import random
import sysconfig
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

from tinygpt.corpus import load_corpus

LETTERS = {
    "latin": "abcdefghijklmnopqrstuvwxyz",
    "greek": "αβγδεζηθικλμνξοπρσςτυφχψω",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
    "devanagari": "अआइईउकखगचजटडतदनपबमयरलवसहािीुूेोंं",
    "thai": "กขคงจชซดตถทนบปผพภมยรลวสหอะาิีุูเแโ",
    "hangul": "".join(map(chr, range(0xAC00, 0xAC00 + 11_000, 37))),
    "kana": "".join(map(chr, range(0x3042, 0x3094))),
    "han": "".join(map(chr, range(0x4E00, 0x4E00 + 3_000))),
}
LOGGED = (
    "sshd[%d]: Accepted publickey for root from 10.0.0.%d port 22 ssh2",
    "CRON[%d]: (root) CMD (test -x /usr/sbin/job && run-parts %d)",
    "kernel: [%d.%d] usb 1-1: new high-speed USB device number 4 using xhci_hcd",
)
PLACES = (Path("/usr/share/common-licenses"), Path("/var/log"), Path("/usr/share/dict"))
MESSAGES = ("/usr/share/locale", "/usr/share/locale-langpack")  # what programs say, in many languages


def zipf(random_: random.Random, things: list[str], n: int, exponent: float = 1.0) -> list[str]:
    """`n` of `things`, drawn as words are: the r-th of them 1 / r as often as the first."""
    return random_.choices(things, cum_weights=_shares(len(things), exponent), k=n)


@cache
def _shares(ranks: int, exponent: float) -> tuple[float, ...]:
    """Cumulative weights, not normalized."""
    return tuple(accumulate(1 / (r + 1) ** exponent for r in range(ranks)))


def prose(script: str, size: int, *, words: int = 2_000, seed: int = 1, spaces: bool = True) -> str:
    """Sentences of invented words in the letters of a script."""
    source = random.Random(f"{script} {seed}")
    letters = list(LETTERS[script])
    source.shuffle(letters)
    longest = 3 if script in ("han", "hangul") else 8
    known = ["".join(zipf(source, letters, source.randint(1, longest), 0.7)) for _ in range(words)]
    text: list[str] = []
    length = 0
    while length < size:
        sentence = (" " if spaces else "").join(zipf(source, known, source.randint(3, 14)))
        text.append(sentence.capitalize() + source.choice((". ", ". ", "? ", ", ", ".\n")))
        length += len(text[-1])
    return "".join(text)[:size]


def made() -> Iterator[tuple[str, str]]:
    """Name and text: scripts, sizes, tables, logs, music, DNA, one line, and what repeats itself."""
    for script in LETTERS:
        yield f"{script}, 20,000", prose(script, 20_000, spaces=script not in ("han", "kana", "thai"))
    for size in (2_000, 5_000, 60_000, 200_000):
        yield f"latin, {size:,}", prose("latin", size)
    yield "cyrillic, 3,000", prose("cyrillic", 3_000)
    yield "han, 100,000", prose("han", 100_000, words=8_000, spaces=False)
    yield "latin, then greek", prose("latin", 27_000) + prose("greek", 3_000)
    yield "one language, then another", prose("latin", 45_000, seed=2) + prose("latin", 5_000, seed=3)
    yield "one line", prose("latin", 50_000).replace("\n", " ")
    yield "no spaces", prose("latin", 30_000, spaces=False)
    yield from structured(random.Random(1))
    yield from repeated(random.Random(2))


def structured(source: random.Random) -> Iterator[tuple[str, str]]:
    """What programs write, and notes, and DNA."""
    draw, pick = source.randrange, source.choice
    yield "dna, 30,000", "".join(source.choices("ACGT", k=30_000))
    yield "dna in lines", "\n".join("".join(source.choices("ACGT", (3, 2, 2, 3), k=60)) for _ in range(1_500))
    yield "digits", "".join(source.choices("0123456789", k=5_000))
    rows = [
        f"{i},2026-11-{draw(1, 31):02},{source.gauss(20, 5):.2f},{pick(['ok', 'low', 'high'])}" for i in range(2_000)
    ]
    yield "csv", "\n".join(rows)
    rows = [f'  {{"id": {i}, "name": "{pick(["Ann", "Bob"])}", "score": {draw(100)}, "tags": []}},' for i in range(900)]
    yield "json", "\n".join(rows)
    times = [f"Nov {1 + i // 200:2} {draw(24):02}:{draw(60):02}:{draw(60):02} host " for i in range(2_500)]
    yield "log", "\n".join(time + pick(LOGGED) % (draw(9_999), draw(255)) for time in times)
    bars = [" ".join(source.choices(["A2", "B2", "c", "d", "e2", "G4", "z"], k=4)) for _ in range(40)]
    yield "music", "".join(f"X:{i}\nK:{pick('CDG')}\n{' | '.join(zipf(source, bars, 8))} |]\n" for i in range(150))
    said = prose("latin", 9_000, words=120).split(". ")
    yield "chat", "\n".join(f"[{draw(24):02}:{draw(60):02}] {pick(['mia', 'tom', 'zoé'])}: {words}" for words in said)
    yield "a number a line", "\n".join(str(draw(1_000)) for _ in range(6_000))
    yield "every character once or twice", "".join(source.sample([chr(0x4E00 + i // 2) for i in range(5_000)], 5_000))


def repeated(source: random.Random) -> Iterator[tuple[str, str]]:
    """What says the same again: the only texts whose val stands in train."""
    paragraph, lines = prose("latin", 118, words=40), [prose("latin", 60, seed=i, words=60) for i in range(40)]
    yield "repeated: a paragraph", f"{paragraph}\n" * 120
    yield "repeated: a line", "All work and no play makes Jack a dull boy.\n" * 500
    yield "repeated: lines in any order", "\n".join(source.choices(lines, k=800))
    yield "repeated: a text twice", 2 * prose("latin", 20_000, seed=5)
    yield "repeated: two letters", "ab" * 2_000


def of_this_machine() -> Iterator[tuple[str, str]]:
    """Texts that are no part of this project: plays, code, licences, logs, word lists, messages in many languages."""
    yield "the plays", load_corpus("shakespeare-plays").text
    yield "the plays, 10,000", load_corpus("shakespeare-plays").text[:10_000]
    for name in ("look-back", "markov", "copying", "brackets"):
        yield f"language {name}", load_corpus(name).text
    code = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    yield "python, one file", code[10].read_text(encoding="utf-8")
    yield "python, many files", "".join(path.read_text(encoding="utf-8") for path in code)[:1_000_000]
    for path in (path for place in PLACES if place.is_dir() for path in sorted(place.iterdir())):
        if path.is_file() and not path.is_symlink() and path.stat().st_size > 3_000:
            yield path.name, path.read_text(encoding="utf-8", errors="replace")[:1_000_000]
    for language, text in messages():
        yield f"messages {language}", text


def messages(most: int = 150_000) -> Iterator[tuple[str, str]]:
    """A language and what the programs of this machine say in it, where that is enough to train on."""
    for folder in (folder for place in MESSAGES for folder in sorted(Path(place).glob("*/LC_MESSAGES"))):
        said: list[str] = []
        for path in sorted(folder.glob("*.mo")):
            with path.open("rb") as file:
                try:
                    catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
                except (OSError, ValueError, IndexError):
                    continue
            said += [text for key, text in catalog.items() if key and isinstance(text, str)]
        if len(text := "\n".join(said)) > 5_000:
            yield folder.parent.name, text[:most]
