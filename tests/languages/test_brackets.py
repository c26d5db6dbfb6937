"""The language of brackets: its best loss against brute force, and against an all-knowing reader of its text."""

import hashlib
import math
from itertools import product

import pytest

from tests.languages.windows import costs_by_brute_force
from tinygpt.corpus import load_corpus
from tinygpt.languages.brackets import LONG, Brackets
from tinygpt.languages.catalogue import TASKS

PARTNER = {"(": ")", "[": "]", "{": "}"}


@pytest.mark.parametrize(
    ("kinds", "depth", "length"), [(1, 1, 6), (1, 3, 12), (2, 1, 8), (2, 2, 9), (3, 2, 6), (2, 3, 8)]
)
def test_each_cost_is_that_of_brute_force(kinds, depth, length):
    opening = "([{"[:kinds]
    stacks = {
        "".join(stack): (0.5 if d in (0, depth) else 1.0) / depth / kinds**d
        for d in range(depth + 1)
        for stack in product(opening, repeat=d)
    }

    def moves(stack):
        ways = []
        closes = 0.0 if not stack else 1.0 if len(stack) == depth else 0.5
        if closes:
            ways.append((PARTNER[stack[-1]], closes, stack[:-1]))
        if closes < 1:
            ways += [(kind, (1 - closes) / kinds, stack + kind) for kind in opening]
        return ways

    by_hand = costs_by_brute_force(stacks, moves, length)
    task = Brackets("", kinds, depth)
    assert [task.cost(s) for s in range(length + 1)] == pytest.approx(by_hand, abs=1e-9)


def test_one_kind_one_deep_is_known_after_a_letter():
    task = Brackets("", kinds=1, depth=1)
    assert [task.cost(s) for s in range(3)] == pytest.approx([math.log(2), 0, 0])


def test_a_long_window_costs_what_full_knowledge_costs():
    """3 deep: 2/3 of the time a coin decides, and half of its results have two kinds; 1/6 of the time the kind."""
    task = TASKS["brackets"]
    assert task.known_cost == pytest.approx(2 / 3 * 1.5 * math.log(2) + math.log(2) / 6)
    assert 0 < task.cost(LONG) - task.known_cost < 1e-5
    assert task.cost(LONG + 1) == task.cost(10_000) == task.known_cost
    assert [task.best_loss(T) for T in (8, 16, 32)] == pytest.approx([0.983, 0.9145, 0.864], abs=0.001)


def test_it_costs_less_the_more_is_seen():
    seen = [TASKS["brackets"].cost(s) for s in range(LONG + 2)]
    assert all(before >= after - 1e-9 for before, after in zip(seen[:-1], seen[1:], strict=True))


@pytest.mark.parametrize("split", ["train", "val"])
def test_an_all_knowing_reader_loses_the_best_loss(split):
    corpus, task, paid, stack = load_corpus("brackets"), TASKS["brackets"], [], ""
    begins = 0 if split == "train" else len(corpus.train)
    for i, letter in enumerate(corpus.text):
        opens = 1.0 if not stack else 0.0 if len(stack) == 3 else 0.5
        if i >= begins and (split == "val" or i < len(corpus.train)):
            paid.append(-math.log(opens / 2 if letter in PARTNER else 1 - opens))
        if letter in PARTNER:
            stack += letter
        else:
            assert PARTNER[stack[-1]] == letter
            stack = stack[:-1]
    assert sum(paid) / len(paid) == pytest.approx(task.known_cost, abs=0.004)


def test_ids_and_corpus_agree_on_the_letters():
    corpus = load_corpus("brackets")
    assert corpus.tokenizer.chars == TASKS["brackets"].letters == "()[]"
    assert (
        hashlib.sha256(corpus.text.encode()).hexdigest()
        == "aad818b1103fca9052182b967bb91d5f15b3ba8ff6384f1c9aa178b06b64e6bd"
    )


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="1 to 3 kinds"):
        Brackets("", kinds=4)
