"""What a model has from its training text, and what it made up."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.inside.copied import CopiedRun, longest_copied, new_words, share_copied

few = st.text("ab ", max_size=12)


def test_the_share_of_pieces_by_hand():
    assert share_copied("abcx", "xabc", 2) == 2 / 3  # ab and bc, not cx
    assert share_copied("abcx", "xabc", 3) == 1 / 2
    assert share_copied("abcx", "xabc", 4) == 0
    assert share_copied("the king is dead", "and the king said") == 2 / 9  # "the king" and "he king ", of 8 characters


def test_a_piece_that_is_written_twice_counts_twice():
    assert share_copied("aaab", "aa", 2) == 2 / 3


@pytest.mark.parametrize("written", ["", "1234567"])
def test_what_is_shorter_than_a_piece_has_no_share(written):
    assert math.isnan(share_copied(written, written * 2))
    assert share_copied("12345678", "12345678") == 1


def test_a_piece_of_nothing_is_refused_in_words():
    with pytest.raises(ValueError, match="at least 1 character, got 0"):
        share_copied("a", "a", 0)


def test_the_longest_run_and_its_two_places_by_hand():
    assert longest_copied("to be king", "the kin and be kind") == CopiedRun(7, 2, 11)  # " be kin"


def test_of_equal_runs_the_first_one_written_and_its_first_place():
    assert longest_copied("xxab--cdxx", "cd ab ab") == CopiedRun(2, 2, 3)


@pytest.mark.parametrize(("written", "text"), [("", "abc"), ("abc", ""), ("abc", "xyz"), ("", "")])
def test_nothing_in_common_is_a_run_of_no_length(written, text):
    assert longest_copied(written, text) == (0, 0, 0)


def test_all_of_it_may_be_copied():
    assert longest_copied("be or not", "to be or not to be") == (9, 0, 3)


@given(few, few, st.integers(1, 4))
def test_share_and_run_are_those_of_looking_at_every_piece(written, text, n):
    def runs_of(whole, length):
        return [whole[i : i + length] for i in range(len(whole) - length + 1)]

    if here := runs_of(written, n):
        assert share_copied(written, text, n) == sum(piece in set(runs_of(text, n)) for piece in here) / len(here)
    longest = max(m for m in range(13) if set(runs_of(written, m)) & set(runs_of(text, m)) or m == 0)
    run = longest_copied(written, text)
    first = next(i for i, piece in enumerate(runs_of(written, longest)) if piece in set(runs_of(text, longest)) | {""})
    assert run == (longest, first, runs_of(text, longest).index(written[first : first + longest]))


def test_words_that_nobody_had_written_in_order_and_each_once():
    assert new_words("The dax ate a wug. Dax, dax! O wug?", "A cat ate the dog") == ["dax", "wug", "O"]


def test_a_word_is_whole_and_case_does_not_matter():
    assert new_words("KING kin kings ", "The king; kings!") == ["kin"]


def test_a_word_at_the_end_may_go_on():
    assert new_words("the dax", "the") == []
    assert new_words("the dax.", "the") == ["dax"]


def test_the_first_word_may_have_begun_in_the_prompt():
    assert new_words("EO: my dax,", "Romeo: my", prompt="wug ROM") == ["dax"]
    assert new_words("EO: my dax,", "Romeo: my") == ["EO", "dax"]
    assert new_words(", my dax,", "Romeo: my", prompt="wug") == ["dax"], "the prompt's own words are the student's"


@pytest.mark.parametrize("word", ["Straße", "नमस्ते", "слово", "café", "cafe\N{COMBINING ACUTE ACCENT}", "语言"])
def test_a_word_is_letters_of_any_alphabet_with_their_marks(word):
    assert new_words(f"{word}_{word}2 ", "nothing of it") == [word]
    assert new_words(f"{word}_{word}2 ", f"({word})") == []


@given(few, few)
def test_no_new_word_is_one_of_the_text(written, text):
    for word in new_words(written, text):
        assert word in written.split() and word not in text.split()
