"""What a single step says of itself, with numbers a student can verify."""

import math
from dataclasses import replace

import pytest
import torch

from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.run_state import dumps
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.training.account import account_of_step, matrices, moved_most
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

CORPUS = Corpus.from_text("the quick brown fox jumps over the lazy dog. " * 40)
V = CORPUS.tokenizer.vocab_size
SMALL = GPTConfig(V, n_embd=16, n_head=2, n_layer=2)


def test_one_step_of_a_table_of_four_numbers_by_hand():
    """After "a" always comes "b": all scores 0, so p = 1/2, the gradient of that row is (1/2, -1/2)."""
    corpus = Corpus.from_text("ab" * 50)
    config = TrainConfig(max_steps=5, batch_size=1, learning_rate=2.0, optimizer="sgd", weight_decay=0.0)
    state = start(RunSpec(BigramConfig(2, block_size=1), config), corpus)
    with torch.no_grad():
        state.model.token_embedding_table.weight.copy_(torch.tensor([[0.0, 0.0], [0.0, 0.0]]) + 1)
    points, account = account_of_step(state, corpus)
    assert account.first in ("ab", "ba")
    assert (account.step, account.windows, account.learning_rate) == (1, 1, 2.0)
    assert account.before == pytest.approx(math.log(2)) == points[0].loss
    assert account.gradient == pytest.approx(math.sqrt(1 / 2))
    # the right score rises by 2 * 1/2 = 1, the wrong one falls by 1: p = e / (e + 1/e)
    assert account.after == pytest.approx(math.log(1 + math.exp(-2)))
    assert account.moved == "token_embedding_table"
    assert account.change == pytest.approx(math.sqrt(2))  # two numbers by 1 each ...
    assert account.share == pytest.approx(math.sqrt(2) / 2)  # ... of four ones, whose length is 2


@pytest.mark.parametrize(
    "model", [BigramConfig(V), SMALL, replace(SMALL, dropout=0.3)], ids=["bigram", "gpt", "dropout"]
)
@pytest.mark.parametrize("changes", [{}, {"grad_clip": 0.1}, {"optimizer": "sgd", "same_batches": True}], ids=str)
def test_steps_that_are_looked_at_are_the_same_steps_to_the_bit(model, changes):
    spec = RunSpec(model, replace(TrainConfig(max_steps=9, batch_size=4, eval_interval=2), **changes))
    alone, seen = start(spec, CORPUS), start(spec, CORPUS)
    points = advance(alone, CORPUS, steps=6)
    looked = [account_of_step(seen, CORPUS) for _ in range(6)]
    assert dumps(seen) == dumps(alone)
    assert [point.loss for new, _ in looked for point in new] == [point.loss for point in points]
    for account, point in zip([account for _, account in looked], points, strict=True):
        assert account.step == point.step + 1
        if not getattr(model, "dropout", 0):
            assert account.before == pytest.approx(point.loss, rel=1e-6)


def test_the_gradient_is_told_before_it_is_clipped_and_is_that_of_the_batch():
    config = TrainConfig(max_steps=3, batch_size=4, grad_clip=1e-3)
    state, twin = start(RunSpec(SMALL, config), CORPUS), start(RunSpec(SMALL, config), CORPUS)
    x, y = CORPUS.batch("train", 4, SMALL.block_size, twin.batches)
    twin.model(x, y)[1].backward()
    squares = sum(float((parameter.grad**2).sum()) for parameter in twin.model.parameters())
    _, account = account_of_step(state, CORPUS)
    assert account.gradient == pytest.approx(math.sqrt(squares), rel=1e-5)
    assert account.gradient > 100 * config.grad_clip
    assert account.first == CORPUS.tokenizer.decode([*x[0].tolist(), int(y[0, -1])])
    assert account.windows == 4


def test_a_matrix_that_is_moved_is_found_and_a_head_has_its_own_three():
    state = start(RunSpec(SMALL, TrainConfig(max_steps=3)), CORPUS)
    hs = SMALL.head_size
    with torch.no_grad():
        weight = state.model.blocks[
            1
        ].attention.qkv.weight  # (3 * n_head * hs, C): query, key, value, each of two heads
        rows = slice(3 * hs, 4 * hs)  # key of the second head
        length = float(weight[rows].norm())
        weight[rows] *= 1.5
        state.model.blocks[0].feed_forward.expand.bias += 10  # a bias is none of the matrices
    name, change, share = moved_most(state.model, state.previous)
    assert (name, share) == ("blocks.1.attention.key.1", pytest.approx(0.5, rel=1e-5))
    assert change == pytest.approx(length / 2, rel=1e-5)


def test_the_parts_of_a_joined_matrix_are_those_that_the_model_multiplies_with():
    state = start(RunSpec(SMALL, TrainConfig(max_steps=3)), CORPUS)
    attention = state.model.blocks[0].attention
    seen = {}
    for name in ("query", "key", "value"):
        getattr(attention, name).register_forward_hook(lambda _m, _i, out, name=name: seen.__setitem__(name, out))
    x = torch.randn(1, 5, SMALL.n_embd, generator=torch.Generator().manual_seed(1))
    attention(x)
    parts = dict(matrices(state.model, "blocks.0.attention.qkv.weight", attention.qkv.weight))
    assert len(parts) == 6
    for name, made in seen.items():
        for head in range(2):
            torch.testing.assert_close(x @ parts[f"blocks.0.attention.{name}.{head}"].T, made[:, head])


def test_a_step_that_diverges_has_no_account():
    state = start(RunSpec(SMALL, TrainConfig(max_steps=50, learning_rate=1e18)), CORPUS)
    while not state.ended:
        _, account = account_of_step(state, CORPUS)
    assert (state.ended, account) == ("diverged", None)
