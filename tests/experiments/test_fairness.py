"""Equal chances: as many parameters, as many operations, the same start."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.experiments.fairness import (
    is_short,
    run_operations,
    same_operations,
    same_parameters,
    same_start,
    with_steps,
)
from tinygpt.gpt import GPTConfig
from tinygpt.models import build, count_parameters
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.work import operations

SPEC = RunSpec(GPTConfig(), TrainConfig(same_batches=True), "markov")


def test_one_head_as_large_as_the_whole_gpt():
    one = same_parameters(PRESETS["one-head"].model, 42_369)
    assert one.n_embd == 98 and count_parameters(one) == 42_401  # 3 C^2 + 138 C + 65
    assert same_parameters(PRESETS["one-head"].model, 7_553) == PRESETS["one-head"].model


def test_a_table_of_pairs_cannot_grow():
    assert same_parameters(BigramConfig(), 42_369) == BigramConfig()


@given(st.sampled_from(["one-head", "four-heads", "feed-forward", "layer-norm"]), st.integers(500, 200_000))
def test_no_other_width_is_nearer(name, target):
    found = same_parameters(PRESETS[name].model, target)
    distance = abs(count_parameters(found) - target)
    for n_embd in (found.n_embd - found.n_head, found.n_embd + found.n_head):
        assert n_embd < 1 or abs(count_parameters(replace(found, n_embd=n_embd)) - target) >= distance
    assert replace(found, n_embd=32) == PRESETS[name].model


def test_a_model_that_costs_half_gets_twice_the_steps():
    half = replace(SPEC, train=replace(SPEC.train, batch_size=16))
    assert operations(SPEC.model, 32) == 2 * operations(SPEC.model, 16)
    assert same_operations(half, run_operations(SPEC), 20_000).train.max_steps == 2_000
    capped = same_operations(half, run_operations(SPEC), 1_500)
    assert capped.train.max_steps == 1_500 and is_short(capped, run_operations(SPEC))
    assert not is_short(same_operations(half, run_operations(SPEC), 20_000), run_operations(SPEC))


def test_other_steps_keep_the_looks_and_the_share_of_the_warm_up():
    shorter = with_steps(PRESETS["nanogpt-cpu"].spec("markov", 8), 200).train
    assert (shorter.max_steps, shorter.eval_interval, shorter.warmup_steps) == (200, 10, 10)
    assert with_steps(SPEC, 5).train.eval_interval == 1


@given(st.integers(30, 20_000), st.integers(2, 30))
def test_there_are_about_as_many_looks_as_wanted(steps, looks):
    interval = with_steps(SPEC, steps, looks).train.eval_interval
    assert looks / 2 <= -(-steps // interval) <= looks


def changed(**model: object) -> RunSpec:
    return replace(SPEC, model=replace(SPEC.model, **model))


@pytest.mark.parametrize(
    "parts",
    [{"scale": "none"}, {"residual": False}, {"layer_norm": False}, {"dropout": 0.1}, {"token_shift": True},
     {"qk_norm": True}, {"activation": "relu2"}],
)  # fmt: skip
def test_a_knob_that_draws_nothing_keeps_the_start(parts):
    assert same_start(SPEC, changed(**parts))
    first, other = build(SPEC.model, seed=1), build(changed(**parts).model, seed=1)
    ours = dict(first.named_parameters())
    assert all(ours[name].equal(weight) for name, weight in other.named_parameters() if name in ours), (
        "the weights are equal indeed"
    )


@pytest.mark.parametrize(
    "parts", [{"n_embd": 64}, {"n_layer": 2}, {"positions": "none"}, {"block_size": 16}, {"n_head": 2}]
)
def test_other_sizes_have_another_start(parts):
    assert not same_start(SPEC, changed(**parts))


def test_a_start_is_the_same_only_with_the_same_batches():
    assert same_start(SPEC, replace(SPEC, train=replace(SPEC.train, learning_rate=0.1, max_steps=9, seed=4)))
    assert not same_start(SPEC, replace(SPEC, train=replace(SPEC.train, batch_size=16)))
    assert not same_start(SPEC, replace(SPEC, corpus="look-back"))
    assert not same_start(SPEC, replace(SPEC, train=replace(SPEC.train, same_batches=False)))
