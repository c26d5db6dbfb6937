"""The surprise at each character, on models whose answer is known by hand and against the loss in use."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.counting import NGramModel
from tinygpt.gpt import GPTConfig
from tinygpt.inside.surprise import surprise
from tinygpt.models import build
from tinygpt.training.evaluation import loss_in_use

TEXT = Corpus.from_text("to be, or not to be: that is the question.\n" * 40)
V = TEXT.tokenizer.vocab_size


def tiny(**parts) -> GPTConfig:
    return GPTConfig(V, **({"block_size": 4, "n_embd": 8, "n_head": 2, "n_layer": 1} | parts))


def test_a_table_of_pairs_by_hand():
    model = build(BigramConfig(2))
    with torch.no_grad():
        model.token_embedding_table.weight.copy_(torch.tensor([[0.0, math.log(3)], [0.0, 0.0]]))
    found = surprise(model, torch.tensor([0, 1, 0, 0]))  # after 0: 1/4, 3/4; after 1: 1/2, 1/2
    assert found.tolist() == pytest.approx([math.log(4 / 3), math.log(2), math.log(4)])


@settings(max_examples=20)
@given(st.integers(1, 6), st.integers(2, 14), st.sampled_from([{}, {"mask": False}, {"softmax_dim": -2}]))
def test_each_character_is_predicted_from_what_fits_before_it(block_size, length, parts):
    model, ids = build(tiny(block_size=block_size, **parts)).eval(), TEXT.val[:length]
    by_hand = []
    for i in range(1, length):
        logits, _ = model(ids[None, max(0, i - block_size) : i])
        by_hand.append(-F.log_softmax(logits[0, -1], -1)[ids[i]].item())
    assert surprise(model, ids).tolist() == pytest.approx(by_hand, abs=1e-5)


def test_every_last_place_of_a_window_costs_what_the_loss_in_use_says():
    model, windows, T = build(tiny(mask=False)), 20, 4
    found = surprise(model, TEXT.val[: windows * (T + 1)])
    in_use = loss_in_use(model, TEXT, windows=windows)[-1].item()
    assert found[T - 1 :: T + 1].mean().item() == pytest.approx(in_use, abs=1e-5)


def test_over_a_long_passage_it_is_the_loss_at_the_last_place():
    """All places of val against every fifth of them: the same text seen at other places, so only about equal."""
    model = build(tiny())
    assert surprise(model, TEXT.val).mean().item() == pytest.approx(loss_in_use(model, TEXT)[-1].item(), abs=0.05)


def test_looking_leaves_the_model_as_it_was():
    model = build(tiny(dropout=0.5))
    one, two = surprise(model, TEXT.val[:9]), surprise(model, TEXT.val[:9])
    assert torch.equal(one, two) and model.training and one.shape == (8,) and not one.requires_grad


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_table_of_counts_costs_its_own_loss(n):
    table, ids = NGramModel.fit(TEXT.train, n, V), TEXT.val[:50]
    found = surprise(table, ids)
    assert found.shape == (49,) and int(found.isnan().sum()) == max(0, n - 2)
    rest = ids if n > 1 else ids[1:]
    assert found.nanmean().item() == pytest.approx(table.loss(rest))


def test_a_table_of_counts_by_hand():
    """ab and ba alternate: 90 pairs ab and 89 pairs ba in 180 characters, +1 for each of two characters."""
    corpus = Corpus.from_text("ab" * 100)
    found = surprise(NGramModel.fit(corpus.train, 2, 2), torch.tensor([0, 1, 0]))
    assert found.tolist() == pytest.approx([-math.log(91 / 92), -math.log(90 / 91)])


def test_a_passage_shorter_than_the_table_has_nothing_to_say():
    assert surprise(NGramModel.fit(TEXT.train, 4, V), TEXT.val[:3]).isnan().tolist() == [True, True]


def test_a_passage_of_one_character_is_refused():
    with pytest.raises(ValueError, match="at least 2 characters"):
        surprise(build(tiny()), TEXT.val[:1])
