"""Who sees the answer: the rule over the switches says of every model what a changed character shows."""

from itertools import product

import pytest
import torch

from tinygpt.bigram import BigramConfig
from tinygpt.gpt import SCALES, GPTConfig
from tinygpt.models import build, leak
from tinygpt.training.presets import PRESETS

T, CHANGED = 6, 4
SWITCHES = {
    "mask": (True, False), "softmax_dim": (-1, -2), "scale": SCALES, "positions": ("learned", "none"),
    "residual": (True, False), "n_layer": (1, 2),
}  # fmt: skip


@pytest.mark.parametrize("values", list(product(*SWITCHES.values())), ids=str)
def test_a_model_leaks_where_a_later_character_changes_what_came_before(values):
    """The character at 4 is the one that position 3 has to guess."""
    switches = dict(zip(SWITCHES, values, strict=True))
    config = GPTConfig(vocab_size=9, block_size=T, n_embd=8, n_head=2, **switches)
    model, idx = build(config), torch.arange(T)[None]
    other = idx.clone()
    other[0, CHANGED] = 8
    with torch.no_grad():
        before, after = (model(x)[0][0, :CHANGED] for x in (idx, other))  # (CHANGED, V)
    assert bool(leak(config)) == (not torch.allclose(before, after, atol=1e-7))


def test_which_switch_it_is():
    assert leak(GPTConfig(mask=False)) == "no mask" == leak(GPTConfig(mask=False, softmax_dim=-2))
    assert leak(GPTConfig(softmax_dim=-2)) == "wrong axis"
    assert {leak(preset.model) for preset in PRESETS.values()} == {""}


def test_where_nothing_follows_nothing_can_be_seen():
    assert leak(GPTConfig(block_size=1, mask=False)) == "" == leak(BigramConfig())
    assert leak(GPTConfig(block_size=2, mask=False)) == "no mask"
