"""A model writes."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.every_setting import each_value
from tests.shares import with_shares
from tinygpt.attention import Past
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.files import CHECKPOINTS
from tinygpt.generation import (
    can_be_cached,
    drawn_from,
    generate,
    next_logits,
    next_probabilities,
    prompt_for,
    sampled,
)  # fmt: skip
from tinygpt.gpt import SCALES, GPTConfig
from tinygpt.models import build
from tinygpt.randomness import generator
from tinygpt.settings import settings_of
from tinygpt.tokenizer import CharTokenizer


def table(rows):
    """A bigram model with these rows of probabilities."""
    model = build(BigramConfig(vocab_size=len(rows)))
    with torch.no_grad():
        model.token_embedding_table.weight.copy_(torch.tensor(rows).log())
    return model


START = torch.zeros((1, 1), dtype=torch.long)
SMALL = GPTConfig(vocab_size=11, block_size=8, n_embd=8, n_head=2, n_layer=2)
SWITCHED = [each for each in each_value() if each.values[1].name in settings_of(each.values[0].model)]


@torch.no_grad()
def as_in_the_lecture(model, idx, max_new_tokens, source):
    """The lecture's loop: the whole window anew for each character. Ids, and the logits (V,) of each."""
    model.eval()
    for _ in range(max_new_tokens):
        logits = model(idx[:, -model.config.block_size :])[0][:, -1]
        idx_next = torch.multinomial(logits.softmax(-1), num_samples=1, generator=source)
        idx = torch.cat((idx, idx_next), dim=1)
        yield int(idx_next), logits[0]


def texts(config, T, *, seed=0):
    return torch.randint(config.vocab_size, (1, T), generator=generator(seed))


# --- what is drawn from ---------------------------------------------------------------------------------------------


def test_probabilities_by_hand():
    model = table([[0.25, 0.75], [0.5, 0.5]])
    torch.testing.assert_close(next_probabilities(model, START), torch.tensor([[0.25, 0.75]]))


def test_temperature_two_takes_the_square_root():
    model = table([[0.1, 0.9], [0.5, 0.5]])
    share = math.sqrt(0.1) / (math.sqrt(0.1) + math.sqrt(0.9))
    torch.testing.assert_close(next_probabilities(model, START, temperature=2.0), torch.tensor([[share, 1 - share]]))


@pytest.mark.parametrize("temperature", [0, 5e-324, 1e-50, 1e-40])
def test_temperature_zero_always_takes_the_likeliest_and_one_next_to_it_does_the_same(temperature):
    model = table([[0.1, 0.9], [0.8, 0.2]])
    assert [token.id for token in generate(model, START, 4, temperature=temperature)] == [1, 0, 1, 0]


@pytest.mark.parametrize("temperature", [1e30, 1e300, math.inf])
def test_a_temperature_beyond_all_measure_makes_all_alike_but_what_top_k_leaves_out(temperature):
    logits = torch.tensor([[0.0, 1.0, 2.0, 3.0]])
    shares = drawn_from(logits, temperature=temperature, top_k=2)
    torch.testing.assert_close(shares, torch.tensor([[0.0, 0.0, 0.5, 0.5]]))


def test_top_k_keeps_the_likeliest_and_may_be_larger_than_the_vocabulary():
    model = table([[0.2, 0.3, 0.5]] * 3)
    torch.testing.assert_close(next_probabilities(model, START, top_k=2), torch.tensor([[0.0, 0.375, 0.625]]))
    for k in (3, 99, 10**30):
        torch.testing.assert_close(next_probabilities(model, START, top_k=k), torch.tensor([[0.2, 0.3, 0.5]]))


def test_of_equal_characters_top_k_keeps_the_first_ones():
    logits = torch.tensor([[1.0, 3.0, 1.0, 1.0]])
    assert drawn_from(logits, top_k=2).ne(0).tolist() == [[True, True, False, False]]


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=9), st.integers(1, 12))
def test_top_k_keeps_exactly_k_and_one_is_what_temperature_zero_takes(scores, k):
    logits = torch.tensor([scores], dtype=torch.float32)
    kept = drawn_from(logits, top_k=k)[0].ne(0)
    assert kept.sum() == min(k, len(scores))
    assert logits[0][kept].min() >= logits[0][~kept].max() if k < len(scores) else True
    assert torch.equal(drawn_from(logits, top_k=1), drawn_from(logits, temperature=0))


@given(st.integers(1, 70), st.integers(0, 2**32))
def test_a_draw_is_that_of_torch_number_for_number(V, seed):
    probabilities = (3 * torch.randn(1, V, generator=generator(seed))).softmax(-1)
    ours, theirs = generator(seed), generator(seed)
    for _ in range(20):
        assert torch.equal(sampled(probabilities, ours), torch.multinomial(probabilities, 1, generator=theirs))


def test_a_character_with_no_chance_is_never_drawn():
    source = generator(0)
    assert {int(sampled(torch.tensor([[0.0, 0.5, 0.0, 0.5]]), source)) for _ in range(200)} == {1, 3}


def test_same_generator_same_text_and_probabilities_of_what_was_drawn():
    model = table([[0.5, 0.5], [0.5, 0.5]])
    first, second = (list(generate(model, START, 50, generator=generator(4))) for _ in range(2))
    assert [token.id for token in first] == [token.id for token in second]
    assert {token.probability for token in first} == {0.5}
    assert 10 < sum(token.id for token in first) < 40


def test_a_character_says_what_the_model_thought_and_what_it_was_drawn_from():
    token = next(generate(table([[0.2, 0.3, 0.5]] * 3), START, 1, top_k=2))
    torch.testing.assert_close(token.guesses, torch.tensor([0.2, 0.3, 0.5]))
    torch.testing.assert_close(token.probabilities, torch.tensor([0.0, 0.375, 0.625]))


# --- what is remembered while writing -------------------------------------------------------------------------------


@pytest.mark.parametrize(("spec", "setting", "value"), SWITCHED)
def test_with_and_without_a_cache_the_same_characters_from_the_same_scores(spec, setting, value):
    model, T = build(spec.model, seed=5), min(spec.model.block_size, 8)
    for seed in (1, 2):
        idx, dice = texts(spec.model, seed, seed=seed), {"generator": generator(seed)}
        cached = list(generate(model, idx, T + 3, **dice))
        lecture = list(as_in_the_lecture(model, idx, T + 3, generator(seed)))
        assert [token.id for token in cached] == [id_ for id_, _ in lecture]
        for token, (_, logits) in zip(cached, lecture, strict=True):
            torch.testing.assert_close(token.logits, logits, atol=1e-5, rtol=1e-5)
    for choice in ({"temperature": 0}, {"temperature": 0.7, "top_k": 3}):
        one, two = (list(generate(model, START, T + 3, cache=cache, **choice)) for cache in (True, False))
        assert [token.id for token in one] == [token.id for token in two]


sizes = st.builds(
    GPTConfig, vocab_size=st.integers(1, 13), block_size=st.integers(1, 9), n_embd=st.sampled_from([1, 3, 5, 8]),
    n_head=st.integers(1, 3), n_layer=st.integers(1, 3), positions=st.sampled_from(["learned", "none"]),
    feed_forward=st.sampled_from([0, 1, 4]), residual=st.booleans(), layer_norm=st.booleans(),
    scale=st.sampled_from(SCALES), fixed_head_size=st.integers(1, 5), activation=st.sampled_from(["relu", "gelu"]),
)  # fmt: skip


OFF = ["0.0 cut", "0.1 flat, 1.0 cut", "0 attention", "1 feed-forward", "0 attention, 1 attention"]


@pytest.mark.parametrize("surgery", OFF)
@pytest.mark.parametrize("positions", ["learned", "none"])
def test_what_is_switched_off_is_off_in_writing_too_with_and_without_a_cache(surgery, positions):
    model, whole = (build(replace(SMALL, positions=positions, surgery=off), seed=5) for off in (surgery, ""))
    cached, lecture = generate(model, START, 12), as_in_the_lecture(model, START, 12, generator(1337))
    for n, (token, (id_, logits)) in enumerate(zip(cached, lecture, strict=True)):
        assert (token.id, token.read) == (id_, 1 if n < SMALL.block_size else SMALL.block_size)
        torch.testing.assert_close(token.logits, logits, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(next(generate(whole, START, 1)).logits, next(generate(model, START, 1)).logits)


@pytest.mark.parametrize("positions", ["learned", "none", "rotary"])
def test_a_token_shift_remembers_what_was_read_last(positions):
    model = with_shares(build(replace(SMALL, positions=positions, token_shift=True), seed=5))
    cached, lecture = generate(model, START, 12), as_in_the_lecture(model, START, 12, generator(1337))
    for token, (id_, logits) in zip(cached, lecture, strict=True):
        assert token.id == id_
        torch.testing.assert_close(token.logits, logits, atol=1e-5, rtol=1e-5)


@settings(max_examples=60)
@given(sizes, st.integers(1, 12), st.integers(0, 99))
def test_whatever_its_size_a_model_writes_the_same_with_and_without_a_cache(config, T, seed):
    model, idx = build(config, seed=seed), texts(config, T, seed=seed)
    lecture = list(as_in_the_lecture(model, idx, 12, generator(seed)))
    cached = list(generate(model, idx, 12, generator=generator(seed)))
    assert [token.id for token in cached] == [id_ for id_, _ in lecture]
    for token, (_, logits) in zip(cached, lecture, strict=True):
        torch.testing.assert_close(token.logits, logits, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("choice", [{}, {"temperature": 0}, {"temperature": 0.8, "top_k": 5}], ids=str)
def test_the_shipped_gpt_writes_the_same_with_and_without_a_cache(choice):
    shipped = load(CHECKPOINTS / "nanogpt-cpu.safetensors")
    model, idx = shipped.model.double(), prompt_for(shipped.tokenizer, "ROMEO:").idx  # else the order of sums counts
    one, two = (generate(model, idx, 80, generator=generator(3), cache=cache, **choice) for cache in (True, False))
    for cached, whole in zip(one, two, strict=True):
        assert cached.id == whole.id
        torch.testing.assert_close(cached.logits, whole.logits, atol=1e-5, rtol=1e-5)


def test_a_character_costs_one_place_until_the_window_is_full_and_then_all_of_it():
    model, idx = build(SMALL), texts(SMALL, 3)
    assert [token.read for token in generate(model, idx, 9)] == [3, 1, 1, 1, 1, 1, 8, 8, 8]
    assert [token.read for token in generate(model, idx, 9, cache=False)] == [3, 4, 5, 6, 7, 8, 8, 8, 8]
    assert [token.read for token in generate(model, texts(SMALL, 20), 2)] == [8, 8]


def test_beyond_the_window_the_text_goes_on_as_the_lecture_s_crop():
    model, source = build(SMALL, seed=3), generator(7)
    long, short = texts(SMALL, 30), texts(SMALL, 30)[:, -8:]
    whole = [token.id for token in generate(model, long, 20, generator=generator(7))]
    assert whole == [token.id for token in generate(model, short, 20, generator=source)]
    assert whole == [id_ for id_, _ in as_in_the_lecture(model, long, 20, generator(7))]


@pytest.mark.parametrize("seen", [{"mask": False}, {"softmax_dim": -2}])
def test_a_model_that_sees_the_future_reads_the_whole_window_each_time(seen):
    config = GPTConfig(vocab_size=11, n_embd=8, n_head=2, n_layer=2, **seen)
    assert not can_be_cached(config) and can_be_cached(SMALL) and not can_be_cached(BigramConfig())
    assert [token.read for token in generate(build(config), texts(config, 2), 8)] == [2, 3, 4, 5, 6, 7, 8, 8]


def test_with_a_future_in_sight_a_cache_would_be_wrong():
    config = GPTConfig(vocab_size=11, n_embd=8, n_head=2, n_layer=2, mask=False)
    model, idx, past = build(config).eval(), texts(config, 5), Past()
    for id_ in idx.split(1, dim=1):
        logits = next_logits(model, id_, past)
    assert not torch.allclose(logits, next_logits(model, idx), atol=1e-3)


def test_what_is_remembered_counts_towards_the_window():
    model, past = build(SMALL).eval(), Past()
    next_logits(model, texts(SMALL, 8), past)
    with pytest.raises(ValueError, match="9 characters do not fit into block_size = 8"):
        next_logits(model, texts(SMALL, 1), past)


def test_dropout_is_off_while_writing():
    config = GPTConfig(vocab_size=11, n_embd=8, n_head=2, n_layer=2, dropout=0.5)
    model = build(config)
    model.train()
    logits = [next(generate(model, START, 1)).logits for _ in range(2)]
    assert torch.equal(*logits)


def test_two_texts_of_one_model_do_not_mix():
    model = build(SMALL)
    alone = [[token.id for token in generate(model, texts(SMALL, 2, seed=n), 12)] for n in range(2)]
    both = zip(*(generate(model, texts(SMALL, 2, seed=n), 12) for n in range(2)), strict=True)
    assert list(map(list, zip(*(map(lambda token: token.id, pair) for pair in both), strict=True))) == alone


def test_what_a_character_holds_can_be_computed_with():
    token = next(generate(build(SMALL), START, 1))
    token.probabilities[0] = 0.0
    factor = torch.ones(1, requires_grad=True)
    (factor * token.guesses * token.probabilities).sum().backward()
    assert factor.grad is not None


# --- what cannot be written -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0, 1])
@pytest.mark.parametrize("broken", [math.nan, math.inf])
@pytest.mark.parametrize("model", [table([[0.5, 0.5], [0.5, 0.5]]), build(SMALL)], ids=["bigram", "gpt"])
def test_broken_weights_are_said_in_words(model, broken, temperature):
    with torch.no_grad():
        next(model.parameters()).fill_(broken)
    with pytest.raises(ValueError, match="broken weights"):
        next(generate(model, START, 1, temperature=temperature))


@pytest.mark.parametrize("nonsense", [{"temperature": -1.0}, {"temperature": math.nan}, {"top_k": 0}])
def test_nonsense_is_refused_in_words(nonsense):
    with pytest.raises(ValueError, match="must be at least"):
        next(generate(table([[1.0]]), START, 1, **nonsense))


# --- where it begins ------------------------------------------------------------------------------------------------


def test_a_prompt_goes_in_without_the_characters_that_nobody_knows():
    prompt = prompt_for(CharTokenizer("\nabc"), "caß b ßé")
    assert prompt.idx.tolist() == [[3, 1, 2]]
    assert prompt.unknown == "ß é"


@pytest.mark.parametrize(("chars", "first"), [("\nabc", 0), ("\t\nab", 1), ("abc", 0)])
@pytest.mark.parametrize("text", ["", "ßé"])
def test_where_nothing_is_left_it_begins_with_a_line_break_or_the_first_character(chars, first, text):
    assert prompt_for(CharTokenizer(chars), text).idx.tolist() == [[first]]
