"""A text whose unseen part is not unseen is named; one that only repeats itself as texts do is not."""

import pytest

from benchmarks.texts import made
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.words.repeats import MUCH, repeats_words

TEXTS = dict(made())


@pytest.mark.parametrize("name", TEXTS)
def test_only_what_says_the_same_again_is_named(name):
    found = Corpus.from_text(TEXTS[name]).val_in_train
    assert (found >= MUCH) == name.startswith("repeated"), found


@pytest.mark.parametrize("name", ["shakespeare-plays", "look-back", "markov", "copying", "brackets"])
def test_no_text_of_the_catalogue_is_named(name):
    assert repeats_words(load_corpus(name).val_in_train) == ""


def test_what_is_said_has_the_share():
    assert "98% of the unseen text" in repeats_words(0.98)
