"""Lesson 5, scaling: a function a scene."""

from tinygpt.corpus import Corpus
from tinygpt.plots import thumbnails
from tinygpt.plots.look import Mode
from tinygpt.randomness import generator
from tinygpt.variance import score_variance

SIZES = (2, 4, 8, 16, 32)  # values of head_size on the card


def card(_: Corpus, mode: Mode) -> str:
    """The picture of the lesson's card: the measured variance of scores, without the scale and with it."""
    without, with_scale = (
        [float(score_variance(hs, scale=scale, draws=100, generator=generator(hs)).mean()) for hs in SIZES]
        for scale in (False, True)
    )
    return thumbnails.two_lines(without, with_scale, mode)
