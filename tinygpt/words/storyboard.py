"""The words of a lesson, from the catalog beside its page: pages/learn/<name>.toml. Numbers are filled in, never typed.

A catalog holds the page's head (number, title, subtitle, question), one table for each scene in the order of the page,
and the questions of the closing check. Without a `number` it is a page beside the lessons, off the way and without a
check:

    [avg-1]
    title = "Each position averages its past"
    say = "Eight positions, each with two numbers ..."
    ask = "Where will xbow[7] lie?"
    answers = [["on x[7]", "That happens only at t = 0."], ["near the middle", "An average is pulled there.", true]]
    case = {t = 7}  # what an answer sets the controls to: the case that is asked about
    at = "attention"  # where this is on the way from a text to its loss
    notebook = "xbow[b, t] = torch.mean(xprev, 0)"  # lines of a study notebook, letter for letter
    slip = "A study notebook compares them with =="  # a mistake made here, which the page /slips looks into
    caption = "Row {t} averages {n} characters, each with weight {share:.3f}."
    covers = ["N1 averaging"]

"{n:position|positions}" is a number with its noun: "1 position", "3 positions".
"""

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tinygpt.files import PROJECT
from tinygpt.spelling import MINUS, number, powered, thousands
from tinygpt.words import literal

CATALOGS = PROJECT / "pages" / "learn"

STATIONS = ("text", "ids", "batch", "table", "attention", "probabilities", "loss")  # from a text to its loss


Facts = Mapping[str, Any]  # the numbers and characters of a scene, by the name that its templates use


@dataclass(frozen=True)
class Answer:
    """One option of a question, and what is said to whoever chooses it."""

    option: str
    reply: str
    right: bool | str = False  # or the name of a fact: what is right may have to be measured

    def is_right(self, facts: "Facts") -> bool:
        return bool(facts[self.right]) if isinstance(self.right, str) else self.right


@dataclass(frozen=True)
class Question:
    """Something to think about before looking."""

    id: str
    ask: str
    answers: tuple[Answer, ...]
    case: Facts = field(default_factory=dict)  # what an answer sets the controls to; words may have facts in them


@dataclass(frozen=True)
class Scene:
    """One idea of a lesson: what is said, asked and shown."""

    id: str
    title: str
    say: str
    question: Question | None
    open: bool  # whether its figure is there before the question is answered
    at: str  # the one of STATIONS that it belongs to, or ""
    covers: tuple[str, ...]  # rows of the study notebooks that have their place here
    notebook: str  # the study notebooks' own lines for it, or ""
    slip: str  # a mistake that the study notebooks make here, or ""
    templates: dict[str, str]

    @property
    def key(self) -> str:
        """The id as part of a widget's key: avg_1."""
        return self.id.replace("-", "_")

    def write(self, template: str, facts: Facts) -> str:
        """One of the scene's sentences with its numbers put in, as markdown. KeyError for a number that is missing."""
        return fill(self.templates[template], facts)

    def plain(self, template: str, facts: Facts) -> str:
        """The same for a place where nothing is markdown, such as a text alternative or a formula."""
        return fill(self.templates[template], facts, escape=False)


@dataclass(frozen=True)
class Lesson:
    """A page of the curriculum: a lesson, or a page beside the lessons."""

    name: str
    title: str
    subtitle: str
    question: str  # what its card on the home page asks
    scenes: dict[str, Scene] = field(repr=False)
    check: tuple[Question, ...] = field(repr=False)
    number: int | None = None  # its place among the lessons; None: a page beside them

    @property
    def heading(self) -> str:
        """Its title, with its number if it has one: "4 Self-attention"."""
        return self.title if self.number is None else f"{self.number} {self.title}"

    def __getitem__(self, scene: str) -> Scene:
        return self.scenes[scene]


@cache
def lesson(name: str) -> Lesson:
    """The lesson of that name, read from its catalog once."""
    words = tomllib.loads((CATALOGS / f"{name}.toml").read_text(encoding="utf-8"))
    check = tuple(_question(f"{name}_check_{n}", entry) for n, entry in enumerate(words.pop("check", []), 1))
    scenes = {key: _scene(key, entry) for key, entry in words.items() if isinstance(entry, dict)}
    head = {key: entry for key, entry in words.items() if not isinstance(entry, dict)}
    return Lesson(name, **head, scenes=scenes, check=tuple(filter(None, check)))


@cache
def lessons() -> tuple[Lesson, ...]:
    """Every lesson, by its number. A lesson is there as soon as its catalog is."""
    return tuple(sorted((one for one in _catalogs() if one.number), key=lambda one: one.number or 0))


@cache
def beside() -> tuple[Lesson, ...]:
    """Every page beside the lessons, by its title."""
    return tuple(sorted((one for one in _catalogs() if one.number is None), key=lambda one: one.title))


def every_page() -> tuple[Lesson, ...]:
    """The lessons, then the pages beside them."""
    return lessons() + beside()


def _catalogs() -> list[Lesson]:
    return [lesson(path.stem) for path in CATALOGS.glob("*.toml")]


@cache
def find_scene(id: str) -> Scene:
    """The scene with that id, whichever page it belongs to. KeyError for one that no catalog holds."""
    return {key: scene for one in every_page() for key, scene in one.scenes.items()}[id]


def _scene(key: str, entry: dict[str, Any]) -> Scene:
    words = dict(entry)
    title, say, covers = words.pop("title"), words.pop("say"), tuple(words.pop("covers", ()))
    question = _question(key, words)
    words.pop("ask", None), words.pop("answers", None), words.pop("case", None)
    return Scene(
        key,
        title,
        say,
        question,
        bool(words.pop("open", False)),
        words.pop("at", ""),
        covers,
        words.pop("notebook", ""),
        words.pop("slip", ""),
        words,
    )


def _question(key: str, entry: dict[str, Any]) -> Question | None:
    if "ask" not in entry:
        return None
    answers = tuple(Answer(*answer) for answer in entry["answers"])
    return Question(key.replace("-", "_"), entry["ask"], answers, entry.get("case", {}))


def fill(template: str, facts: Facts, *, escape: bool = True) -> str:
    """`template` with `facts` put in as people write them: a true minus sign, thin spaces, characters as they are."""
    return _Writer(escape).vformat(template, (), facts)


def fields(template: str) -> set[str]:
    """The names of the facts that a template needs."""
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


def apart(a: float, b: float, digits: int = 2) -> float:
    """a - b as a reader finds it who has both as they are printed, with so many digits."""
    return round(a, digits) - round(b, digits)


class _Writer(string.Formatter):
    """Like str.format, for people."""

    def __init__(self, escape: bool) -> None:
        self.escape = escape

    def format_field(self, value: Any, spec: str) -> str:
        if isinstance(value, str):  # may come from a corpus or from a keyboard
            return literal.markdown(value) if self.escape else value
        if spec == ",":
            return thousands(value)
        if "|" in spec:
            return f"{thousands(value)} {spec.split('|')[value != 1]}"
        if spec == ".0%" and 0 < value < 0.005:
            return "<1%"
        if spec.startswith(".") and spec.endswith("f"):
            whole, point, rest = number(value, int(spec[1:-1])).partition(".")
            return re.sub(r"(?<=\d)(?=(\d{3})+$)", "\u202f", whole) + point + rest
        if spec.endswith("e"):
            return powered(value, int(spec[1:-1]))
        return format(value, spec).replace("-", MINUS)
