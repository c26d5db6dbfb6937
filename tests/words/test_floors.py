"""On texts of many kinds a trained bigram contradicts no sentence about a floor: `benchmarks.floors` has more."""

import pytest

from benchmarks.floors import bigram_curve, contradictions
from benchmarks.texts import made
from tinygpt.corpus import Corpus
from tinygpt.counting import floors
from tinygpt.words.floors import counting_words, few_words, is_best

TEXTS = dict(made())
SURE = ("csv", "music", "dna, 30,000")
UNSURE = ("chat", "latin, 2,000", "cyrillic, 3,000", "han, 20,000", "latin, then greek")
LARGE = "every character once or twice"  # of 2,500


@pytest.mark.trained
@pytest.mark.parametrize("name", [*SURE, *UNSURE, pytest.param(LARGE, marks=pytest.mark.slow)])
def test_no_sentence_is_contradicted_by_a_trained_bigram(name):
    corpus = Corpus.from_text(TEXTS[name])
    curve, known = bigram_curve(corpus, 500), floors(corpus)
    assert not list(contradictions(curve, known))
    assert is_best("2-gram", known, float("inf")) == (name in SURE)
    assert bool(few_words("2-gram", known["2-gram"])) == (name not in SURE)


def test_what_is_too_rare_to_count_is_said():
    corpus = Corpus.from_text(TEXTS[LARGE])
    known = floors(corpus)
    assert few_words("2-gram", known["2-gram"]) == ": there are only 1.0 counts for each pair that occurs, on average"
    assert "2\u2011gram 1" in counting_words(known)


def test_a_bigram_that_came_down_further_is_the_reason():
    known = floors(Corpus.from_text(TEXTS["csv"]))
    lower = known["2-gram"].val - 0.2
    assert not is_best("2-gram", known, lower) and "a bigram came down to" in few_words(
        "2-gram", known["2-gram"], lower
    )
    assert is_best("3-gram", known, lower) == known["3-gram"].sure
