"""What the scale race watches: by hand, against the theory lines, and without a trace."""

import math
from dataclasses import replace

import pytest
import torch

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.inside.vitals import gradients, vitals
from tinygpt.models import build
from tinygpt.probes import capture
from tinygpt.tokenizer import LECTURE_CHARS
from tinygpt.training.evaluation import val_windows
from tinygpt.training.presets import PRESETS
from tinygpt.variance import variance_at_the_start

TEXT = Corpus.from_text("to be, or not to be: that is the question.\n" * 40)
V = TEXT.tokenizer.vocab_size
HEAD = replace(PRESETS["one-head"].model, vocab_size=V)


def test_every_head_of_every_layer_has_its_number():
    seen = vitals(build(GPTConfig(V, n_head=2, n_layer=3)), TEXT)
    assert {tuple(field.shape) for field in seen[:-1]} == {(3, 2)}
    assert all(field.isfinite().all() for field in seen[:-1]) and seen.gradient > 0


def test_rows_that_average_are_known_by_hand():
    seen = vitals(build(replace(HEAD, block_size=4, scale="average")), TEXT)
    assert seen.entropy.item() == pytest.approx((math.log(2) + math.log(3) + math.log(4)) / 3)
    assert seen.largest.item() == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)
    assert seen.saturated.item() == seen.scaled.item() == 0
    assert seen.scores.item() > 0  # before the scale
    assert seen.query_gradient.item() == seen.key_gradient.item() == 0  # nothing they do is seen


def test_queries_and_keys_that_are_set_by_hand():
    """x is +1 or -1 in one channel, q = 3x and k = 2x: all scores are 6 or -6, whoever looks."""
    model = build(GPTConfig(2, block_size=8, n_embd=1, n_head=1, n_layer=1, positions="none", layer_norm=False))
    with torch.no_grad():
        model.token_embedding_table.weight.copy_(torch.tensor([[1.0], [-1.0]]))
        model.blocks[0].attention.qkv.weight.copy_(torch.tensor([[3.0], [2.0], [1.0]]))
    corpus = Corpus.from_text("abbabaab" * 1_000)  # as many a as b
    seen = vitals(model, corpus)
    assert seen.query.item() == pytest.approx(9, rel=0.01) and seen.key.item() == pytest.approx(4, rel=0.01)
    assert seen.independent.item() == pytest.approx(36, rel=0.02)
    signs = 1 - 2.0 * val_windows(corpus, 8, 128)[:, :-1]  # (W, T)
    products = [6 * (row[t] * row[s]).item() for row in signs for t in range(8) for s in range(t + 1)]
    assert seen.scores.item() == seen.scaled.item() == pytest.approx(torch.tensor(products).var().item())


def test_the_numbers_are_those_of_the_captured_tensors():
    model = build(GPTConfig(V, n_embd=8, n_head=2, n_layer=2, scale="1/head_size"))
    tensors = capture(model, val_windows(TEXT, 8, 3)[:, :-1])
    seen, name = vitals(model, TEXT, tokens=24), "blocks.1.attention"
    scores, weights = tensors[f"{name}.scores"], tensors[f"{name}.weights"]
    allowed = torch.tensor([scores[w, 1, t, s] for w in range(3) for t in range(8) for s in range(t + 1)])
    assert seen.scores[1, 1].item() == pytest.approx(allowed.var().item(), rel=1e-5)
    assert seen.scaled[1, 1].item() == pytest.approx(allowed.var().item() / 16, rel=1e-5)
    assert seen.query[1, 1].item() == pytest.approx(tensors[f"{name}.query"][:, 1].var().item(), rel=1e-5)
    assert seen.largest[1, 1].item() == pytest.approx(weights[:, 1, 1:].amax(-1).mean().item(), rel=1e-5)


def test_without_a_mask_the_scores_of_the_future_count_too():
    model = build(replace(HEAD, mask=False))
    scores = capture(model, val_windows(TEXT, 8, 4)[:, :-1])["blocks.0.attention.scores"]
    assert vitals(model, TEXT, tokens=32).scores.item() == pytest.approx(scores.var().item(), rel=1e-5)


def test_gradients_are_those_of_backward():
    model = build(GPTConfig(V, n_embd=8, n_head=2, n_layer=1)).eval()
    rows = val_windows(TEXT, 8, 4)
    seen = vitals(model, TEXT, tokens=32)
    model(rows[:, :-1], rows[:, 1:])[1].backward()
    query, key, _ = model.blocks[0].attention.qkv.weight.grad.view(3, 2, 4, 8)  # q, k and v of two heads of four
    assert seen.query_gradient[0].tolist() == pytest.approx([query[h].norm().item() for h in range(2)], rel=1e-5)
    assert seen.key_gradient[0].tolist() == pytest.approx([key[h].norm().item() for h in range(2)], rel=1e-5)
    total = math.sqrt(sum(p.grad.pow(2).sum().item() for p in model.parameters()))
    assert seen.gradient == pytest.approx(total, rel=1e-5)


def test_looking_leaves_no_trace():
    model = build(GPTConfig(V, n_layer=1, dropout=0.5))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    one, two = vitals(model, TEXT), vitals(model, TEXT)
    assert all(torch.equal(a, b) for a, b in zip(one[:-1], two[:-1], strict=True)) and one.gradient == two.gradient
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model.training and all(p.grad is None and p.requires_grad for p in model.parameters())
    assert torch.equal(torch.get_rng_state(), state)


def test_gradients_are_measured_where_gradients_are_off():
    with torch.no_grad():
        assert gradients(build(HEAD), val_windows(TEXT, 8, 2)).keys() == dict(build(HEAD).named_parameters()).keys()


def test_the_theory_lines():
    assert variance_at_the_start(replace(HEAD, fixed_head_size=256)) == pytest.approx(4 / 9 * 256)
    assert variance_at_the_start(replace(HEAD, positions="none")) == pytest.approx(32 / 9)
    assert variance_at_the_start(GPTConfig(n_head=1)) == pytest.approx(32 / 9)  # LayerNorm: x has variance 1


@pytest.mark.parametrize("head_size", [16, 64, 256])
def test_first_weights_keep_to_the_theory(head_size):
    """One model strays by a sixth (its 8 places have 8 fixed vectors); the mean of 12 by less than a tenth."""
    ids = torch.randint(65, (12_000,), generator=torch.Generator().manual_seed(0)).tolist()
    text = Corpus.from_text("".join(LECTURE_CHARS[i] for i in ids), chars=LECTURE_CHARS)
    config = replace(PRESETS["one-head"].model, fixed_head_size=head_size)
    seen = [vitals(build(config, seed=seed), text) for seed in range(12)]
    expected = variance_at_the_start(config)
    assert sum(one.scores.item() for one in seen) / 12 == pytest.approx(expected, rel=0.1)
    assert sum(one.independent.item() for one in seen) / 12 == pytest.approx(expected, rel=0.1)
    assert sum(one.scaled.item() for one in seen) / 12 == pytest.approx(4 / 9, rel=0.1)
