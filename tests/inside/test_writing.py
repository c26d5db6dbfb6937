"""A text while it is written: the same however it is cut, its chances by hand, and what the heads looked at."""

import math
from functools import cache

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.generation import generate, prompt_for
from tinygpt.gpt import GPTConfig
from tinygpt.inside.knockout import operated
from tinygpt.inside.writing import LIKELIEST, Dice, Writing, first_difference
from tinygpt.lessons.tables import as_model
from tinygpt.models import LanguageModel, build
from tinygpt.probes import capture
from tinygpt.randomness import generator
from tinygpt.tokenizer import CharTokenizer

START, USUAL = torch.tensor([[0]]), Dice()
FOREVER = 1e9  # seconds


def new_gpt() -> LanguageModel:
    """A small GPT that nobody trained."""
    return build(GPTConfig(vocab_size=12, block_size=6, n_embd=8, n_head=2, n_layer=2), seed=3).eval()


gpt = cache(new_gpt)


def written(model: LanguageModel, characters: int, dice: Dice = USUAL, idx: torch.Tensor = START) -> Writing:
    writing = Writing(model, idx, dice, characters)
    writing.go_on(characters, FOREVER)
    return writing


@settings(max_examples=30)
@given(st.lists(st.integers(0, 15), max_size=6))
def test_however_it_is_cut_it_is_the_text_of_one_piece(stops):
    whole = generate(gpt(), START, 12, temperature=0.7, top_k=5, generator=generator(4))
    writing = Writing(gpt(), START, Dice(0.7, 5, 4), most=12)
    for stop in [*stops, 12]:
        writing.go_on(stop, FOREVER)
    assert [one.id for one in writing.letters] == [token.id for token in whole]


def test_a_piece_has_one_character_at_least_and_ends_with_its_time():
    writing = Writing(gpt(), START, Dice(), most=20)
    writing.go_on(20, seconds=0)
    assert len(writing.letters) == 1
    writing.go_on(0, seconds=0)
    assert len(writing.letters) == 1, "nothing was missing"
    writing.go_on(99, FOREVER)
    assert len(writing.letters) == len(writing.took) == 20


def test_chances_of_three_characters_by_hand():
    table = as_model(torch.tensor([[0.1, 0.3, 0.6]] * 3))
    (one,) = written(table, 1, Dice(temperature=0.5, top_k=2)).letters
    assert [chance.id for chance in one.likeliest] == [2, 1, 0]
    assert [chance.own for chance in one.likeliest] == pytest.approx([0.6, 0.3, 0.1])
    assert [chance.left for chance in one.likeliest] == pytest.approx([0.8, 0.2, 0.0])  # 36 : 9
    assert one.chance.id == one.id


def test_temperature_zero_leaves_the_likeliest_alone():
    (one,) = written(as_model(torch.tensor([[0.2, 0.8]] * 2)), 1, Dice(temperature=0.0)).letters
    assert [chance.left for chance in one.likeliest] == [1.0, 0.0] and one.id == 1


def test_what_is_drawn_has_a_place_among_the_likeliest_even_if_it_was_not_likely():
    V = 40
    letters = written(as_model(torch.full((V, V), 1 / V)), 60).letters
    assert {len(one.likeliest) for one in letters} == {LIKELIEST}
    assert all(one.chance.own == pytest.approx(1 / V) for one in letters)
    assert any(one.likeliest[-1].id == one.id >= LIKELIEST for one in letters)


@pytest.mark.parametrize("n", [0, 3, 5, 6, 19])
def test_what_the_heads_looked_at_is_that_of_the_window_it_was_drawn_after(n):
    writing, model = written(gpt(), 20), gpt()
    ids = [0, *(one.id for one in writing.letters)][: n + 1][-6:]
    assert writing.window(n).tolist() == [ids]
    rows, seen = writing.looked_at(n), capture(model, torch.tensor([ids]))
    assert rows.shape == (2, 2, len(ids))
    for layer in (0, 1):
        assert torch.equal(rows[layer], seen[f"blocks.{layer}.attention.weights"][0, :, -1])
    own = seen["logits"][0, -1].softmax(-1)
    for chance in writing.letters[n].likeliest:  # the cache adds in another order than the window does
        assert chance.own == pytest.approx(float(own[chance.id]), abs=1e-5)


def test_a_cut_head_looks_at_nothing_and_attention_that_is_off_has_no_weights():
    whole = gpt()
    cut = written(operated(whole, "0.1 cut"), 3)  # type: ignore[arg-type]
    assert not cut.looked_at(2)[0, 1].any() and cut.looked_at(2)[0, 0].sum() == pytest.approx(1)
    off = written(operated(whole, "0 attention"), 3)  # type: ignore[arg-type]
    assert off.looked_at(2)[0].isnan().all() and off.looked_at(2)[1].sum(-1).tolist() == pytest.approx([1, 1])


@pytest.mark.parametrize("surgery", ["0 attention", "0 attention, 1 attention", "0.0 flat", "1 feed-forward"])
def test_a_model_with_parts_switched_off_writes_as_its_windows_say(surgery):
    model = operated(gpt(), surgery)  # type: ignore[arg-type]
    writing = written(model, 12, Dice(temperature=0.0))
    for n, one in enumerate(writing.letters):
        logits, _ = model(writing.window(n))
        assert one.id == int(logits[0, -1].argmax())


def test_a_table_has_no_head():
    assert written(as_model(torch.tensor([[0.5, 0.5]] * 2)), 3).looked_at(2).shape[:2] == (0, 0)


def test_each_character_is_read_once_until_the_window_is_full_and_then_all_of_it():
    assert [one.read for one in written(gpt(), 9, idx=torch.tensor([[1, 2]])).took] == [2, 1, 1, 1, 1, 6, 6, 6, 6]


@given(st.text(max_size=30))
def test_any_prompt_is_read_and_gone_on_from(prompt):
    tokenizer = CharTokenizer("\n abcdefghij")
    read = prompt_for(tokenizer, prompt)
    assert "".join(c for c in prompt if c in tokenizer.chars) in ("", tokenizer.decode(read.idx[0].tolist()))
    a, b = (written(gpt(), 3, idx=read.idx).letters for _ in range(2))
    assert len(a) == 3 and a == b


def test_broken_weights_are_said_in_words_each_time():
    model = new_gpt()
    with torch.no_grad():
        model.lm_head.bias.fill_(math.nan)  # type: ignore[union-attr]
    writing = Writing(model, START, Dice(), most=5)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken weights"):
            writing.go_on(5, FOREVER)


def test_two_texts_part_where_they_first_differ():
    assert first_difference("abc", "abd") == 2 and first_difference("x", "y") == 0
    assert first_difference("abc", "ab") is None and first_difference("", "a") is None


def test_what_it_may_come_to_hold_grows_with_the_model_and_the_text():
    small, long = Writing(gpt(), START, Dice(), 10), Writing(gpt(), START, Dice(), 500)
    table = Writing(build(BigramConfig(12)), START, Dice(), 10)
    assert table.nbytes < small.nbytes < long.nbytes < 1_000_000
