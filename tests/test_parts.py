"""Who owns the learned numbers of a model?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig
from tinygpt.models import count_parameters, parts
from tinygpt.training.presets import PRESETS

configs = st.builds(
    GPTConfig, vocab_size=st.integers(1, 20), block_size=st.integers(1, 8), n_embd=st.sampled_from([4, 8]),
    n_head=st.sampled_from([1, 2, 4]), n_layer=st.integers(1, 3), positions=st.sampled_from(["learned", "none"]),
    projection=st.booleans(), feed_forward=st.sampled_from([0, 1, 4]), residual=st.booleans(), layer_norm=st.booleans(),
)  # fmt: skip


@settings(max_examples=40)
@given(configs | st.builds(BigramConfig, vocab_size=st.integers(1, 90)))
def test_the_parts_add_up_to_the_whole_model(config):
    assert sum(parts(config).values()) == count_parameters(config)


def test_the_one_head_can_be_counted_by_hand():
    assert parts(PRESETS["one-head"].model) == {
        "token embedding": 65 * 32,
        "positions": 8 * 32,
        "query, key, value": 3 * 32 * 32,
        "projection": 0,
        "feed-forward": 0,
        "LayerNorm": 0,
        "output layer": 32 * 65 + 65,
    }


def test_most_numbers_of_a_gpt_are_in_its_feed_forward_layers():
    assert parts(PRESETS["layer-norm"].model) == {
        "token embedding": 2_080,
        "positions": 256,
        "query, key, value": 9_216,
        "projection": 3_168,
        "feed-forward": 25_056,  # 59 % of 42,369
        "LayerNorm": 448,
        "output layer": 2_145,
    }


def test_a_skip_costs_nothing_and_four_heads_cost_as_much_as_one():
    one = parts(PRESETS["one-head"].model)
    assert parts(PRESETS["one-head-skip"].model) == one == parts(PRESETS["four-heads"].model)


@pytest.mark.parametrize(
    ("switched_off", "part"),
    [({"positions": "none"}, "positions"), ({"projection": False}, "projection"),
     ({"feed_forward": 0}, "feed-forward"), ({"layer_norm": False}, "LayerNorm")],
)  # fmt: skip
def test_a_part_that_is_switched_off_owns_nothing(switched_off, part):
    assert parts(GPTConfig(**switched_off))[part] == 0 < parts(GPTConfig())[part]


def test_a_bigram_is_one_table():
    assert {part: n for part, n in parts(BigramConfig()).items() if n} == {"token embedding": 65 * 65}
