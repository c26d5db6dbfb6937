"""The count models, by hand on tiny texts and by the known figures on Shakespeare."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.corpus import Corpus, load_corpus
from tinygpt.counting import ENOUGH, Floor, NGramModel, floors, ngram_keys, shares_after

NAMES = ["uniform", "1-gram", "2-gram", "3-gram", "4-gram", "5-gram"]


def ids(text: str) -> torch.Tensor:
    """a is 0, b is 1, ..."""
    return torch.tensor([ord(c) - ord("a") for c in text])


def test_the_floors_of_tiny_shakespeare(exact_file):
    found = floors(load_corpus("tinyshakespeare"))
    assert list(found) == NAMES
    assert [round(floor.train, 4) for floor in found.values()] == [4.1744, 3.3091, 2.4546, 1.9099, 1.4969, 1.2425]
    assert [round(floor.val, 4) for floor in found.values()] == [4.1744, 3.3473, 2.4819, 2.0458, 1.7959, 1.7704]


def test_the_floors_of_the_nine_plays():
    found = floors(load_corpus("shakespeare-plays"))
    assert [round(floor.val, 4) for floor in found.values()] == [4.1744, 3.3449, 2.4822, 2.0455, 1.7978, 1.7721]


def test_the_unsmoothed_bigram_and_the_number_of_trigrams(exact_file):
    train = load_corpus("tinyshakespeare").train
    assert round(NGramModel.fit(train, 2, 65, 0).loss(train), 4) == 2.4519
    assert len(NGramModel.fit(train, 3, 65, 0.1).grams.keys) == 11_228


def test_a_unigram_by_hand():
    model = NGramModel.fit(ids("aaab"), 1, 2, 0)
    assert model.loss(ids("a")) == pytest.approx(-math.log(3 / 4))
    assert model.loss(ids("aaab")) == pytest.approx(-(3 * math.log(3 / 4) + math.log(1 / 4)) / 4)


def test_a_bigram_by_hand():
    model = NGramModel.fit(ids("abaab"), 2, 2, 1)  # pairs: ab twice, ba once, aa once
    assert model.loss(ids("ab")) == pytest.approx(-math.log((2 + 1) / (3 + 2)))
    assert model.loss(ids("bb")) == pytest.approx(-math.log((0 + 1) / (1 + 2)))
    assert model.loss(ids("abb")) == pytest.approx((-math.log(3 / 5) - math.log(1 / 3)) / 2)


def test_the_first_characters_are_context_only():
    model = NGramModel.fit(ids("abab"), 3, 2, 1)  # aba and bab, once each
    assert model.loss(ids("aba")) == pytest.approx(-math.log(2 / 3))


def test_what_never_happened_costs_infinity_without_smoothing():
    assert NGramModel.fit(ids("abab"), 2, 2, 0).loss(ids("aa")) == math.inf


def test_a_context_never_seen_costs_ln_v_with_smoothing():
    assert NGramModel.fit(ids("aaaa"), 3, 4, 0.1).loss(ids("bcd")) == pytest.approx(math.log(4))


def test_ngrams_are_numbers_with_the_digits_of_their_ids():
    assert ngram_keys(torch.tensor([1, 2, 3, 4]), 3, 10).tolist() == [123, 234]


def test_the_largest_vocabularies_do_not_overflow():
    for V, n in ((4_096, 5), (6_208, 5)):
        last = torch.full((n,), V - 1)
        assert ngram_keys(last, n, V).tolist() == [V**n - 1]
        assert NGramModel.fit(last, n, V, 1.0).loss(last) == pytest.approx(-math.log(2 / (1 + V)))


def test_a_vocabulary_too_large_for_its_n_is_refused():
    with pytest.raises(ValueError, match="5-grams of 6,209 characters"):
        NGramModel.fit(torch.zeros(9, dtype=torch.int64), 5, 6_209, 1.0)


@pytest.mark.parametrize(("n", "smoothing"), [(0, 1.0), (2, -0.1)])
def test_nonsense_is_refused(n, smoothing):
    with pytest.raises(ValueError, match="at least"):
        NGramModel.fit(ids("abc"), n, 3, smoothing)


def test_a_text_shorter_than_n_is_refused():
    with pytest.raises(ValueError, match="A 3-gram needs 3 characters, and this text has 2"):
        NGramModel.fit(ids("abc"), 3, 3, 1.0).loss(ids("ab"))


def test_floors_of_twenty_characters_leave_out_what_val_is_too_short_for():
    found = floors(Corpus.from_text("to be or not to be, "))  # val: 2 characters
    assert list(found) == ["uniform", "1-gram", "2-gram"]
    assert all(math.isfinite(floor.val) and math.isfinite(floor.train) for floor in found.values())


def test_floors_of_one_symbol_are_zero():
    found = floors(Corpus.from_text("a" * 100))
    assert list(found) == NAMES
    assert all((floor.train, floor.val) == (0.0, 0.0) for floor in found.values())


def test_a_character_that_only_val_holds_costs_much_but_not_infinity():
    found = floors(Corpus.from_text("ab" * 45 + "c" * 10))
    assert found["1-gram"].smoothing == 0.001  # the training text holds no surprise
    assert found["1-gram"].val == pytest.approx(-math.log(0.001 / 90.003))


@given(st.text("abc", min_size=4, max_size=30), st.integers(1, 4), st.sampled_from([0.01, 0.1, 1.0]))
def test_the_sparse_counts_agree_with_counting_one_by_one(text, n, smoothing):
    model = NGramModel.fit(ids(text), n, 3, smoothing)
    grams = [text[i : i + n] for i in range(len(text) - n + 1)]
    expected = 0.0
    for gram in grams:
        of_context = sum(other[:-1] == gram[:-1] for other in grams)
        expected -= math.log((grams.count(gram) + smoothing) / (of_context + 3 * smoothing)) / len(grams)
    assert model.loss(ids(text)) == pytest.approx(expected)


def test_next_characters_by_hand():
    model = NGramModel.fit(ids("abaab"), 2, 3, 1)  # after a: b twice, a once, c never
    torch.testing.assert_close(model.probabilities(ids("cba")), torch.tensor([2 / 6, 3 / 6, 1 / 6]).double())


def test_a_context_never_seen_says_nothing():
    assert NGramModel.fit(ids("aab"), 2, 4, 0).probabilities(ids("d")).tolist() == [0.25] * 4


def test_a_unigram_needs_no_context_and_a_trigram_needs_two_characters():
    assert NGramModel.fit(ids("aab"), 1, 2, 0).probabilities(ids("")).tolist() == [2 / 3, 1 / 3]
    with pytest.raises(ValueError, match="looks at 2 characters, and here are 1"):
        NGramModel.fit(ids("aab"), 3, 2, 0).probabilities(ids("a"))


def test_triples_see_what_pairs_cannot(exact_file):
    corpus = load_corpus("tinyshakespeare")
    pairs, triples = (NGramModel.fit(corpus.train, n, 65, 0) for n in (2, 3))
    g, after_in, after_an = (torch.tensor(corpus.tokenizer.encode(text)) for text in ("g", "in", "an"))
    assert pairs.probabilities(after_in)[g] == pairs.probabilities(after_an)[g] == pytest.approx(0.107, abs=5e-4)
    assert triples.probabilities(after_in)[g].item() == pytest.approx(0.348, abs=5e-4)
    assert triples.probabilities(after_an)[g].item() == pytest.approx(0.037, abs=5e-4)


@given(st.text("abc", min_size=4, max_size=30), st.integers(1, 4), st.sampled_from([0.0, 0.01, 1.0]))
def test_what_comes_next_costs_what_the_loss_says(text, n, smoothing):
    model = NGramModel.fit(ids(text), n, 3, smoothing)
    shares = model.probabilities(ids(text)[:-1])
    assert shares.sum().item() == pytest.approx(1)
    last = ids(text)[-n:]
    assert model.loss(last) == pytest.approx(-math.log(shares[last[-1]]))


@given(st.integers(1, 3), st.sampled_from([0.01, 1.0]))
def test_probabilities_add_up_to_one(n, smoothing):
    text = ids("abcabbcacb")
    model = NGramModel.fit(text, n, 3, smoothing)
    context = text[: n - 1]
    total = sum(math.exp(-model.loss(torch.cat((context, torch.tensor([c]))))) for c in range(3))
    assert total == pytest.approx(1)


def test_the_training_text_chooses_the_smoothing_and_val_has_no_say():
    pairs = "abcdefghijklmnopqrstuvwxyz"  # each letter is followed by one alone: to add 1 to each count costs much
    corpus = Corpus.from_text(pairs * 40)
    found = floors(corpus)["2-gram"]
    assert found.smoothing == 0.001 and found.val < 0.01
    assert NGramModel.fit(corpus.train, 2, 26, 1.0).loss(corpus.val) > 0.4
    strange = Corpus.from_text(corpus.text[: len(corpus.train)] + pairs[::-1] * 4, chars=pairs)
    assert floors(strange)["2-gram"].smoothing == 0.001
    assert floors(strange)["2-gram"].val > 5 and not floors(strange)["2-gram"].sure


def test_a_table_is_sure_by_its_counts_and_by_what_other_smoothings_reach():
    assert Floor(2.0, 2.1, counts=ENOUGH, lowest=2.1).sure
    assert not Floor(2.0, 2.1, counts=ENOUGH - 1, lowest=2.1).sure
    assert not Floor(2.0, 2.1, counts=ENOUGH, lowest=2.05).sure


def test_on_the_plays_pairs_and_triples_are_sure_and_longer_tables_have_too_little_to_count():
    found = floors(load_corpus("shakespeare-plays"))
    assert [name for name in NAMES if found[name].sure] == ["uniform", "1-gram", "2-gram", "3-gram"]


@given(st.text("abc", min_size=1, max_size=40), st.integers(1, 4), st.floats(0.001, 10))
def test_any_smoothing_of_the_same_counts_is_that_of_another_model(text, n, smoothing):
    train = ids("abcabbcacb" + text)
    costs = NGramModel.fit(train, n, 3, 1.0).costs_under(train, [1.0, smoothing])[1]
    torch.testing.assert_close(costs, NGramModel.fit(train, n, 3, smoothing).costs(train))


def test_the_noise_is_that_of_the_windows_of_a_live_estimate():
    assert floors(Corpus.from_text("ab" * 500))["2-gram"].noise == pytest.approx(0)
    found = floors(load_corpus("shakespeare-plays"))["2-gram"]
    assert 0.015 < found.noise < 0.035  # a live estimate on this text was found to be off by about 0.025


def test_what_comes_next_is_told_by_each_letter_at_its_distance():
    ids = torch.tensor([0, 1, 2, 0, 1, 3, 0, 2, 2])
    near, far = shares_after(ids, torch.tensor([0, 1]), 4).flip(0)  # 1 is the last letter, 0 stands before it
    assert near.tolist() == [0, 0, 0.5, 0.5]  # after a 1: once 2, once 3
    assert far.tolist() == pytest.approx([0, 0, 2 / 3, 1 / 3])  # two after a 0: 2, 3, 2


def test_a_letter_that_never_stands_there_tells_nothing():
    assert shares_after(torch.tensor([0, 1, 0, 1]), torch.tensor([2]), 4).tolist() == [[0.25] * 4]
