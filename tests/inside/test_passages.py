"""Passages: a stretch of held-out text stands twice in each, and the exchange is one letter of the first copy."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt.corpus import Corpus, load_corpus
from tinygpt.inside.passages import Passages, copied_letters, draw_passages
from tinygpt.languages.copying import Copying
from tinygpt.randomness import generator

LINES = load_corpus("copying")  # ten characters: a new line, the dot, a to h
WORDS = Corpus.from_text("the quick brown fox jumps over the lazy dog. " * 60)
T = 24


def drawn(corpus: Corpus = LINES, block_size: int = T, seed: int = 1, **more: int) -> Passages:
    return draw_passages(corpus, block_size, generator(seed), **more)


@settings(max_examples=40)
@given(st.integers(4, 40), st.integers(0, 1_000))
def test_the_text_of_a_passage_stands_twice_and_the_exchange_is_one_letter_of_the_first_copy(block_size, seed):
    found = drawn(WORDS, block_size, seed, count=20)
    val = WORDS.tokenizer.decode(WORDS.val.tolist())
    for idx, other, place, old, new in zip(found.idx, found.exchanged, *found[1:], strict=True):
        length = block_size - int(place)
        again = next(n for n in range(1, length) if WORDS.tokenizer.decode(idx[:-n].tolist()) in val)
        assert torch.equal(idx[-again:], idx[-again - length :][:again]), "the second copy is that of the first"
        assert idx[place] == old != new and (idx != other).nonzero().tolist() == [[int(place)]] and other[place] == new


def test_on_the_copying_language_a_passage_is_its_own_text_and_the_new_letter_is_none_of_the_word():
    val = LINES.tokenizer.decode(LINES.val.tolist())
    found = drawn(count=30)
    for idx, place, old, new in zip(*found, strict=True):
        text, letter = (LINES.tokenizer.decode(ids) for ids in (idx.tolist(), [old, new]))
        assert text + letter[0] in val and text[place] == letter[0] and text[-1] == text[place - 1]
        word = text[place - 5 : place + 6].split("\n")[-1].split(".")[0]
        assert letter[1].isalpha() and letter[1] not in word


def test_where_a_word_has_all_letters_there_are_any_other_sign_is_put_there():
    corpus = Corpus.from_text(Copying("", kinds=3, word=3, dots=2).text(2_000, generator(1)))
    found = drawn(corpus, 12, count=50)
    assert (found.old != found.new).all() and len(found.new.unique()) > 1


def test_the_same_dice_draw_the_same_passages():
    assert all(torch.equal(*pair) for pair in zip(drawn(), drawn(), strict=True))
    assert not torch.equal(drawn().idx, drawn(seed=2).idx)


def test_the_copied_letters_of_two_lines_by_hand():
    """A tenth of the text is val: "ab.ab" and a new line; its last b stands 3 behind the first one."""
    found = copied_letters(Corpus.from_text("ab.ab\n" * 10))
    assert found is not None and (found.place.tolist(), found.distance.tolist(), found.word) == ([4], [3], ["ab"])
    assert copied_letters(WORDS) is None


@pytest.mark.parametrize(
    ("corpus", "block_size", "says"),
    [(WORDS, 3, "block_size of at least 4"), (LINES, 6, "take a larger block_size"),
     (Corpus.from_text("aaaa" * 100), 8, "one character only"), (Corpus.from_text("abc " * 10), 8, "longer text")],
)  # fmt: skip
def test_what_cannot_be_tested_is_said(corpus, block_size, says):
    with pytest.raises(ValueError, match=says):
        drawn(corpus, block_size)
