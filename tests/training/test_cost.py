"""What a run will cost is measured here, not typed."""

import pytest

from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig
from tinygpt.training.cost import REHEARSAL, Machine, operations, seconds_per_step, this_machine, turning
from tinygpt.training.presets import PRESETS


def test_operations_of_one_layer_by_hand():
    model = GPTConfig(vocab_size=10, block_size=4, n_embd=8, n_head=1, n_layer=1, projection=False, feed_forward=0,
                      residual=False, layer_norm=False)  # fmt: skip
    weights = 8 * 24 + 8 * 10 + 10  # qkv, lm_head and its bias: what every token is multiplied with
    assert operations(model, batch_size=2) == 2 * 4 * (6 * weights + 12 * 8 * 4)


def test_seconds_of_a_run_by_hand():
    machine = Machine(per_step=0.001, per_layer=0.002, per_operation=0.0)
    assert machine.step_seconds(GPTConfig(n_layer=3), 32) == pytest.approx(0.007)
    spec = PRESETS["bigram"].spec("shakespeare-plays", 65)
    assert machine.run_seconds(spec) == pytest.approx(3.0)  # 3,000 steps of a millisecond


def test_muon_s_products_by_hand():
    two = GPTConfig(n_embd=8, n_head=2, n_layer=1)
    of_head, square, wide = (17 * 4 + 2 * 8) * 2 * 4**2, 19 * 2 * 8**3, (17 * 8 + 2 * 32) * 2 * 8**2
    assert turning(two) == 6 * of_head + square + 2 * wide  # query, key, value; projection; expand and shrink
    assert turning(BigramConfig()) == 0
    machine, spec = Machine(0.0, 0.0, 1e-9), PRESETS["layer-norm"].spec("shakespeare-plays", 65)
    longer = machine.run_seconds(spec.with_settings({"optimizer": "muon"})) - machine.run_seconds(spec)
    assert longer == pytest.approx(spec.train.max_steps * 1e-9 * turning(spec.model))


def test_every_character_of_the_alphabet_and_every_parameter_count():
    machine = Machine(per_step=0.0, per_layer=0.0, per_operation=0.0, per_score=1e-9, per_parameter=1e-8)
    step = 32 * 8 * 100 * 1e-9 + 100 * 100 * 1e-8
    assert machine.step_seconds(BigramConfig(100), 32) == pytest.approx(step)


def test_this_machine_is_measured_once_and_more_work_takes_longer():
    machine = this_machine()
    assert machine is this_machine()
    small, large = PRESETS["bigram"].model, PRESETS["nanogpt-cpu"].model
    assert 0 < machine.step_seconds(small, 32) < machine.step_seconds(large, 32)
    many = BigramConfig(1_500)
    assert machine.step_seconds(many, 32) > 4 * machine.step_seconds(small, 32)  # they take some twenty times as long


@pytest.mark.parametrize("V", [REHEARSAL.tokenizer.vocab_size, 2, 900])
def test_a_measured_step_takes_time(V):
    assert seconds_per_step(BigramConfig(V), steps=3) > 0
