"""A spec is plain data, and refuses nonsense in plain words."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig


@pytest.mark.parametrize("name", PRESETS)
def test_a_spec_survives_json(name):
    spec = PRESETS[name].spec("shakespeare-plays", 65)
    assert RunSpec.from_json(spec.to_json()) == spec


def test_same_batches_is_written_only_where_it_is_set_and_an_older_spec_is_read():
    spec = PRESETS["layer-norm"].spec("shakespeare-plays", 65)
    same = replace(spec, train=replace(spec.train, same_batches=True))
    assert "same_batches" not in spec.to_json()
    assert RunSpec.from_json(spec.to_json()).train.same_batches is False
    assert RunSpec.from_json(same.to_json()) == same


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_anything_else_is_refused_and_never_crashes(text):
    with pytest.raises(ValueError):
        RunSpec.from_json(text)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [("model", "n_layer", 2.5), ("model", "n_head", True), ("model", "residual", 1), ("model", "family", "rnn"),
     ("model", "colour", "red"), ("train", "max_steps", "9"), ("train", "max_steps", 0), ("train", "learning_rate", -1),
     ("train", "seed", -1), ("train", "learning_rate", float("inf")), ("train", "batch_size", 10**6),
     ("train", "weight_decay", -0.1), ("train", "beta2", 1.0), ("train", "beta2", -0.1), ("train", "grad_clip", -1.0),
     ("train", "warmup_steps", -1), ("train", "min_learning_rate", -1e-4), ("train", "eval_interval", 0),
     ("train", "optimizer", "adam"), ("model", "activation", "swish"), ("model", "dropout", 1.0),
     ("train", "same_batches", 1), ("train", "same_batches", None)],
)  # fmt: skip
def test_an_altered_spec_is_refused(part, name, value):
    parts = json.loads(PRESETS["layer-norm"].spec("shakespeare-plays", 65).to_json())
    parts[part][name] = value
    with pytest.raises(ValueError):
        RunSpec.from_json(json.dumps(parts))


def test_the_learning_rate_warms_up_stays_or_falls_along_a_cosine():
    constant = TrainConfig(learning_rate=0.5)
    assert {constant.learning_rate_at(step) for step in range(0, 1000, 100)} == {0.5}
    schedule = replace(constant, max_steps=110, warmup_steps=10, min_learning_rate=0.1)
    assert schedule.learning_rate_at(0) == pytest.approx(0.5 / 11)
    assert schedule.learning_rate_at(10) == pytest.approx(0.5)
    assert schedule.learning_rate_at(60) == pytest.approx(0.3)  # half way
    assert schedule.learning_rate_at(110) == pytest.approx(0.1)


def test_over_its_last_share_of_the_steps_the_rate_falls_in_a_straight_line():
    config = TrainConfig(max_steps=100, learning_rate=0.8, decay_share=0.4, warmup_steps=3)
    rates = [config.learning_rate_at(step) for step in (0, 2, 3, 60, 70, 80, 99, 100)]
    assert rates == pytest.approx([0.2, 0.6, 0.8, 0.8, 0.6, 0.4, 0.02, 0.0])
    to_a_tenth = replace(config, min_learning_rate=0.08)
    assert [to_a_tenth.learning_rate_at(step) for step in (60, 80, 100)] == pytest.approx([0.8, 0.44, 0.08])
    assert replace(config, decay_share=1.0, warmup_steps=0).learning_rate_at(50) == pytest.approx(0.4)


def test_another_learning_rate_keeps_the_shape_of_the_schedule():
    schedule = TrainConfig(learning_rate=0.5, min_learning_rate=0.05).at(2.0)
    assert (schedule.learning_rate, schedule.min_learning_rate) == (2.0, 0.2)
    assert TrainConfig(learning_rate=0.5).at(2.0).min_learning_rate is None
