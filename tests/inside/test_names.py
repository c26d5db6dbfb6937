"""What heads look at: hand-made heads whose habit is known, places that can be counted by hand, and one rule of naming.

A hand-made head reads places alone: the query of place t is t's own direction, the key of place s that of s + k. So
their scores are `SHARP` where s is k back, and 0 elsewhere.
"""

import math

import pytest
import torch

from tinygpt.corpus import Corpus, load_corpus
from tinygpt.experiments.pairs import TRIALS
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.names import FIXED_OFFSET, MIXED, OFF, STANDS_OUT, justified_name, letters_of, named_heads
from tinygpt.inside.shares import DIFFUSE, SAME, START
from tinygpt.lessons.measured import GPT, loaded
from tinygpt.models import build
from tinygpt.training.loop import advance
from tinygpt.training.state import start

TEXT = Corpus.from_text("to be, or not to be: that is the question.\n" * 40)
V = TEXT.tokenizer.vocab_size
SHARP = 50.0
AVERAGES = {"n_embd": 8, "n_head": 2, "n_layer": 1, "scale": "average"}


def looks(k: int, **parts: object) -> GPTLanguageModel:
    """A model of one head that looks k places back, ahead for k below 0, and evenly where there is no such place."""
    bare = {"projection": False, "feed_forward": 0, "residual": False, "layer_norm": False}
    config = GPTConfig(V, n_embd=8, n_head=1, n_layer=1, scale="none", **bare, **parts)  # type: ignore[arg-type]
    model = build(config)
    assert isinstance(model, GPTLanguageModel) and model.position_embedding_table is not None
    shifted = (torch.arange(8)[:, None] - torch.arange(8) == k).float()  # place s to direction s + k
    with torch.no_grad():
        model.token_embedding_table.weight.zero_()
        model.position_embedding_table.weight.copy_(torch.eye(8)[: config.block_size])
        model.blocks[0].attention.qkv.weight[:16] = torch.cat([SHARP * torch.eye(8), shifted])
    return model


@pytest.mark.parametrize(
    ("k", "called"), [(0, "itself"), (1, "one back"), (2, "two back"), (3, "3 back"), (4, "4 back")]
)
def test_a_head_that_looks_at_one_distance_is_called_by_it(k, called):
    [head] = named_heads(looks(k), TEXT)
    assert (head.layer, head.head, head.called) == (0, 0, called)
    assert head.scores[head.name] == pytest.approx(1, abs=1e-6)


def test_without_a_mask_a_head_may_look_ahead():
    [head] = named_heads(looks(-1, mask=False), TEXT)
    assert (head.name, head.called) == (FIXED_OFFSET, "1 ahead")
    assert head.even["one back"] == pytest.approx(1 / 8), "a row sees the whole window"


def test_an_even_head_scores_what_an_even_spread_gives_and_is_diffuse():
    for head in named_heads(build(GPTConfig(V, **AVERAGES)), TEXT):
        assert head.name == DIFFUSE and head.scores == pytest.approx(head.even)
        assert head.even["itself"] == pytest.approx(sum(1 / n for n in range(2, 9)) / 7)  # row 0 has no choice
        assert head.even["two back"] == pytest.approx(sum(1 / n for n in range(3, 9)) / 6)
        assert head.even[DIFFUSE] == 1


def test_of_two_characters_half_the_weight_one_back_is_no_habit():
    for head in named_heads(build(GPTConfig(V, block_size=2, **AVERAGES)), TEXT):
        assert head.even["itself"] == head.even["one back"] == 0.5 and head.name == DIFFUSE
        assert math.isnan(head.scores["two back"]) and math.isnan(head.scores[FIXED_OFFSET]) and head.offset is None
    [sharp] = named_heads(looks(1, block_size=2), TEXT)
    assert sharp.called == "one back"


def test_rows_that_do_not_sum_to_one_are_read_as_shares():
    """Equal scores, columns sum to 1: row 1 has half of column 0 and all of column 1, which are 1/3 and 2/3 of it."""
    for head in named_heads(build(GPTConfig(V, block_size=2, softmax_dim=-2, **AVERAGES)), TEXT):
        assert (head.scores["one back"], head.scores["itself"]) == pytest.approx((1 / 3, 2 / 3))


def test_a_head_that_is_switched_off_is_called_so_and_a_flat_one_is_diffuse():
    operated = build(GPTConfig(V, n_embd=8, n_head=2, n_layer=2, surgery="0.0 cut, 0.1 flat, 1 attention"))
    heads = named_heads(operated, TEXT)
    assert [head.name for head in heads] == [OFF, DIFFUSE, OFF, OFF]
    assert all(heads[n].scores["one back"] == 0 for n in (0, 2, 3))


def test_a_window_of_one_character_leaves_no_choice():
    with pytest.raises(ValueError, match="sees a single character"):
        named_heads(build(GPTConfig(V, block_size=1)), TEXT)


def test_words_are_made_of_letters_and_digits():
    corpus = Corpus.from_text("Aé 9,ж")
    assert [corpus.tokenizer.chars[i] for i in letters_of(corpus).nonzero()[:, 0]] == list("9Aéж")


def test_a_text_of_one_long_run_has_no_starts_of_words():
    run = Corpus.from_text("abcab" * 200)
    for head in named_heads(build(GPTConfig(3, **AVERAGES)), run):
        assert math.isnan(head.scores[START]) and head.name == DIFFUSE


def test_the_name_is_that_of_the_longest_way_from_an_even_spread():
    """From an even 0.5 to 0.75 is half the way; from 0.1 to 0.64 six tenths of it."""
    even = {"one back": 0.5, SAME: 0.1, START: math.nan, DIFFUSE: 1.0}
    assert justified_name({"one back": 0.75, SAME: 0.1, START: math.nan, DIFFUSE: 0.5}, even) == "one back"
    assert justified_name({"one back": 0.75, SAME: 0.64, START: math.nan, DIFFUSE: 0.5}, even) == SAME
    too_little = 0.5 + 0.49 * STANDS_OUT
    assert justified_name({"one back": too_little, SAME: 0.1, START: math.nan, DIFFUSE: 0.79}, even) == MIXED
    assert justified_name({"one back": too_little, SAME: 0.1, START: math.nan, DIFFUSE: 0.8}, even) == DIFFUSE


def test_the_heads_of_the_shipped_gpt():
    heads = {(one.layer, one.head): one for one in named_heads(loaded(GPT).model, load_corpus("shakespeare-plays"))}
    assert (heads[0, 0].called, heads[0, 2].called) == ("one back", "two back")
    assert heads[0, 0].scores["one back"] == pytest.approx(0.89, abs=0.01)
    assert heads[0, 2].scores["two back"] == pytest.approx(0.68, abs=0.01)
    assert len(heads) == 12 and heads[2, 3].name == MIXED, "it looks at itself and one back"


@pytest.mark.trained
def test_the_look_back_language_teaches_heads_to_look_three_back(margin):
    """Its next letter is, as a rule, the one three places before the letter that looks."""
    corpus = load_corpus("look-back")
    state = start(TRIALS["look-back"].specs()[0], corpus)
    advance(state, corpus, steps=400)
    best = max(named_heads(state.model, corpus), key=lambda head: head.scores[FIXED_OFFSET])
    assert best.called == "3 back"
    margin("weight three back", best.scores[FIXED_OFFSET], above=0.7)
