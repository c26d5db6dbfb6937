"""Lesson 6, the transformer: a function a scene."""

from tinygpt import models
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.plots import thumbnails
from tinygpt.plots.look import Mode


def card(_: Corpus, mode: Mode) -> str:
    """The picture of the lesson's card: how many numbers each part of the lecture's GPT learns."""
    return thumbnails.bars(list(models.parts(GPTConfig()).values()), mode)
