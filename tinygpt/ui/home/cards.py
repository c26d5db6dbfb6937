"""The cards of the home page: each lesson and each room of the laboratory, with a picture drawn from real numbers."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from tinygpt.averaging import tril_weights
from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.gpt import GPTConfig
from tinygpt.lessons.measured import EXPERIMENTS, result
from tinygpt.lessons.tables import pair_counts, probabilities
from tinygpt.models import kind, parts
from tinygpt.plots import thumbnails
from tinygpt.plots.lessons.attention import visible
from tinygpt.plots.look import Mode
from tinygpt.randomness import generator
from tinygpt.ui.home.showpiece import measured_losses, showpiece
from tinygpt.variance import score_variance
from tinygpt.words.storyboard import lessons

SIZES = (2, 4, 8, 16, 32)  # values of head_size on the card of the scaling lesson
COMMONEST = 27  # characters on the card of the bigram lesson
REPEATED = ("one-head", "four-heads", "feed-forward", "blocks", "gpt")  # experiments of the lessons, several seeds each
TILES = 12  # of the showpiece on the card of the attention lesson


class Card(NamedTuple):
    """A way into a page: where it leads, what it is called, what it asks, and its picture, an SVG."""

    page: str
    title: str
    line: str
    picture: str


def learn(mode: Mode) -> list[Card]:
    """A card for each lesson."""
    return [
        Card(
            f"learn/{one.name}",
            f"{one.number} {one.title}",
            f"{one.question} {one.minutes}\u00a0min",
            _picture(one.name, mode),
        )
        for one in lessons()
    ]


def lab(mode: Mode) -> list[Card]:
    """A card for each room of the laboratory."""
    seeds = [
        (kind(EXPERIMENTS[name].model), [result(name, seed).val_loss for seed in EXPERIMENTS[name].seeds])
        for name in REPEATED
    ]
    return [
        Card(
            "lab/train", "Train", "Bigram, one head or GPT: live, on one chart.",
            thumbnails.ladder(measured_losses(), mode),
        ),
        Card(
            "lab/compare", "Compare", "Is it better, or luck? Seeds, races, sweeps, and what goes wrong.",
            thumbnails.strip(seeds, mode),
        ),
    ]  # fmt: skip


@cache
def _picture(name: str, mode: Mode) -> str:
    return PICTURES[name](load_corpus(default_corpus()), mode)


def _tokens(corpus: Corpus, mode: Mode) -> str:
    """A batch of ids, as shares of the vocabulary."""
    x, _ = corpus.batch("train", 4, 8, generator(1337))
    return thumbnails.matrix((x / corpus.tokenizer.vocab_size).tolist(), mode)


def _bigram(corpus: Corpus, mode: Mode) -> str:
    """What follows each of the commonest characters."""
    counts = pair_counts(corpus.train, corpus.tokenizer.vocab_size)
    common = counts.sum(1).topk(COMMONEST).indices
    return thumbnails.matrix(probabilities(counts)[common][:, common].tolist(), mode, raw=True)


def _averaging(_: Corpus, mode: Mode) -> str:
    return thumbnails.matrix(visible(tril_weights(8)), mode)


def _attention(_: Corpus, mode: Mode) -> str:
    return thumbnails.matrix(visible(showpiece().weights[:TILES, :TILES]), mode)


def _scaling(_: Corpus, mode: Mode) -> str:
    """The measured variance of scores, without the scale and with it."""
    without, with_scale = (
        [float(score_variance(hs, scale=scale, draws=100, generator=generator(hs)).mean()) for hs in SIZES]
        for scale in (False, True)
    )
    return thumbnails.two_lines(without, with_scale, mode)


def _transformer(_: Corpus, mode: Mode) -> str:
    """How many numbers each part of the lecture's GPT learns."""
    return thumbnails.bars(list(parts(GPTConfig()).values()), mode)


PICTURES: dict[str, Callable[[Corpus, Mode], str]] = {
    "tokens": _tokens, "bigram": _bigram, "averaging": _averaging, "attention": _attention, "scaling": _scaling,
    "transformer": _transformer,
}  # fmt: skip
