"""Characters to ids and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer

LECTURE = CharTokenizer(LECTURE_CHARS)


def test_hello_there_has_the_ids_of_the_lecture():
    assert LECTURE.encode("hello, there!") == [46, 43, 50, 50, 53, 6, 1, 58, 46, 43, 56, 43, 2]
    assert LECTURE.decode([46, 43, 50, 50, 53, 6, 1, 58, 46, 43, 56, 43, 2]) == "hello, there!"


def test_the_lecture_has_65_characters_newline_first_and_z_last():
    assert LECTURE.vocab_size == 65
    assert (LECTURE.encode("\n"), LECTURE.encode(" "), LECTURE.encode("z")) == ([0], [1], [64])


def test_ids_follow_the_sorted_characters():
    tokenizer = CharTokenizer.from_text("banana")
    assert tokenizer.chars == "abn"
    assert tokenizer.encode("banana") == [1, 0, 2, 0, 2, 0]


def test_equal_vocabularies_are_equal_tokenizers():
    assert CharTokenizer.from_text("abba") == CharTokenizer("ab")
    assert hash(CharTokenizer.from_text("abba")) == hash(CharTokenizer("ab"))
    assert CharTokenizer("ab") != CharTokenizer("abc")


def test_unknown_characters_are_named():
    with pytest.raises(ValueError, match="Not among the 65 characters of this vocabulary: 'é', '5'"):
        LECTURE.encode("Café 3? 535 é")
    assert LECTURE.unknown("Café 3? 535 é") == "é5"
    assert LECTURE.unknown("Coffee?") == ""


@pytest.mark.parametrize("wrong", [65, -1])
def test_an_id_outside_the_vocabulary_is_named(wrong):
    with pytest.raises(ValueError, match=f"There is no id {wrong}; this vocabulary has ids 0 to 64"):
        LECTURE.decode([46, wrong])


def test_no_characters_are_no_vocabulary():
    with pytest.raises(ValueError, match="empty"):
        CharTokenizer.from_text("")


@pytest.mark.parametrize("chars", ["ba", "aab"])
def test_a_vocabulary_is_sorted_and_distinct(chars):
    with pytest.raises(ValueError, match="sorted and distinct"):
        CharTokenizer(chars)


def test_a_joined_family_is_seven_symbols_and_comes_back_whole():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    tokenizer = CharTokenizer.from_text(family)
    ids = tokenizer.encode(family)
    assert len(ids) == 7
    assert tokenizer.decode(ids) == family


@given(st.text(min_size=1))
def test_decoding_what_was_encoded_gives_the_text_back(text):
    tokenizer = CharTokenizer.from_text(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert sorted(set(tokenizer.encode(text))) == list(range(tokenizer.vocab_size))
