"""What a run will cost is measured here, not typed."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig
from tinygpt.models import count_parameters
from tinygpt.training.by_hand import products
from tinygpt.training.cost import REHEARSAL, Machine, _measured, fitted, measured_models, seconds_per_step, this_machine
from tinygpt.training.muon import orthogonal
from tinygpt.training.presets import PRESETS
from tinygpt.training.work import Amounts, amounts, operations, turning

FREE = Amounts(*[0.0] * len(Amounts._fields))


def test_operations_of_one_layer_by_hand():
    model = GPTConfig(vocab_size=10, block_size=4, n_embd=8, n_head=1, n_layer=1, projection=False, feed_forward=0,
                      residual=False, layer_norm=False)  # fmt: skip
    weights = 8 * 24 + 8 * 10 + 10  # qkv, lm_head and its bias: what every token is multiplied with
    assert operations(model, batch_size=2) == 2 * 4 * (6 * weights + 12 * 8 * 4)


def test_amounts_of_a_small_gpt_by_hand():
    model = GPTConfig(vocab_size=10, block_size=4, n_embd=8, n_head=2, n_layer=3)
    found = amounts(model, 5)
    assert found.matrix == 3 * 5 * 2 and found.weight == 3 * 5 * 2 * 4 * 4
    assert found.channel == 3 * (5 * 4) * 8 and found.score == 5 * 4 * 10
    assert found.part == 4 + 3 * (7 + 1 + 3 + 2 + 2)


def test_seconds_of_a_run_by_hand():
    machine = Machine(FREE._replace(step=0.001, parameter=1e-6), look=0.0, score_of_a_look=0.0)
    assert machine.step_seconds(BigramConfig(10), 32) == pytest.approx(0.0011)
    spec = PRESETS["bigram"].spec("shakespeare-plays", 10)
    assert machine.run_seconds(spec) == pytest.approx(3.3)  # 3,000 steps of 1.1 milliseconds
    looking = Machine(FREE._replace(step=0.001), look=0.5, score_of_a_look=0.0)
    assert looking.run_seconds(spec) == pytest.approx(3.0 + (21 * 20 + 400) * 0.0005)


def test_muon_s_products_by_hand():
    two = GPTConfig(n_embd=8, n_head=2, n_layer=1)
    of_head, square, wide = (9 * 4 + 2 * 8) * 2 * 4**2, 9 * 2 * 8**3, (9 * 8 + 2 * 32) * 2 * 8**2
    assert sum(turning(two)) == 6 * of_head + square + 2 * wide  # query, key, value; projection; expand and shrink
    assert turning(BigramConfig()) == (0, 0)
    machine = Machine(FREE._replace(operation=2e-9, large=1e-9), look=0.0, score_of_a_look=0.0)
    spec = PRESETS["nanogpt-cpu"].spec("shakespeare-plays", 65)
    longer = machine.run_seconds(spec.with_settings({"optimizer": "muon"})) - machine.run_seconds(spec)
    small, large = turning(spec.model)
    assert longer == pytest.approx(spec.train.max_steps * (2e-9 * small + 1e-9 * large))


@pytest.mark.parametrize("shape", [(3, 16, 16), (3, 12, 16), (3, 64, 16), (1, 8, 40)])
def test_muon_s_products_are_those_that_torch_counts(shape):
    model = GPTConfig(n_embd=8, n_layer=1)  # of which only the shapes of its matrices are asked for
    with FlopCounterMode(display=False) as counter:
        orthogonal(torch.ones(shape))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tinygpt.training.work.matrices_of_blocks", lambda _: [(shape[1:], [torch.ones(shape)])])
        assert sum(turning.__wrapped__(model)) == counter.get_total_flops()


@pytest.fixture(params=[False, True], ids=["all by torch.mm", "large ones by oneDNN"])
def by_onednn(request, monkeypatch):
    """Whether oneDNN makes large products here."""
    monkeypatch.setattr(products, "ONEDNN_IS_FASTER", request.param)
    turning.cache_clear()
    yield request.param
    turning.cache_clear()


def test_large_products_have_a_price_of_their_own_where_onednn_makes_them(by_onednn):
    model = GPTConfig(vocab_size=65, n_embd=128, n_head=4, n_layer=1, block_size=64)
    tokens = 12 * 64
    large = 6 * tokens * (3 * 128**2 + 128**2 + 2 * 4 * 128**2 + 65 * 128)  # qkv, projection, feed-forward, lm_head
    found = amounts(model, 12)
    assert found.large == (large if by_onednn else 0)
    assert found.operation + found.large == operations(model, 12)
    assert amounts(replace(model, n_embd=16), 12).large == 0, "a product of 768 x 16 x 64 is small"
    between = replace(model, vocab_size=2, n_embd=32, feed_forward=0, projection=False)
    there_and_back = 1_024 * 3 * 32**2  # multiplications; queries alone are a third of that
    assert amounts(between, 16).large == (4 * there_and_back if by_onednn else 0), "apart there, together back"


def test_muon_s_large_products_are_told_apart(by_onednn):
    model = GPTConfig(vocab_size=65, n_embd=128, n_head=4, n_layer=1, block_size=64)
    small, large = turning(model)  # heads of 32 x 128 are small; squares of 128 and all beyond are not
    heads, square, wide = 12 * (9 * 32 + 2 * 128) * 2 * 32**2, 9 * 2 * 128**3, (9 * 128 + 2 * 512) * 2 * 128**2
    assert small + large == heads + square + 2 * wide
    assert small == (heads if by_onednn else small + large)


def test_who_judges_has_no_onednn(by_onednn):
    model = GPTConfig(vocab_size=65, n_embd=128, n_head=4, n_layer=1, block_size=64)
    machine = Machine(FREE._replace(operation=2e-9, large=1e-9), look=0.5, score_of_a_look=0.0)
    assert machine.look_seconds(model, 12) == pytest.approx(0.5 * 2e-9 * operations(model, 12))


def test_a_machine_is_found_from_what_it_takes(monkeypatch, by_onednn):
    true = Machine(Amounts(1.5e-4, 3e-5, 4e-7, 2e-11, 5e-12, 9e-9, 5e-9, 2e-9, 2e-9), look=0.3, score_of_a_look=3e-9)
    monkeypatch.setattr("tinygpt.training.cost.seconds_per_step", true.step_seconds)
    monkeypatch.setattr("tinygpt.training.cost.seconds_of_a_look", true.look_seconds)
    found = _measured.__wrapped__()
    assert found.look == pytest.approx(true.look, rel=0.1)
    for model, batch_size in measured_models():
        assert found.step_seconds(model, batch_size) == pytest.approx(true.step_seconds(model, batch_size), rel=0.05)
        assert found.look_seconds(model, batch_size) == pytest.approx(true.look_seconds(model, batch_size), rel=0.15)


def test_what_attention_costs_hangs_on_the_width_of_its_heads():
    """Beside the model's own parameters: q k^T and weights times v, two products of T x T x head_size a head each."""
    model = GPTConfig(n_embd=8, n_head=2, n_layer=1, block_size=4, fixed_head_size=16)
    tables = (model.vocab_size + model.block_size) * 8
    assert operations(model, 1) == 4 * (6 * (count_parameters(model) - tables) + 12 * 2 * 16 * 4)


def test_every_character_of_the_alphabet_and_every_parameter_count():
    machine = Machine(FREE._replace(score=1e-9, parameter=1e-8), 0.0, 0.0)
    step = 32 * 8 * 100 * 1e-9 + 100 * 100 * 1e-8
    assert machine.step_seconds(BigramConfig(100), 32) == pytest.approx(step)


@given(st.lists(st.floats(0.1, 10), min_size=9, max_size=9))
def test_prices_are_found_from_what_models_took(factors):
    usual = (1.5e-4, 3e-5, 4e-7, 9e-12, 4e-12, 9e-9, 5e-9, 2e-9, 2e-9)  # seconds, as on some machine
    prices = [price * factor for price, factor in zip(usual, factors, strict=True)]
    every = [amounts(*each) for each in measured_models()]
    seconds = [sum(p * a for p, a in zip(prices, each, strict=True)) for each in every]
    found = Machine(Amounts(*fitted(every, seconds)), 0.0, 0.0)
    took = [found.step_seconds(*each) for each in measured_models()]
    assert took == pytest.approx(seconds, rel=0.05)
    assert min(found.prices) >= 0


def test_prices_of_what_nobody_bought_are_nothing():
    assert fitted([FREE._replace(step=1.0), FREE._replace(step=2.0)], [3.0, 6.0]) == pytest.approx([3.0, *[0.0] * 8])


def test_this_machine_is_measured_once_and_more_work_takes_longer():
    machine = this_machine()
    assert machine is this_machine()
    small, large = PRESETS["bigram"].model, PRESETS["nanogpt-cpu"].model
    assert 0 < machine.step_seconds(small, 32) < machine.step_seconds(large, 32)
    many = BigramConfig(1_500)
    assert machine.step_seconds(many, 32) > 4 * machine.step_seconds(small, 32)  # they take some twenty times as long
    assert machine.look > 0 and torch.tensor(machine.prices).min() >= 0


@pytest.mark.parametrize("V", [REHEARSAL.tokenizer.vocab_size, 2, 900])
def test_a_measured_step_takes_time(V):
    assert seconds_per_step(BigramConfig(V), lasting=0.0) > 0
