"""Whose an own text is: who brought it, what they call it, and whether others may read it.

    <folder>/<sha>.txt     a text, stored once, however many bring it
    <folder>/<sha>.json    {"<student>": {"name": "poem.txt", "shared": false, "since": 1764...}, "<another>": null}

A student is 32 hexadecimal digits; null is one who has deleted this text of hers. When the last one deletes it, both
files go. What is on disk was written by this server alone, and is still read as if by a stranger.
"""

import json
import re
import threading
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tinygpt.files import size_on_disk, write_whole
from tinygpt.spelling import lettered
from tinygpt.texts.cleaning import clean_name
from tinygpt.texts.own import is_sha256, keep_text, sha256_of

MB = 1024**2
MAX_OF_A_STUDENT = 20 * MB  # ten texts as large as one may be
MAX_OF_ALL = 1024 * MB
MAX_RECORD = MB  # bytes: thousands of students with one text
STUDENT = re.compile(r"[0-9a-f]{32}", re.ASCII)
TITLE = 24  # characters of a pasted text that become its name


@dataclass(frozen=True)
class Ownership:
    """What a text is to one student."""

    name: str
    shared: bool = False  # whether whoever has a link may read it
    since: float = 0.0  # seconds since 1970


Owners = dict[str, Ownership | None]


class TextShelf:
    """The own texts in a folder. Safe for any number of threads; one server at a time writes there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._sizes: dict[str, int] = {}
        self._owners: dict[str, Owners] = {}
        for path in sorted(folder.glob("*.txt")):
            if is_sha256(path.stem) and path.is_file():
                self._take_in(path)

    def keep(self, text: str, student: str, name: str, *, taken: Collection[str] = ()) -> str:
        """Store a text for a student under `name`, with a letter where she has one of it, or `taken` has; its SHA-256.

        Raises ValueError, in words for a student, where there is no room for it.
        """
        key, size = sha256_of(text), size_on_disk(len(text.encode()))
        with self._lock:
            if not self._owned(key, student):
                self._check_room(student, size, new=key not in self._sizes)
            key = keep_text(text, self.folder)
            self._sizes[key] = size
            mine = self._owned(key, student)
            others = {one.name for other, one in self.of(student).items() if other != key}
            called = lettered(clean_name(name) or "a text", {*others, *taken})
            self._put(key, student, replace(mine, name=called) if mine else Ownership(called, since=time.time()))
        return key

    def claim(self, key: str, student: str, used: float) -> None:
        """Give a text that nobody brought since there are owners to a student who has `used` it before."""
        with self._lock:
            if key not in self._owners and self.is_here(key):
                self._take_in(self._path(key))
            owners = self._owners.get(key)
            if owners is None or student in owners:
                return
            if used < min((one.since for one in owners.values() if one), default=time.time()):
                self._put(key, student, Ownership(nameless(key), since=time.time()))

    def of(self, student: str) -> dict[str, Ownership]:
        """The texts of a student by their SHA-256, the oldest first."""
        with self._lock:
            found = {key: mine for key, owners in self._owners.items() if (mine := owners.get(student))}
        return dict(sorted(found.items(), key=lambda item: item[1].since))

    def shared_name(self, key: str) -> str | None:
        """What those call a text who let others read it; None where nobody does."""
        with self._lock:
            return next((one.name for one in self._owners.get(key, {}).values() if one and one.shared), None)

    def shared_as(self, name: str) -> str | None:
        """The one text that somebody lets others read under this name; None where there is none, or more than one."""
        with self._lock:
            owned = ((key, one) for key, owners in self._owners.items() for one in owners.values() if one)
            found = {key for key, one in owned if one.shared and one.name == name}
        return found.pop() if len(found) == 1 else None

    def is_here(self, key: str) -> bool:
        """Whether there is such a text, whosever it is."""
        return self._path(key).is_file()

    def beginning(self, digits: str) -> str | None:
        """The text whose SHA-256 begins with `digits`, or None."""
        with self._lock:
            return next((key for key in self._sizes if key.startswith(digits)), None)

    def rename(self, key: str, student: str, name: str, *, taken: Collection[str] = ()) -> str:
        """Call a text of hers otherwise; what it is called now. An empty name changes nothing."""
        with self._lock:
            mine = self._mine(key, student)
            others = {one.name for other, one in self.of(student).items() if other != key}
            called = lettered(clean_name(name) or mine.name, {*others, *taken})
            self._put(key, student, replace(mine, name=called))
            return called

    def share(self, key: str, student: str, shared: bool) -> None:
        """Let whoever has a link read a text of hers, or no longer."""
        with self._lock:
            self._put(key, student, replace(self._mine(key, student), shared=shared))

    def delete(self, key: str, student: str) -> None:
        """Forget a text of hers: its name and, unless somebody else brought it too, the text itself."""
        with self._lock:
            self._mine(key, student)
            if any(one for other, one in self._owners[key].items() if other != student):
                self._put(key, student, None)
                return
            for path in (self._path(key), self._path(key).with_suffix(".json")):
                path.unlink(missing_ok=True)
            del self._owners[key], self._sizes[key]

    def room_words(self, student: str) -> str:
        """How much of her room a student has used; "" while that is less than a quarter."""
        used = self._used(student)
        words = f"Your texts take {megabytes(used)} of the {megabytes(MAX_OF_A_STUDENT)} that a student has here."
        return words if used * 4 > MAX_OF_A_STUDENT else ""

    def _used(self, student: str) -> int:
        return sum(self._sizes[key] for key in self.of(student))

    def _check_room(self, student: str, size: int, *, new: bool) -> None:
        """Raises ValueError where a student, or the server, has no room for `size` more bytes."""
        if (used := self._used(student)) + size > MAX_OF_A_STUDENT:
            raise ValueError(
                f"Your texts take {megabytes(used)} of the {megabytes(MAX_OF_A_STUDENT)} that a student has here, and "
                f"this one needs {megabytes(size)}. Delete one: choose it as Text, then look below."
            )
        if new and sum(self._sizes.values()) + size > MAX_OF_ALL:
            raise ValueError(
                f"The texts of all students take the {megabytes(MAX_OF_ALL)} that this server has for them. Delete "
                "some of yours, or ask whoever runs this server to make room."
            )

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.txt"

    def _take_in(self, path: Path) -> None:
        self._sizes[path.stem] = size_on_disk(path.stat().st_size)
        self._owners[path.stem] = read_owners(path.with_suffix(".json"))

    def _owned(self, key: str, student: str) -> Ownership | None:
        return self._owners.get(key, {}).get(student)

    def _mine(self, key: str, student: str) -> Ownership:
        """What a text is to its owner. ValueError for everybody else."""
        if (mine := self._owned(key, student)) is None:
            raise ValueError("This text is not here (any more), or it is not yours.")
        return mine

    def _put(self, key: str, student: str, ownership: Ownership | None) -> None:
        owners = {**self._owners.get(key, {}), student: ownership}
        facts = {one: own and asdict(own) for one, own in owners.items()}
        write_whole(self._path(key).with_suffix(".json"), json.dumps(facts, allow_nan=False).encode())
        self._owners[key] = owners


def megabytes(size: int) -> str:
    """A number of bytes as people say it."""
    return f"{size / MB:.0f} MB" if size % MB == 0 else f"{size / MB:.1f} MB"


def read_owners(path: Path) -> Owners:
    """The owners in a record on disk; none of those that are nonsense."""
    try:
        if path.stat().st_size > MAX_RECORD:
            return {}
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    entries = facts.items() if isinstance(facts, dict) else ()
    return {
        student: None if entry is None else owned
        for student, entry in entries
        if STUDENT.fullmatch(student) and (entry is None or (owned := ownership(entry)))
    }


def ownership(entry: object) -> Ownership | None:
    """What a record says of one owner; None where it is nonsense."""
    match entry:
        case {"name": str(name), "shared": bool(shared), "since": int() | float() as since} if 0 <= since < 1e12:
            return Ownership(clean_name(name) or "a text", shared, float(since))
    return None


def nameless(key: str) -> str:
    """What a text is called that nobody has given a name."""
    return f"own text {key[:12]}"


def title_of(text: str) -> str:
    """A name for a text that came without one: its first words."""
    first = clean_name(text.lstrip()[:200])
    if len(first) <= TITLE:
        return first
    words = first[:TITLE].rsplit(" ", 1)[0]
    return f"{words.rstrip(' ,;:.')}\u2026"
