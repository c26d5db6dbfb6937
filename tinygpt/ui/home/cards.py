"""The cards of the home page: each lesson and each room of the laboratory, with a picture drawn from real numbers."""

from functools import cache
from importlib import import_module
from typing import NamedTuple

from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.lessons.measured import EXPERIMENTS, result
from tinygpt.models import kind
from tinygpt.plots import thumbnails
from tinygpt.plots.look import Mode
from tinygpt.ui.home.showpiece import measured_losses
from tinygpt.words.storyboard import lessons

REPEATED = ("one-head", "four-heads", "feed-forward", "blocks", "gpt")  # experiments of the lessons, several seeds each


class WayIn(NamedTuple):
    """A way into a page: where it leads, what it is called, what it asks, and its picture, an SVG."""

    page: str
    title: str
    line: str
    picture: str


NUMBERS = "No one two three four five six seven eight nine ten eleven twelve".split()


def how_many_lessons() -> str:
    """The beginning of a sentence: "Six lessons"."""
    n = len(lessons())
    return f"{NUMBERS[n].capitalize() if n < len(NUMBERS) else n} lesson{'' if n == 1 else 's'}"


def learn(mode: Mode) -> list[WayIn]:
    """A card for each lesson, with the picture that `card` in the lesson's folder draws."""
    return [
        WayIn(
            f"learn/{one.name}",
            f"{one.number} {one.title}",
            f"{one.question} {one.minutes}\u00a0min",
            _picture(one.name, mode),
        )
        for one in lessons()
    ]


def lab(mode: Mode) -> list[WayIn]:
    """A card for each room of the laboratory."""
    seeds = [
        (kind(EXPERIMENTS[name].model), [result(name, seed).val_loss for seed in EXPERIMENTS[name].seeds])
        for name in REPEATED
    ]
    return [
        WayIn(
            "lab/train", "Train", "Bigram, one head or GPT: live, on one chart.",
            thumbnails.ladder(measured_losses(), mode),
        ),
        WayIn(
            "lab/compare", "Compare", "Is it better, or luck? Seeds, races, sweeps, and what goes wrong.",
            thumbnails.strip(seeds, mode),
        ),
    ]  # fmt: skip


@cache
def _picture(lesson: str, mode: Mode) -> str:
    """What the lesson's own folder draws for its card, from the text of this server."""
    return import_module(f"tinygpt.ui.lessons.{lesson}").card(load_corpus(default_corpus()), mode)
