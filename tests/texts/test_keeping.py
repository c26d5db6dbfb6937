"""What stays at hand is bounded by its bytes, all functions together; what was not asked for longest goes first."""

import threading

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.counting import NGramModel
from tinygpt.models import build
from tinygpt.texts import keeping
from tinygpt.texts.keeping import forget_texts, kept, size_of

SMALL = 4 * 100  # bytes of a hundred numbers


@pytest.fixture
def shelf(monkeypatch):
    """Nothing kept yet, and room for two small tensors and a bit."""
    monkeypatch.setattr(keeping, "_values", {})
    monkeypatch.setattr(keeping, "MOST_BYTES", 2 * SMALL + 100)
    return keeping


def maker(made):
    @kept
    def tensor(name, numbers=100):
        made.append(name)
        return torch.zeros(numbers)

    return tensor


def test_values_are_kept_by_their_bytes_and_those_not_asked_for_go_first(shelf):
    made = []
    get = maker(made)
    first = get("a")
    get("b")
    assert get("a") is first and made == ["a", "b"]
    get("c")  # there is no room for three: b goes
    assert get("a") is first and made == ["a", "b", "c"]
    get("b")
    assert made == ["a", "b", "c", "b"]
    assert get("large", numbers=10_000) is get("large", numbers=10_000), "also one that is larger than all the room"


def test_all_functions_share_the_room_and_all_of_it_can_be_forgotten(shelf):
    made, others = [], []
    get, other = maker(made), maker(others)
    get("a"), other("a"), other("b")
    get("a")
    assert (made, others) == (["a", "a"], ["a", "b"])
    forget_texts()
    get("a"), other("b")
    assert (made, others) == (["a", "a", "a"], ["a", "b", "b"])


def test_what_raises_is_not_kept(shelf):
    tries = []

    @kept
    def fails(name):
        tries.append(name)
        raise ValueError("no such text")

    for _ in range(2):
        with pytest.raises(ValueError, match="no such text"):
            fails("a")
    assert tries == ["a", "a"]


@given(st.lists(st.integers(1, 400), max_size=40))
def test_however_large_the_values_the_bound_holds(sizes):
    room = pytest.MonkeyPatch()
    with room.context() as patch:
        patch.setattr(keeping, "_values", {})
        patch.setattr(keeping, "MOST_BYTES", 2 * SMALL)
        get = maker([])
        for n, size in enumerate(sizes):
            get(n, size)
            held = [each for _, each in keeping._values.values()]
            assert sum(held) <= 2 * SMALL or len(held) == 1


def test_sizes_are_those_of_tensors_texts_and_lists():
    assert size_of(torch.zeros(10, 10, dtype=torch.float64)) == 800
    assert size_of(build(BigramConfig(10), seed=1)) >= SMALL
    text = "to be or not to be " * 1_000
    corpus = Corpus.from_text(text)
    assert size_of(corpus) >= len(text) * 9, "the text and its ids of eight bytes"
    assert size_of(NGramModel.fit(corpus.train, 3, corpus.tokenizer.vocab_size)) >= 32
    assert size_of([["x" * 100] * 1_000] * 1_000) >= 100_000_000, "a long list is measured by a sample"


def test_many_threads_get_the_same(shelf):
    get, found = maker([]), []
    threads = [threading.Thread(target=lambda: found.append(float(get("a").sum()))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0.0] * 20


def test_whether_something_is_at_hand_can_be_asked_without_making_it(shelf):
    made = []
    get = maker(made)
    assert not keeping.is_kept(get, "a")
    get("a")
    assert keeping.is_kept(get, "a") and not keeping.is_kept(get, "a", numbers=99) and made == ["a"]
    forget_texts()
    assert not keeping.is_kept(get, "a")
