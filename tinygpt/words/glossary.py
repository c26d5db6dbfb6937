"""Words of the field, explained where a lesson first uses them: on hover and on focus, and once more at its end.

What each says stands in glossary.toml beside this module.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tinygpt.words.storyboard import Lesson, Scene, every_page

# What is no prose: code, a field of a template, a formula, a link with its address.
NOT_PROSE = re.compile(r"`[^`]*`|\{[^{}]*\}|\$[^$]*\$|\[[^\]]*\]\([^)]*\)")
ANCHOR = "word-"


@dataclass(frozen=True)
class Term:
    """A word, the shapes in which it occurs, and what it means here."""

    word: str
    forms: tuple[str, ...]
    says: str

    @property
    def anchor(self) -> str:
        """Where its explanation stands on a page: word-dot-product."""
        return ANCHOR + self.word.lower().replace(" ", "-").replace("_", "-")


@cache
def glossary() -> tuple[Term, ...]:
    """All entries. One of several words comes before a part of it: "val loss" before "loss"."""
    words = tomllib.loads((Path(__file__).parent / "glossary.toml").read_text(encoding="utf-8"))
    entries = [Term(word, (word, *entry.get("forms", ())), entry["says"]) for word, entry in words.items()]
    return tuple(sorted(entries, key=lambda entry: -len(entry.word)))


def words_in(text: str) -> list[Term]:
    """The entries whose words occur in the prose of `text`, a template or a sentence."""
    prose, found = _prose(text), []
    for entry in glossary():
        prose, times = _pattern(entry).subn(_blank, prose)  # so that "val loss" is no "loss"
        if times:
            found.append(entry)
    return found


@cache
def _pattern(entry: Term) -> re.Pattern[str]:
    """One of an entry's shapes as a word of its own."""
    forms = "|".join(sorted(map(re.escape, entry.forms), key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])", re.IGNORECASE if entry.word.islower() else 0)


def _prose(text: str) -> str:
    """`text` of the same length with everything blank that is no prose."""
    return NOT_PROSE.sub(_blank, text)


def _blank(other: re.Match[str]) -> str:
    return "\0" * len(other[0])


def explained(text: str, entries: tuple[Term, ...]) -> str:
    """`text`, a template of markdown, in which the first mention of each entry leads to what it says."""
    for entry in entries:
        if found := _pattern(entry).search(_prose(text)):
            link = f'[{found[0]}](#{entry.anchor} "{entry.says}")'
            text = text[: found.start()] + link + text[found.end() :]
    return text


@cache
def first_mentions() -> dict[str, tuple[Term, ...]]:
    """For each scene, by its id, the entries that its first words mention before any other scene of its lesson does."""
    mentions: dict[str, tuple[Term, ...]] = {}
    for lesson in every_page():
        known: set[Term] = set()
        for scene in lesson.scenes.values():
            mentions[scene.id] = tuple(entry for entry in words_in(scene.say) if entry not in known)
            known.update(mentions[scene.id])
    return mentions


def words_of(lesson: Lesson) -> list[Term]:
    """The entries that any sentence of a lesson uses, in the order of the alphabet."""
    text = " \n ".join(sentence for scene in lesson.scenes.values() for sentence in _sentences(scene))
    return sorted(words_in(text), key=lambda entry: entry.word.lower())


def _sentences(scene: Scene) -> list[str]:
    asked = [scene.question.ask] if scene.question else []
    return [scene.title, scene.say, *asked, *(text for name, text in scene.templates.items() if "formula" not in name)]
