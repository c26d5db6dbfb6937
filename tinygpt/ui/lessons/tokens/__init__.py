"""Lesson 1, tokens: a function a scene."""

from tinygpt.corpus import Corpus
from tinygpt.plots import thumbnails
from tinygpt.plots.look import Mode
from tinygpt.randomness import generator


def card(corpus: Corpus, mode: Mode) -> str:
    """The picture of the lesson's card: a batch of ids, as shares of the vocabulary."""
    x, _ = corpus.batch("train", 4, 8, generator(1337))
    return thumbnails.matrix((x / corpus.tokenizer.vocab_size).tolist(), mode)
