"""Lesson 3, averaging: a function a scene."""

from tinygpt.averaging import tril_weights
from tinygpt.corpus import Corpus
from tinygpt.plots import thumbnails
from tinygpt.plots.lessons.attention import unmasked
from tinygpt.plots.look import Mode


def card(_: Corpus, mode: Mode) -> str:
    """The picture of the lesson's card: the equal shares of the past."""
    return thumbnails.matrix(unmasked(tril_weights(8)), mode)
