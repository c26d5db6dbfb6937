"""What tinygpt's speed is compared with computes what tinygpt computes."""

from functools import partial

import pytest
import torch

from benchmarks.lecture import get_batch, in_the_lecture_s_style, stepping
from tests.every_setting import TEXT
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

CORPUS = Corpus.from_text(TEXT)
V = CORPUS.tokenizer.vocab_size


@pytest.mark.parametrize(
    "config", [BigramConfig(V), GPTConfig(V, n_head=1, n_layer=1), GPTConfig(V, n_embd=16, n_layer=2)], ids=str
)
def test_a_hundred_steps_from_the_same_weights_and_batches_have_the_same_losses(config):
    """The lecture's AdamW lets every parameter decay, so here none does."""
    spec = RunSpec(config, TrainConfig(max_steps=100, batch_size=8, eval_interval=1_000, weight_decay=0.0))
    state, batches = start(spec, CORPUS), []
    theirs = in_the_lecture_s_style(state.model)
    points = advance(state, CORPUS, steps=100, witness=lambda x, y: batches.append((x, y)))
    step = stepping(theirs, partial(next, iter(batches)), weight_decay=0.0)
    losses = [step() for _ in batches]
    assert len(batches) == 100
    assert [point.loss for point in points[:100]] == pytest.approx(losses, rel=1e-5)


def test_a_batch_has_what_follows_beside_what_came():
    x, y = get_batch(torch.arange(50), 4, 6)
    assert x.shape == y.shape == (4, 6) and torch.equal(x + 1, y)


def test_the_lecture_s_style_has_as_many_numbers():
    model = build(GPTConfig(V))
    theirs = in_the_lecture_s_style(model)
    assert sum(p.numel() for p in theirs.parameters()) == sum(p.numel() for p in model.parameters())
