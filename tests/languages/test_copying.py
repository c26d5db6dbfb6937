"""The language of copying: its best loss against brute force, and against an all-knowing reader of its text."""

import hashlib
import math
from itertools import permutations, product

import pytest
import torch

from tests.languages.windows import costs_by_brute_force
from tinygpt.corpus import load_corpus
from tinygpt.languages.catalogue import TASKS, language_text
from tinygpt.languages.copying import Copying


@pytest.mark.parametrize(("kinds", "word", "dots", "length"), [(2, 1, 1, 8), (2, 2, 2, 10), (3, 2, 3, 8), (3, 3, 2, 9)])
def test_each_cost_is_that_of_brute_force(kinds, word, dots, length):
    task = Copying("", kinds, word, dots)
    lines = [
        "".join(w) + "." * g + "".join(w) + "\n"
        for w, g in product(permutations("abc"[:kinds], word), range(1, dots + 1))
    ]
    start = {(line, i): 1.0 for line in lines for i in range(len(line))}
    start = {hidden: p / len(start) for hidden, p in start.items()}

    def moves(hidden):
        line, i = hidden
        if i + 1 < len(line):
            return [(line[i], 1.0, (line, i + 1))]
        return [(line[i], 1 / len(lines), (other, 0)) for other in lines]

    by_hand = costs_by_brute_force(start, moves, length)
    assert [task.cost(s) for s in range(length + 1)] == pytest.approx(by_hand, abs=1e-9)


def test_whoever_sees_a_whole_line_pays_for_the_word_and_for_the_number_of_dots():
    """A letter out of 8, the next out of 7, 6, 5, 4, 3, and one of 6 gaps: all in a line of 16.5 letters on average."""
    per_line = math.log(8 * 7 * 6 * 5 * 4 * 3) + math.log(6)
    assert TASKS["copying"].cost(19) == TASKS["copying"].cost(1_000) == pytest.approx(per_line / 16.5)


def test_it_costs_less_the_more_is_seen_and_a_long_context_is_quick():
    task = TASKS["copying"]
    seen = [task.cost(s) for s in range(22)]
    assert all(before >= after - 1e-9 for before, after in zip(seen[:-1], seen[1:], strict=True))
    assert task.best_loss(1_024) == pytest.approx(task.cost(19), abs=0.02)
    assert [round(task.best_loss(T), 3) for T in (8, 16, 24, 32)] == [1.537, 1.151, 1.004, 0.93]


@pytest.mark.parametrize("split", ["train", "val"])
def test_an_all_knowing_reader_loses_the_best_loss(split):
    lines = "".join(load_corpus("copying").tokenizer.decode(getattr(load_corpus("copying"), split))).split("\n")[1:-1]
    dots = [line.count(".") for line in lines]
    letters = sum(map(len, lines)) + len(lines)
    paid = len(lines) * math.log(8 * 7 * 6 * 5 * 4 * 3 * 6)  # the gap: 1/6 each, so ln 6, paid dot by dot
    assert {1, 2, 3, 4, 5, 6} == set(dots)
    assert paid / letters == pytest.approx(TASKS["copying"].cost(19), abs=0.004)


def test_every_line_is_a_word_of_different_letters_dots_and_the_word_again():
    lines = language_text("copying").split("\n")
    for line in lines[:-1]:
        word, again = line[:6], line[-6:]
        assert word == again and len(set(word)) == 6 and set(line[6:-6]) == {"."}


def test_ids_and_corpus_agree_on_the_letters():
    task, corpus = TASKS["copying"], load_corpus("copying")
    assert corpus.tokenizer.chars == task.letters == "\n.abcdefgh"
    assert torch.equal(corpus.data[:99], task.ids(200_000, torch.Generator().manual_seed(25))[:99])
    assert (
        hashlib.sha256(corpus.text.encode()).hexdigest()
        == "d5a35d58371741cc74926ecc343a8a516c9ae12c41fa8338be005e814916ae03"
    )


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="5 different letters"):
        Copying("", kinds=4, word=5)
