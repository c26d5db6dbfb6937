"""A loss taken apart: position by position, and as writing meets it."""

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
from tinygpt.models import build
from tinygpt.training.evaluation import (
    FINAL_BATCHES,
    counts_by_position,
    judging_windows,
    loss_by_position,
    loss_in_use,
    some_windows,
    val_windows,
    window_costs,
)

TEXT = Corpus.from_text("to be, or not to be: that is the question.\n" * 40)
V = TEXT.tokenizer.vocab_size
configs = st.builds(
    GPTConfig, vocab_size=st.just(V), block_size=st.integers(1, 9), n_embd=st.just(8), n_head=st.sampled_from([1, 2]),
    n_layer=st.integers(1, 2), residual=st.booleans(), layer_norm=st.booleans(), dropout=st.sampled_from([0.0, 0.5]),
)  # fmt: skip


def test_windows_of_val_lie_side_by_side():
    rows = val_windows(TEXT, 8)
    assert rows.shape == (len(TEXT.val) // 9, 9)
    assert torch.equal(rows.flatten(), TEXT.val[: rows.numel()])
    assert torch.equal(val_windows(TEXT, 8, 3), rows[:3])


def test_some_windows_are_as_many_as_their_characters_and_never_fewer_than_sixteen():
    assert torch.equal(some_windows(TEXT, 8, 200), val_windows(TEXT, 8, 25))
    assert len(some_windows(TEXT, 8, 10)) == 16


def test_a_text_without_one_window_is_refused_in_words():
    with pytest.raises(ValueError, match="has 2 characters: too few for block_size = 8"):
        val_windows(Corpus.from_text("abcabcabcabcabc"), 8)


@settings(max_examples=25)
@given(configs)
def test_the_loss_is_the_mean_over_its_positions(config):
    model, rows = build(config).eval(), val_windows(TEXT, config.block_size)
    by_position = loss_by_position(model, TEXT)
    assert by_position.shape == (config.block_size,)
    torch.testing.assert_close(by_position.mean(), model(rows[:, :-1], rows[:, 1:])[1])


@settings(max_examples=25)
@given(configs)
def test_in_use_a_model_with_a_mask_is_as_good_as_in_its_windows(config):
    model = build(config)
    torch.testing.assert_close(loss_in_use(model, TEXT), loss_by_position(model, TEXT))
    assert model.training  # whoever looks leaves the model as it was


@pytest.mark.parametrize("mistake", [{"mask": False}, {"softmax_dim": -2}])
def test_a_model_that_sees_the_future_is_another_one_in_use(mistake):
    model = build(GPTConfig(V, n_layer=1, **mistake))
    apart = (loss_in_use(model, TEXT) - loss_by_position(model, TEXT)).abs()
    assert apart[-1] < 1e-5  # the last position has no future
    assert apart[:-1].min() > 1e-4


def test_a_loss_of_every_guess():
    model, rows = build(BigramConfig(V)), val_windows(TEXT, 4)[:2]
    surprise = -F.log_softmax(model.token_embedding_table.weight.detach(), -1)  # (V, V)
    by_hand = [[surprise[a, b] for a, b in zip(row[:-1], row[1:], strict=True)] for row in rows]
    torch.testing.assert_close(window_costs(model, rows), torch.tensor(by_hand))


def test_a_table_of_counts_costs_what_the_same_table_costs_as_a_model():
    table, model = NGramModel.fit(TEXT.train, 2, V), build(BigramConfig(V))
    pairs = torch.bincount(TEXT.train[:-1] * V + TEXT.train[1:], minlength=V * V).view(V, V) + 1.0
    with torch.no_grad():
        model.token_embedding_table.weight.copy_(pairs.log())
    expected = loss_by_position(model, TEXT).double()
    torch.testing.assert_close(counts_by_position(table, TEXT, 8), expected, atol=1e-5, rtol=0)


def test_a_longer_table_has_nothing_to_say_where_the_past_is_too_short():
    found = counts_by_position(NGramModel.fit(TEXT.train, 4, V, 0.01), TEXT, 8)
    assert found.isnan().tolist() == [True, True, False, False, False, False, False, False]
    single = counts_by_position(NGramModel.fit(TEXT.train, 1, V), TEXT, 8)
    assert single.shape == (8,) and single.isfinite().all()


def test_counts_by_hand():
    """ab and ba alternate: after a always b. 180 characters train, of which 90 pairs are ab; 20 are val."""
    corpus = Corpus.from_text("ab" * 100)
    found = counts_by_position(NGramModel.fit(corpus.train, 2, 2), corpus, 3)
    a, b = -math.log(91 / 92), -math.log(90 / 91)  # windows of 4 begin with a: it sees a, b, a
    assert found.tolist() == pytest.approx([a, b, a])


@pytest.mark.parametrize(("block_size", "windows"), [(8, 6_400), (64, 800), (1, 51_200), (1_000, 51)])
def test_every_run_is_judged_on_as_many_characters_as_the_lecture_s(block_size, windows):
    """200 x 32 x 8 = 51,200 characters, in windows of its own size."""
    assert judging_windows(FINAL_BATCHES, block_size) == windows
