"""Hidden units on held-out text: one that knows a single character is on there, and nowhere else."""

import pytest
import torch

from tinygpt.corpus import Corpus, load_corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.units import units_of
from tinygpt.lessons.measured import GPT, loaded
from tinygpt.models import build
from tinygpt.probes import capture, entering
from tinygpt.training.evaluation import val_windows

TEXT = Corpus.from_text("the quick brown fox jumps over the lazy dog. " * 60)
V = TEXT.tokenizer.vocab_size


def one_hot() -> GPTLanguageModel:
    """A model whose stream is the character alone; unit n of its hidden layer is its place in the alphabet, minus n."""
    model = build(GPTConfig(V, n_embd=V, n_head=1, n_layer=1, positions="none", layer_norm=False, feed_forward=1))
    assert isinstance(model, GPTLanguageModel)
    block = model.blocks[0]
    with torch.no_grad():
        model.token_embedding_table.weight.copy_(torch.eye(V))
        block.attention.projection.weight.zero_(), block.attention.projection.bias.zero_()
        block.feed_forward.expand.weight.copy_(torch.arange(V).float() - torch.arange(V)[:, None])
        block.feed_forward.expand.bias.zero_()
    return model


def test_a_unit_for_one_character_is_on_where_it_stands():
    units, last = units_of(one_hot(), TEXT, block=0, count=5, tokens=10_000), TEXT.tokenizer.chars[-1]
    seen = TEXT.val[: len(TEXT.val) // 9 * 9].view(-1, 9)[:, :-1]  # windows of 8 and the character to guess
    assert units.on[V - 2].item() == pytest.approx((seen == V - 1).float().mean().item())
    assert units.on[V - 1] == 0 and units.on[0] == pytest.approx((seen > 0).float().mean().item())
    for context in units.contexts(V - 2):
        assert context.value == 1 and context.before[-1] == last
        val = TEXT.tokenizer.decode(TEXT.val.tolist())
        assert val[: context.place + 1].endswith(context.before) and val[context.place + 1 :].startswith(context.after)
        assert len(context.before) == context.place % 9 + 1


def test_the_strongest_places_are_those_of_all_pieces():
    """More text than one pass takes, against all values at once."""
    gpt, corpus = loaded(GPT).model, load_corpus("shakespeare-plays")
    rows = val_windows(corpus, 8, 1_024)
    hidden = entering(gpt, rows[:, :-1], {"blocks.1.feed_forward.shrink"})["blocks.1.feed_forward.shrink"]
    units = units_of(gpt, corpus, block=1, count=3, tokens=8_192)
    torch.testing.assert_close(units.values, hidden.flatten(0, 1).topk(3, dim=0).values)
    torch.testing.assert_close(units.on, (hidden > 0).float().mean((0, 1)))
    for unit in (0, 77):
        context = units.contexts(unit)[0]
        window, t = divmod(context.place, 9)
        assert hidden[window, t, unit].item() == pytest.approx(context.value)


def test_what_is_not_there_is_said():
    model = one_hot()
    with pytest.raises(ValueError, match="no block 1"):
        units_of(model, TEXT, block=1)
    with pytest.raises(ValueError, match="no unit 99"):
        units_of(model, TEXT, block=0).contexts(99)
    for parts in ({"feed_forward": 0}, {"surgery": "0 feed-forward"}):
        with pytest.raises(ValueError, match="no feed-forward part at work"):
            units_of(build(GPTConfig(V, **parts)), TEXT, block=0)


def test_looking_at_units_is_no_training():
    model = one_hot().train()
    units_of(model, TEXT, block=0)
    assert model.training and "logits" in capture(model, TEXT.val[None, :4])
