"""Shannon's game as a figure: chips are laid on what may come next, and paid for beside what models pay.

All of it is played in the browser: lines, and what they cost the models, are computed by the core and sent once.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tinygpt.corpus import load_corpus
from tinygpt.lessons import tables
from tinygpt.lessons.guessing import CHIP, CHIPS, Game, games, price
from tinygpt.models import LanguageModel
from tinygpt.plots.look import PALETTE, color
from tinygpt.spelling import shown, spoken
from tinygpt.texts.keeping import kept
from tinygpt.tokenizer import CharTokenizer
from tinygpt.ui import frame, texts
from tinygpt.ui.browser.component import component
from tinygpt.words.storyboard import find_scene

LINES = 12  # that a game has, before it begins anew
WORDS = ("type", "back", "reveal", "next", "again", "hand", "none_left", "unknown", "paid", "you", "board")

_game = component("game")


@kept
def drawn_games(corpus: str) -> list[Game]:
    """The lines of the hidden part of a text that are played. ValueError where the text is gone."""
    return games(load_corpus(corpus, folder=texts.folder()), LINES)


@kept
def pairs_of(corpus: str) -> LanguageModel:
    """The counted pairs of a text as a model, 1 added to every count, so that nothing is impossible."""
    text = load_corpus(corpus, folder=texts.folder())
    return tables.as_model(tables.probabilities(tables.pair_counts(text.train, text.tokenizer.vocab_size), 1))


@kept
def paid_by_pairs(corpus: str) -> list[tuple[float, ...]]:
    """What the counted pairs pay for each character of each line, in nats."""
    tokenizer = load_corpus(corpus, folder=texts.folder()).tokenizer
    return [price(game, pairs_of(corpus), tokenizer) for game in drawn_games(corpus)]


class Opponent(NamedTuple):
    """A model that guesses the same characters."""

    key: str  # by which the last sentence speaks of its mean
    label: str
    paid: Sequence[Sequence[float]]  # what it pays for each character of each game, in nats
    tone: str


class Whole(NamedTuple):
    """What a model pays on all of the hidden text, in nats per character."""

    label: str
    loss: float
    tone: str


def play(
    games: Sequence[Game], tokenizer: CharTokenizer, *, key: str, name: str, opponents: Sequence[Opponent],
    whole: Sequence[Whole], ends: Sequence[str],
) -> None:  # fmt: skip
    """The game. `name` is that of its text: a game that has begun goes on where another page, or a redraw, left it.

    `ends` are the last sentences: for a player whom no opponent beats, whom one of them beats, and so on.
    """
    mode, templates = frame.mode(), find_scene("big-guess").templates
    p, came = PALETTE[mode], color("bigram", mode)
    data = {
        "name": name, "chips": CHIPS, "chip": CHIP, "chars": [[shown(c), spoken(c), c] for c in tokenizer.chars],
        "games": [
            {
                "before": game.before, "asked": tokenizer.encode(game.asked),
                "paid": [list(opponent.paid[n]) for opponent in opponents],
            }
            for n, game in enumerate(games)
        ],
        "opponents": [{"key": opponent.key, "label": opponent.label, "tone": opponent.tone} for opponent in opponents],
        "whole": [list(one) for one in whole], "ends": list(ends),
        "words": {name: templates[f"game_{name}"] for name in WORDS},
        "tones": {
            "you": p.ink, "tile": p.tile, "muted": p.muted, "on": "#FFFFFF" if mode == "light" else p.paper,
            "came": p.paper, "came-edge": came,
        },
    }  # fmt: skip
    _game(key=key, data=data)
