"""On texts of many kinds a trained bigram contradicts no sentence about a floor: `benchmarks.floors` has more."""

import pytest

from benchmarks.floors import bigram_curve, contradictions, gains
from benchmarks.texts import made
from tinygpt.corpus import Corpus
from tinygpt.counting import floors
from tinygpt.words.floors import FAR, SOME, counting_words, few_words, is_best, is_far_below

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
    assert "pairs 1" in counting_words(known)


def test_a_bigram_that_came_down_further_is_the_reason():
    known = floors(Corpus.from_text(TEXTS["csv"]))
    lower = known["2-gram"].val - 0.2
    assert not is_best("2-gram", known, lower) and "a bigram came down to" in few_words(
        "2-gram", known["2-gram"], lower
    )
    assert is_best("3-gram", known, lower) == known["3-gram"].sure


@pytest.mark.parametrize("name", [*SURE, *UNSURE, "log", "json", "latin, 20,000"])
def test_no_other_way_of_counting_comes_far_below(name):
    corpus = Corpus.from_text(TEXTS[name])
    gained = gains(corpus, floors(corpus))
    assert all(gain < FAR / 2 for gain in gained.values()), gained


def test_a_loss_far_below_what_there_is_to_count_is_no_table_of_pairs():
    known = floors(Corpus.from_text(TEXTS["latin, 20,000"]))
    floor = known["2-gram"]
    assert SOME <= floor.counts < 50 and not floor.sure
    assert is_far_below(floor.lowest - FAR - 0.01, "2-gram", known, float("inf"))
    assert not is_far_below(floor.lowest - FAR + 0.01, "2-gram", known, float("inf"))
    assert not is_far_below(floor.lowest - FAR - 0.01, "2-gram", known, floor.lowest - 0.02), "a bigram came lower"


def test_a_loss_says_nothing_where_nearly_every_pair_is_new():
    known = floors(Corpus.from_text(TEXTS[LARGE]))
    assert not is_far_below(known["2-gram"].lowest - 1, "2-gram", known, float("inf"))
