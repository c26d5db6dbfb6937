"""Shannon's game: what chips are worth, and lines whose price for the pairs is the pairs' own."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.lessons.guessing import CHIPS, ROUNDS, Game, cost, games, laid, price
from tinygpt.lessons.tables import as_model, pair_counts, probabilities
from tinygpt.tokenizer import CharTokenizer


def table(corpus: Corpus) -> torch.Tensor:
    return probabilities(pair_counts(corpus.train, corpus.tokenizer.vocab_size), 1)


def test_chips_by_hand():
    assert laid(0, 0, 65) == pytest.approx(1 / 65)
    assert laid(9, 9, 65) == pytest.approx(0.9 + 0.1 / 65)
    assert laid(0, 9, 65) == pytest.approx(0.1 / 65)
    assert (round(cost(1 / 65), 2), round(cost(laid(9, 9, 65)), 2), round(cost(laid(0, 9, 65)), 2)) == (4.17, 0.1, 6.48)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30).filter(lambda chips: sum(chips) <= CHIPS))
def test_all_that_is_laid_sums_to_one(chips):
    shares = [laid(n, sum(chips), len(chips)) for n in chips]
    assert sum(shares) == pytest.approx(1) and min(shares) > 0


def test_the_lines_stand_in_the_hidden_text_and_cost_the_pairs_what_they_cost_them():
    corpus = load_corpus(default_corpus())
    P, hidden = table(corpus), corpus.tokenizer.decode(corpus.val.tolist())
    drawn = games(corpus, 6)
    assert len({game.asked for game in drawn}) == 6
    for game in drawn:
        assert game.before + game.asked in hidden and "\n" not in game.before + game.asked
        ids = corpus.tokenizer.encode(game.before[-1] + game.asked)
        by_hand = [-math.log(P[a, b]) for a, b in zip(ids[:-1], ids[1:], strict=True)]
        assert price(game, as_model(P), corpus.tokenizer) == pytest.approx(by_hand, abs=1e-6)
        assert len(game.asked) == ROUNDS


def test_a_price_by_hand():
    model = as_model(torch.tensor([[0.25, 0.75], [0.5, 0.5]]))
    paid = price(Game("a", "ba"), model, CharTokenizer("ab"))
    assert paid == pytest.approx((math.log(4 / 3), math.log(2)))


def test_one_seed_draws_the_same_lines_and_another_others():
    corpus = load_corpus(default_corpus())
    assert games(corpus, 3) == games(corpus, 3) != games(corpus, 3, seed=1)


@pytest.mark.parametrize("text", ["a" * 60, "ab" * 40, "abc\n" * 30, "abcdefghij" * 2])
def test_a_text_without_long_lines_is_played_too(text):
    corpus = Corpus.from_text(text)
    for game in games(corpus, 4):
        paid = price(game, as_model(table(corpus)), corpus.tokenizer)
        assert 1 <= len(game.asked) == len(paid) <= ROUNDS and game.before
        assert all(map(math.isfinite, paid))
