"""The hand-written pass is autograd's: loss and gradients of every switch and odd sizes, and a run of many steps."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.every_setting import TEXT, each_value
from tests.shares import with_shares
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.randomness import let_draw_from
from tinygpt.training.by_hand.step import pass_of
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

SWITCHED = [
    pytest.param(spec.model, setting.name, id=case.id)
    for case in each_value()
    for spec, setting, _ in [case.values]
    if setting.name in GPTConfig.__slots__ and isinstance(spec.model, GPTConfig)
]
OPERATED = ["0.1 cut, 1.0 flat", "0 attention, 1 feed-forward", "0 feed-forward, 1 attention, 0.0 cut"]
SMALL = GPTConfig(17, block_size=6, n_embd=12, n_head=3, n_layer=2)


def both(config, *, B=3, T=None, dtype=torch.float64, seed=1):
    """Loss and gradients of a batch, by autograd and by hand: with the same weights and the same dice for dropout."""
    dice = torch.Generator().manual_seed(seed)
    T = T or config.block_size
    idx, targets = torch.randint(config.vocab_size, (2, B, T), generator=dice)
    model = with_shares(build(config, seed=seed).to(dtype).train())
    let_draw_from(model, dice)
    before = dice.get_state()
    _, loss = model(idx, targets)
    loss.backward()
    wanted = {name: p.grad for name, p in model.named_parameters()}
    dice.set_state(before)
    model.zero_grad()
    found = pass_of(model)(idx, targets)
    return (loss.detach(), wanted), (found, {name: p.grad for name, p in model.named_parameters()})


def same(config, *, precise, **how):
    """Hold them against each other; `precise` is the largest difference, as a share of the largest number."""
    (loss, wanted), (found, gradients) = both(config, **how)
    assert abs(found - loss) <= precise * abs(loss)
    for name, gradient in wanted.items():
        if gradient is None:  # a part that is switched off is no part of the pass, for either of them
            assert gradients[name] is None, name
        else:
            largest = gradient.abs().max()
            assert (gradients[name] - gradient).abs().max() <= precise * largest.clamp(min=1e-3), name


@pytest.mark.parametrize(("config", "name"), SWITCHED)
@pytest.mark.parametrize(("dtype", "precise"), [(torch.float64, 1e-10), (torch.float32, 1e-5)], ids=["64", "32"])
def test_every_switch_has_the_gradients_of_autograd(config, name, dtype, precise):
    same(config, dtype=dtype, precise=precise)


@pytest.mark.parametrize(("config", "name"), SWITCHED)
def test_every_switch_has_them_whoever_multiplies(all_by_onednn, config, name):
    same(config, dtype=torch.float32, precise=1e-5)
    layers = [name for name, layer in build(config).named_modules() if isinstance(layer, torch.nn.Linear)]
    apart = sum(name.endswith(".qkv") for name in layers)  # queries, keys and values are made apart, on the way there
    assert len(all_by_onednn) == 3 * len(layers) + 2 * apart, "there, back, and to the weights"


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("surgery", OPERATED)
def test_what_is_switched_off_gets_no_gradient_and_the_others_theirs(surgery, dropout):
    same(replace(SMALL, surgery=surgery, dropout=dropout), precise=1e-10)


@given(
    st.integers(1, 5), st.integers(1, 7), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(2, 70),
    st.booleans(), st.sampled_from(["relu", "gelu", "relu2"]), st.sampled_from([0, 1, 2, 4]),
    st.sampled_from([0.0, 0.2]), st.sampled_from(["learned", "none", "rotary"]), st.booleans(), st.booleans(),
    st.booleans(), st.booleans(), st.sampled_from(["torch", "gpt2"]), st.booleans(),
)  # fmt: skip
def test_odd_sizes_have_them_as_well(
    B, T, n_head, head_size, n_layer, V, layer_norm, activation, wide, dropout, positions, qk_norm, projection,
    residual, mask, init, token_shift,
):  # fmt: skip
    config = GPTConfig(
        V, block_size=T, n_embd=n_head * head_size, n_head=n_head, n_layer=n_layer, layer_norm=layer_norm,
        activation=activation, feed_forward=wide, dropout=dropout, positions=positions, qk_norm=qk_norm,
        projection=projection, residual=residual, mask=mask, init=init, token_shift=token_shift,
    )  # fmt: skip
    same(config, B=B, precise=1e-10)


def test_heads_of_one_channel_draw_their_dropout_in_the_model_s_order():
    """What joins them is then a view with its numbers in another order in memory."""
    same(GPTConfig(5, block_size=4, n_embd=3, n_head=3, n_layer=1, projection=False, dropout=0.4), precise=1e-10)


@pytest.mark.parametrize("mistake", [{"mask": False}, {"softmax_dim": -2}, {"scale": "average"}], ids=str)
@pytest.mark.parametrize("surgery", ["", OPERATED[0]])
def test_turned_queries_and_keys_have_them_under_every_rule(mistake, surgery):
    model = replace(SMALL, positions="rotary", qk_norm=True, activation="relu2", surgery=surgery)
    same(replace(model, **mistake), precise=1e-10)


def test_fewer_characters_than_block_size_leave_the_other_places_alone():
    same(SMALL, T=4, precise=1e-10)


@pytest.mark.parametrize("V", [1, 2, 65])
def test_the_bigram_has_them_too(V):
    same(BigramConfig(V, block_size=5), precise=1e-10)


def test_gradients_are_set_anew_by_every_pass():
    model = build(SMALL)
    idx, targets = torch.randint(17, (2, 3, 6), generator=torch.Generator().manual_seed(3))
    there_and_back = pass_of(model)
    there_and_back(idx, targets)
    once = {name: p.grad.clone() for name, p in model.named_parameters()}
    there_and_back(idx, targets)
    assert all(torch.equal(p.grad, once[name]) for name, p in model.named_parameters())


@pytest.mark.slow
@pytest.mark.parametrize("config", [GPTConfig(n_embd=16, n_head=2, n_layer=2), BigramConfig()], ids=["gpt", "bigram"])
def test_five_hundred_steps_end_within_the_noise_of_rounding(config):
    """Beside a run whose first weights differ in their last bits: by hand is no farther from autograd than that."""
    corpus = Corpus.from_text(TEXT)
    spec = RunSpec(replace(config, vocab_size=corpus.tokenizer.vocab_size), TrainConfig(max_steps=500, batch_size=8))
    ends = {way: trained(spec, corpus, way) for way in ("by hand", "autograd", "moved")}
    noise = abs(ends["moved"] - ends["autograd"])
    assert abs(ends["by hand"] - ends["autograd"]) <= max(10 * noise, 1e-3)


def trained(spec, corpus, way):
    """The val loss at the end; "moved" is autograd from weights that differ by a rounding."""
    state = start(spec, corpus)
    if way == "moved":
        state.flat.weights.mul_(1 + 2**-23)
    if way != "by hand":

        def there_and_back(x, y):
            _, loss = state.model(x, y)
            loss.backward()
            return loss.detach()

        def anew(x, y):
            state.flat.gradients.zero_()
            return there_and_back(x, y)

        state.flat.give_gradients()
        state.there_and_back = anew
    while not state.ended:
        points = advance(state, corpus)
    return points[-1].val
