"""The scene of lesson 2 in which the student is the model: lay chips on what comes next in a hidden line, and pay."""

import math

from tinygpt.lessons import tables
from tinygpt.lessons.guessing import CHIPS, cost, laid
from tinygpt.lessons.measured import CORPUS, result
from tinygpt.plots.look import color
from tinygpt.ui import frame
from tinygpt.ui.game import Opponent, Whole, drawn_games, paid_by_pairs, play
from tinygpt.ui.lessons.bigram.text import Counted
from tinygpt.ui.scene import Showing, explain, scene, under_picture
from tinygpt.words.storyboard import Facts, Scene

SHANNON = (0.6, 1.3)  # bits per letter: his bounds for people who know 100 letters ("Prediction and Entropy", 1951)


@scene("big-guess", code=[laid, cost])
def be_the_model(scene: Scene, text: Counted) -> Showing:
    """Ten characters of a line that nobody has seen: the student's price beside that of the pairs."""
    facts, words, mode = _facts(text), scene.templates, frame.mode()
    yield facts
    pairs = Opponent("pairs", words["game_pairs"], paid_by_pairs(text.corpus.name), color("bigram", mode))
    whole = [("pairs", "bigram"), ("head", "head"), ("even", "count")]
    play(
        drawn_games(text.corpus.name), text.corpus.tokenizer, key="guess", name=text.corpus.name, opponents=[pairs],
        whole=[Whole(words[f"whole_{name}"], facts[name], color(role, mode)) for name, role in whole],
        ends=[words["game_won"], words["game_lost"]],
    )  # fmt: skip
    under_picture(scene, facts, "caption" if text.corpus.name == CORPUS else "caption_other")
    explain(scene, facts)


def _facts(text: Counted) -> Facts:
    sure, wrong = laid(CHIPS, CHIPS, text.V), laid(0, CHIPS, text.V)
    return {
        "V": text.V, "even": math.log(text.V), "even_p": 1 / text.V, "chips": CHIPS, "wrong_p": wrong,
        "wrong": cost(wrong), "sure_p": sure, "sure": cost(sure), "pairs": tables.loss(text.smoothed, text.hidden),
        "head": result("one-head").val_loss, "low": SHANNON[0] * math.log(2), "high": SHANNON[1] * math.log(2),
        "low_bits": SHANNON[0], "high_bits": SHANNON[1],
    }  # fmt: skip
