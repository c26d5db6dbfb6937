"""The GPT and its switches."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt.checkpoint.model_file import model_bytes
from tinygpt.gpt import SCALES, GPTConfig, TokenShift
from tinygpt.models import build, config_from, count_parameters
from tinygpt.probes import capture
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.presets import PRESETS

SMALL = GPTConfig(vocab_size=11, block_size=8, n_embd=8, n_head=2, n_layer=2)
configs = st.builds(
    GPTConfig, vocab_size=st.integers(1, 20), block_size=st.integers(1, 8), n_embd=st.sampled_from([4, 8]),
    n_head=st.sampled_from([1, 2, 4]), n_layer=st.integers(1, 2), projection=st.booleans(), residual=st.booleans(),
    positions=st.sampled_from(["learned", "none", "rotary"]), feed_forward=st.sampled_from([0, 1, 4]),
    layer_norm=st.booleans(), scale=st.sampled_from(SCALES), init=st.sampled_from(["torch", "gpt2"]),
    activation=st.sampled_from(["relu", "gelu", "relu2"]), qk_norm=st.booleans(),
    token_shift=st.booleans(),
)  # fmt: skip


def ids(config, *, B=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(config.vocab_size, (B, config.block_size), generator=generator)


@settings(max_examples=40, deadline=None)
@given(configs)
def test_any_mixture_of_parts_gives_scores_for_every_place(config):
    idx = ids(config)
    logits, loss = build(config)(idx, idx)
    assert logits.shape == (2, config.block_size, config.vocab_size)
    assert loss.isfinite()


@settings(max_examples=40, deadline=None)
@given(configs, st.integers(0, 7))
def test_the_future_does_not_leak(config, t):
    t = min(t, config.block_size - 1)
    idx = ids(config)
    other = idx.clone()
    other[:, t] = (other[:, t] + 1) % config.vocab_size
    model = build(config)
    torch.testing.assert_close(model(idx)[0][:, :t], model(other)[0][:, :t])


@pytest.mark.parametrize("mistake", [{"mask": False}, {"softmax_dim": -2}])
def test_two_mistakes_do_let_the_future_leak(mistake):
    model, idx = build(replace(SMALL, **mistake)), ids(SMALL)
    other = idx.clone()
    other[:, -1] = (other[:, -1] + 1) % SMALL.vocab_size
    assert not torch.allclose(model(idx)[0][:, :-1], model(other)[0][:, :-1])


@pytest.mark.parametrize(
    ("rung", "parameters"),
    [
        ("bigram", 4_225),
        ("one-head", 7_553),
        ("four-heads", 7_553),
        ("feed-forward", 8_609),
        ("blocks", 41_921),
        ("layer-norm", 42_369),
    ],
)
def test_each_rung_of_the_ladder_has_the_lecture_s_parameters(rung, parameters):
    assert count_parameters(PRESETS[rung].model) == parameters


def test_an_untrained_model_costs_ln_65():
    config = PRESETS["nanogpt-cpu"].model
    idx = ids(config, B=8)
    loss = build(config)(idx, idx.roll(-1, dims=1))[1]
    assert loss.item() == pytest.approx(math.log(65), abs=0.05)


def test_without_positions_the_order_of_the_past_does_not_matter():
    """Attention has no notion of space: the last place sees a set."""
    idx = torch.tensor([[1, 2, 3, 4]])
    shuffled = torch.tensor([[3, 1, 2, 4]])
    blind = build(GPTConfig(vocab_size=11, n_layer=1, positions="none"))
    torch.testing.assert_close(blind(idx)[0][:, -1], blind(shuffled)[0][:, -1])
    seeing = build(GPTConfig(vocab_size=11, n_layer=1))
    assert not torch.allclose(seeing(idx)[0][:, -1], seeing(shuffled)[0][:, -1])


def test_batches_do_not_talk_to_each_other():
    model, idx = build(SMALL), ids(SMALL, B=3)
    torch.testing.assert_close(model(idx)[0][1], model(idx[1:2])[0][0])


@pytest.mark.parametrize(
    ("scale", "factor"),
    [("1/sqrt(head_size)", 1 / 4), ("none", 1), ("1/sqrt(n_embd)", 1 / 8), ("1/head_size", 1 / 16), ("average", 0)],
)
def test_the_scales_of_64_channels_and_4_heads(scale, factor):
    assert GPTConfig(n_embd=64, n_head=4, scale=scale).scale_factor == pytest.approx(factor)


@pytest.mark.parametrize(
    "nonsense", [{"n_embd": 30}, {"n_layer": 0}, {"n_head": 0}, {"dropout": 1.0}, {"scale": "2"}, {"block_size": 0},
                 {"positions": "sinus"}, {"feed_forward": -1}, {"softmax_dim": 1}, {"init": "zeros"}],
)  # fmt: skip
def test_nonsense_is_refused_in_words(nonsense):
    with pytest.raises(ValueError, match=next(iter(nonsense))):
        GPTConfig(**nonsense)


def test_a_context_that_is_too_long_is_refused_in_words():
    with pytest.raises(ValueError, match="9 characters do not fit into block_size = 8"):
        build(SMALL)(torch.zeros((1, 9), dtype=torch.long))


def test_dropout_draws_from_the_run_s_generator_and_is_off_while_looking():
    config, idx = replace(SMALL, dropout=0.5), ids(SMALL)

    def twice():
        model = build(config, seed=3)
        return model(idx)[0], model(idx)[0], model.eval()(idx)[0], model.eval()(idx)[0]

    first, second = twice(), twice()
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert not torch.equal(first[0], first[1])
    assert torch.equal(first[2], first[3])


def test_dropout_keeps_the_mean():
    from tinygpt.randomness import Dropout

    dropout = Dropout(0.2)
    dropout.generator = torch.Generator().manual_seed(0)
    dropped = dropout(torch.ones(10_000))
    assert dropped.unique().tolist() == [0.0, 1.25]
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.02)


def test_building_a_model_does_not_touch_the_shared_generator():
    before = torch.random.get_rng_state()
    build(SMALL)
    assert torch.equal(before, torch.random.get_rng_state())


BARE = {"vocab_size": 11, "n_layer": 1, "projection": False, "feed_forward": 0, "residual": False, "layer_norm": False}


@pytest.mark.parametrize("hs", [1, 4, 64])
def test_a_head_may_have_a_size_of_its_own(hs):
    config = GPTConfig(**BARE, n_embd=8, n_head=2, fixed_head_size=hs)
    model, idx = build(config), ids(config)
    assert (config.head_size, config.channels_out, config.scale_factor) == (hs, 2 * hs, hs**-0.5)
    assert model.blocks[0].attention.qkv.weight.shape == (3 * 2 * hs, 8)
    assert model.lm_head.weight.shape == (11, 2 * hs)
    assert model(idx)[0].shape == (2, 8, 11)


def test_a_fixed_head_size_of_the_usual_size_changes_nothing():
    usual, fixed = build(SMALL), build(replace(SMALL, fixed_head_size=4))
    assert torch.equal(usual(ids(SMALL))[0], fixed(ids(SMALL))[0])


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3), st.integers(1, 9), st.booleans(), st.sampled_from([0, 1, 4]), st.booleans())
def test_a_projection_brings_heads_of_any_size_back_to_n_embd(n_head, hs, residual, feed_forward, layer_norm):
    config = replace(
        SMALL, n_head=n_head, fixed_head_size=hs, residual=residual, feed_forward=feed_forward, layer_norm=layer_norm
    )
    assert build(config)(ids(config))[0].shape == (2, 8, 11)


@pytest.mark.parametrize("follows", [{"residual": True}, {"feed_forward": 1}, {"n_layer": 2}])
def test_heads_of_another_width_without_a_projection_must_stand_alone(follows):
    with pytest.raises(ValueError, match=r"n_head \* fixed_head_size = 16 is not n_embd = 8.*add the projection"):
        GPTConfig(**(BARE | follows), n_embd=8, n_head=1, fixed_head_size=16)
    assert GPTConfig(**(BARE | follows), n_embd=8, n_head=1, fixed_head_size=8).channels_out == 8


@pytest.mark.parametrize("nonsense", [0, -1, 2.5, float("nan"), 2_049])
def test_a_head_size_that_is_none_is_refused_in_words(nonsense):
    with pytest.raises(ValueError, match="fixed_head_size must be a whole number"):
        GPTConfig(**BARE, n_head=1, fixed_head_size=nonsense)


def test_the_scale_average_makes_every_row_the_plain_average_of_its_past():
    config = replace(SMALL, scale="average")
    weights = capture(build(config), ids(config))["blocks.1.attention.weights"]  # (B, n_head, T, T)
    means = torch.ones(8, 8).tril() / torch.arange(1, 9)[:, None]
    torch.testing.assert_close(weights, means.expand(2, 2, 8, 8))


def test_queries_keys_and_values_can_be_looked_at():
    model, idx = build(SMALL), ids(SMALL)
    seen = capture(model, idx)
    q, k, v = (seen[f"blocks.0.attention.{name}"] for name in ("query", "key", "value"))
    assert q.shape == k.shape == v.shape == (2, 2, 8, 4)  # (B, n_head, T, hs)
    torch.testing.assert_close(seen["blocks.0.attention.scores"], q @ k.mT)
    x = model.blocks[0].norm1(model.embed(idx))
    whole = torch.cat([part.transpose(1, 2).flatten(2) for part in (q, k, v)], dim=-1)  # each (B, T, C)
    torch.testing.assert_close(whole, model.blocks[0].attention.qkv(x).detach())


def test_a_description_from_before_the_field_still_reads():
    old = {"family": "gpt", "vocab_size": 11, "n_embd": 8, "n_head": 2}
    assert config_from(old) == GPTConfig(vocab_size=11, n_embd=8, n_head=2)
    with pytest.raises(ValueError, match="fixed_head_size"):
        config_from(old | {"fixed_head_size": 2.5})


def test_relu_cuts_what_is_negative_and_gelu_lets_a_little_through():
    relu, gelu = (build(replace(SMALL, activation=name)) for name in ("relu", "gelu"))
    for a, b in zip(relu.parameters(), gelu.parameters(), strict=True):
        assert torch.equal(a, b), "the same first weights"
    assert not torch.allclose(relu(ids(SMALL))[0], gelu(ids(SMALL))[0])
    bent = [model.blocks[0].feed_forward.activation(torch.tensor([-1.0, 1.0])) for model in (relu, gelu)]
    assert bent[0].tolist() == [0.0, 1.0]
    torch.testing.assert_close(bent[1], torch.tensor([-0.15866, 0.84134]))  # x times the share of a normal below x


def test_a_model_from_before_there_was_a_choice_has_relu():
    assert config_from({"family": "gpt", "vocab_size": 11, "n_embd": 8, "n_head": 2}).activation == "relu"
    assert b"activation" not in model_bytes(build(SMALL), CharTokenizer("abcdefghijk"))


def test_relu2_is_relu_squared():
    relu, squared = (build(replace(SMALL, activation=name)).blocks[0].feed_forward for name in ("relu", "relu2"))
    x = torch.tensor([-2.0, 0.0, 3.0])
    assert squared.activation(x).tolist() == relu.activation(x).square().tolist() == [0, 0, 9]


def test_rotary_positions_know_the_order_of_the_past_without_a_table():
    config = replace(SMALL, n_layer=1, positions="rotary")
    assert count_parameters(config) == count_parameters(replace(config, positions="none"))
    idx, shuffled = torch.tensor([[1, 2, 3, 4]]), torch.tensor([[3, 1, 2, 4]])
    model = build(config)
    assert not torch.allclose(model(idx)[0][:, -1], model(shuffled)[0][:, -1])


def test_with_qk_norm_longer_queries_and_keys_change_nothing():
    plain, normed = (build(replace(SMALL, qk_norm=on)) for on in (False, True))
    idx = ids(SMALL)
    before = [model(idx)[0] for model in (plain, normed)]
    with torch.no_grad():
        for model in (plain, normed):
            model.blocks[0].attention.qkv.weight[:16] *= 7  # queries and keys, (8, 8) each; values stay
    assert not torch.allclose(plain(idx)[0], before[0], atol=1e-3)
    torch.testing.assert_close(normed(idx)[0], before[1], atol=1e-4, rtol=1e-3)
    seen = capture(normed, idx)["blocks.1.attention.query"]
    torch.testing.assert_close(seen.square().mean(-1), torch.ones(2, 2, 8), atol=1e-4, rtol=0)


def test_what_a_token_brings_of_the_one_before_it_by_hand():
    shift, x = TokenShift(2), torch.tensor([[[1.0, 2], [3, 4], [5, 6]]])  # (B, T, C)
    assert not shift(x).any(), "at first nobody brings anything"
    with torch.no_grad():
        shift.share.copy_(torch.tensor([0.5, 10]))
    assert shift(x).tolist() == [[[0, 0], [0.5, 20], [1.5, 40]]]
    assert shift(x, before=torch.tensor([[[8.0, 1]]])).tolist() == [[[4, 10], [0.5, 20], [1.5, 40]]]


def test_a_token_shift_tells_the_order_of_the_past_without_positions_and_nothing_of_the_future():
    model, idx = build(replace(SMALL, n_layer=1, positions="none", token_shift=True)), ids(SMALL)
    with torch.no_grad():
        model.token_embedding_shift.share.fill_(0.7)
    swapped, other = idx.clone(), idx.clone()
    swapped[:, [0, 1]], other[:, 5] = idx[:, [1, 0]], (idx[:, 5] + 1) % SMALL.vocab_size
    assert not torch.allclose(model(idx)[0][:, -1], model(swapped)[0][:, -1])
    torch.testing.assert_close(model(idx)[0][:, :5], model(other)[0][:, :5])


def test_a_token_shift_is_a_number_for_each_channel_and_changes_nothing_at_first():
    config = replace(SMALL, token_shift=True)
    assert count_parameters(config) == count_parameters(SMALL) + SMALL.n_embd
    assert torch.equal(build(config)(ids(SMALL))[0], build(SMALL)(ids(SMALL))[0])
