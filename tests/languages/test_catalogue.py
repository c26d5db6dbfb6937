"""The made-up languages: their best loss against brute force, and against an all-knowing model on their texts."""

import hashlib
import math
from itertools import product

import pytest
import torch

from tinygpt.corpus import load_corpus
from tinygpt.counting import floors
from tinygpt.languages.base import entropy_of
from tinygpt.languages.catalogue import SEED, TASKS, best_loss, language_text
from tinygpt.languages.few_letters import LookBack, Markov

SMALL_LOOK_BACK = [LookBack("", vocab_size=V, k=k, copy=0.7) for V, k in ((2, 1), (2, 2), (3, 1))]
SMALL_MARKOV = [Markov("", vocab_size=V, order=m, favorite=0.8, seed=3) for V, m in ((2, 1), (2, 2), (3, 1), (2, 3))]


def brute_force(probability, V: int, T: int) -> float:
    """The mean over t of H(x[t+1] | x[0..t]), from the probabilities of all V**(T + 1) windows."""
    windows = {window: probability(window) for window in product(range(V), repeat=T + 1)}
    assert sum(windows.values()) == pytest.approx(1)
    blocks = []  # the entropy of the first 1, 2, ... T + 1 letters together
    for length in range(1, T + 2):
        block: dict[tuple[int, ...], float] = {}
        for window, p in windows.items():
            block[window[:length]] = block.get(window[:length], 0.0) + p
        blocks.append(-sum(p * math.log(p) for p in block.values() if p > 0))
    return sum(after - before for before, after in zip(blocks[:-1], blocks[1:], strict=True)) / T


def look_back_window(task: LookBack, skip: int):
    """The probability of a window that begins after `skip` letters: a sum over all that may stand before it."""

    def probability(window: tuple[int, ...]) -> float:
        total = 0.0
        for before in product(range(task.vocab_size), repeat=skip):
            whole, p = before + window, 1.0
            for i in range(len(whole)):
                fresh = 1 / task.vocab_size
                copied = i > task.k and whole[i - task.k - 1] == whole[i]
                p *= fresh if i <= task.k else task.copy * copied + (1 - task.copy) * fresh
            total += p
        return total

    return probability


@pytest.mark.parametrize("T", [1, 2, 3, 4])
@pytest.mark.parametrize("skip", [0, 1, 4])
@pytest.mark.parametrize("task", SMALL_LOOK_BACK)
def test_the_best_loss_of_look_back_is_that_of_brute_force(task, skip, T):
    assert task.best_loss(T) == pytest.approx(brute_force(look_back_window(task, skip), task.vocab_size, T))


@pytest.mark.parametrize("T", [1, 2, 3, 5])
@pytest.mark.parametrize("task", SMALL_MARKOV)
def test_the_best_loss_of_markov_is_that_of_brute_force(task, T):
    V, m = task.vocab_size, task.order

    contexts = dict.fromkeys(product(range(V), repeat=m), V**-m)
    for _ in range(300):  # walk until the start is forgotten
        after = dict.fromkeys(contexts, 0.0)
        for context, p in contexts.items():
            for letter in range(V):
                after[(context + (letter,))[1:]] += p * step(task, context, letter)
        contexts = after

    def probability(window: tuple[int, ...]) -> float:
        total = 0.0
        for before in product(range(V), repeat=m):
            whole, p = before + window, contexts[before]
            for i in range(m, len(whole)):
                p *= step(task, whole[i - m : i], whole[i])
            total += p
        return total

    assert task.best_loss(T) == pytest.approx(brute_force(probability, V, T))


def step(task: Markov, context: tuple[int, ...], letter: int) -> float:
    place = sum(c * task.vocab_size**i for i, c in enumerate(reversed(context)))
    is_favorite = task.favorites[place].item() == letter
    return task.favorite if is_favorite else (1 - task.favorite) / (task.vocab_size - 1)


@pytest.mark.parametrize("T", [1, 3, 4, 8, 32])
def test_look_back_costs_what_the_formula_says(T):
    task = TASKS["look-back"]
    H = -0.9125 * math.log(0.9125) - 7 * 0.0125 * math.log(0.0125)  # 0.9 + 0.1/8, and seven times 0.1/8
    expected = math.log(8) if T <= 3 else 3 / T * math.log(8) + (1 - 3 / T) * H
    assert task.best_loss(T) == best_loss("look-back", T) == pytest.approx(expected)


def test_markov_costs_the_choice_of_the_favorite_once_two_letters_are_seen():
    H = -25 / 32 * math.log(25 / 32) - 7 / 32 * math.log(1 / 32)
    task = TASKS["markov"]
    assert task.cost(2) == task.cost(9) == pytest.approx(H)
    assert task.cost(1) > H + 0.5
    assert task.best_loss(10) == pytest.approx((task.cost(1) + 9 * H) / 10)


def test_a_letter_always_copied_costs_nothing():
    assert LookBack("", vocab_size=4, k=2, copy=1.0).best_loss(4) == pytest.approx(math.log(4) / 2)


@pytest.mark.parametrize("split", ["train", "val"])
def test_an_all_knowing_model_loses_the_best_loss_on_look_back(split):
    task, ids = TASKS["look-back"], getattr(load_corpus("look-back"), split)
    repeated = ids[task.k + 1 :] == ids[: -task.k - 1]
    other = (1 - task.copy) / task.vocab_size
    loss = -torch.where(repeated, math.log(task.copy + other), math.log(other)).mean()
    assert loss.item() == pytest.approx(task.cost(task.k + 1), abs=0.004)


@pytest.mark.parametrize("split", ["train", "val"])
def test_an_all_knowing_model_loses_the_best_loss_on_markov(split):
    task, ids = TASKS["markov"], getattr(load_corpus("markov"), split)
    pairs = ids[:-2] * 8 + ids[1:-1]
    two_seen = -task.table[pairs, ids[2:]].log().mean()
    after_one = task.joint.view(8, 8, 8).sum(0)
    one_seen = -(after_one / after_one.sum(1, keepdim=True))[ids[:-1], ids[1:]].log().mean()
    assert two_seen.item() == pytest.approx(task.cost(2), abs=0.004)
    assert one_seen.item() == pytest.approx(task.cost(1), abs=0.004)


def test_a_table_of_pairs_learns_nothing_of_look_back_and_a_part_of_markov():
    look_back, markov = floors(load_corpus("look-back")), floors(load_corpus("markov"))
    assert look_back["2-gram"].val == pytest.approx(math.log(8), abs=0.005)
    assert look_back["5-gram"].val < 1
    assert markov["2-gram"].val == pytest.approx(TASKS["markov"].cost(1), abs=0.01)
    assert markov["3-gram"].val == pytest.approx(TASKS["markov"].cost(2), abs=0.01)


def test_no_count_model_beats_the_best_loss():
    for key, task in TASKS.items():
        found = floors(load_corpus(key))
        for n in range(2, 6):
            assert found[f"{n}-gram"].val > task.cost(n - 1) - 0.005


@pytest.mark.parametrize(
    ("key", "sha256"),
    [
        ("look-back", "b0d1b38992d5abd630acda19f4aa4861f8a4dc440dc17effac683c55e504781e"),
        ("markov", "8d388eff156cf4779398d4e69c60ffc9453547c4d301b137567945a74ecde24c"),
    ],
)
def test_the_texts_are_the_same_everywhere(key, sha256):
    assert hashlib.sha256(language_text(key).encode()).hexdigest() == sha256
    assert len(language_text(key)) == 200_000
    assert set(language_text(key)) == set("abcdefgh")


def test_a_text_depends_on_its_generator_alone():
    for task in TASKS.values():
        torch.manual_seed(0)
        one = task.text(1_001, torch.Generator().manual_seed(SEED))
        two = task.text(1_001, torch.Generator().manual_seed(SEED))
        assert one == two != task.text(1_001, torch.Generator().manual_seed(SEED + 1))
        assert len(one) == 1_001


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="no made-up language 'klingon'; choose one of look-back, markov"):
        language_text("klingon")
    with pytest.raises(ValueError, match="block_size must be at least 1"):
        best_loss("markov", 0)


def test_the_entropy_of_a_coin_is_ln_2():
    assert entropy_of(torch.tensor([0.5, 0.5, 0.0])) == pytest.approx(math.log(2))
