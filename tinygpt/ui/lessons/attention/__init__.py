"""Lesson 4, self-attention: a function a scene."""

from tinygpt.corpus import Corpus
from tinygpt.plots import thumbnails
from tinygpt.plots.lessons.attention import unmasked
from tinygpt.plots.look import Mode
from tinygpt.ui.home import showpiece

TILES = 12  # of the showpiece on the card


def card(_: Corpus, mode: Mode) -> str:
    """The picture of the lesson's card: the first tiles of the home page's own head."""
    return thumbnails.matrix(unmasked(showpiece().weights[:TILES, :TILES]), mode)
