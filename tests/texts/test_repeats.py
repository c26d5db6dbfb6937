"""How much of val stands in train, counted by hand and one passage at a time."""

import time

import torch
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.texts import prose
from tinygpt.texts.repeats import LINE, codes, lines_in_train, passages, passages_in_train, share_in_train


@given(st.text("ab", min_size=60, max_size=300), st.text("ab", min_size=32, max_size=80))
def test_passages_are_found_as_one_by_one(train, val):
    length = len(val) // 2
    pieces = [val[i : i + length] for i in range(len(val) - length + 1)]
    expected = sum(piece in train for piece in pieces) / len(pieces)
    assert passages_in_train(train, val) == expected


@given(st.text("abc\u4e00\U0001f600", min_size=5, max_size=60), st.integers(1, 5))
def test_a_passage_is_known_by_its_number(text, length):
    numbers = passages(codes(text), length).tolist()
    pieces = [text[i : i + length] for i in range(len(text) - length + 1)]
    assert [numbers.index(number) for number in numbers] == [pieces.index(piece) for piece in pieces]


def test_lines_are_found_in_any_order_and_short_ones_are_words():
    lines = [f"{letter * LINE} and so on" for letter in "abcd"]
    assert lines_in_train("\n".join(lines), "\n".join([lines[2], lines[0]])) > 0.99
    assert lines_in_train("yes\nno\n", "no\nyes\n") == 0.0


def test_half_a_copy_is_half():
    new, old = prose("latin", 5_000, seed=1), prose("latin", 5_000, seed=2)
    assert 0.47 < share_in_train(old, old[:2_000] + new[:2_000]) < 0.53


def test_nothing_is_said_of_what_is_too_short():
    assert share_in_train("ab" * 100, "ab" * 10) == 0.0
    assert share_in_train("", "") == 0.0


def test_the_largest_text_takes_a_moment():
    text = "".join(map(chr, torch.randint(97, 122, (2 * 1024 * 1024,), generator=torch.Generator().manual_seed(1))))
    began = time.process_time()
    assert share_in_train(text[:1_900_000], text[1_900_000:]) == 0.0
    assert time.process_time() - began < 3  # some tenths of a second on a quiet machine
