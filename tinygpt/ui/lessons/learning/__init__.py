"""Lesson 7, how a model learns: a function a scene."""

from tinygpt.corpus import Corpus
from tinygpt.lessons.fading import through_softmax
from tinygpt.plots import thumbnails
from tinygpt.plots.look import Mode

SIZES = (1, 4, 16, 64, 256)  # values of head_size on the card


def card(_: Corpus, mode: Mode) -> str:
    """The picture of the lesson's card: what a softmax hands back, without the scale and with it."""
    without, divided = (
        [float(through_softmax(hs, divide).d_scores.norm(dim=1).median()) for hs in SIZES] for divide in (False, True)
    )
    return thumbnails.two_lines(without, divided, mode)
