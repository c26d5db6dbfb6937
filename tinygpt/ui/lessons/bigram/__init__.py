"""Lesson 2, the bigram: a function a scene."""

from tinygpt.corpus import Corpus
from tinygpt.lessons.tables import pair_counts, probabilities
from tinygpt.plots import thumbnails
from tinygpt.plots.look import Mode

COMMONEST = 27  # characters on the card


def card(corpus: Corpus, mode: Mode) -> str:
    """The picture of the lesson's card: what follows each of the commonest characters."""
    counts = pair_counts(corpus.train, corpus.tokenizer.vocab_size)
    common = counts.sum(1).topk(COMMONEST).indices
    return thumbnails.matrix(probabilities(counts)[common][:, common].tolist(), mode, raw=True)
