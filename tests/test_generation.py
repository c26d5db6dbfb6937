"""A model writes."""

import math

import pytest
import torch

from tinygpt.bigram import BigramConfig
from tinygpt.generation import generate, next_probabilities
from tinygpt.gpt import GPTConfig
from tinygpt.models import build


def table(rows):
    """A bigram model with these rows of probabilities."""
    model = build(BigramConfig(vocab_size=len(rows)))
    with torch.no_grad():
        model.token_embedding_table.weight.copy_(torch.tensor(rows).log())
    return model


START = torch.zeros((1, 1), dtype=torch.long)


def test_probabilities_by_hand():
    model = table([[0.25, 0.75], [0.5, 0.5]])
    torch.testing.assert_close(next_probabilities(model, START), torch.tensor([[0.25, 0.75]]))


def test_temperature_two_takes_the_square_root():
    model = table([[0.1, 0.9], [0.5, 0.5]])
    share = math.sqrt(0.1) / (math.sqrt(0.1) + math.sqrt(0.9))
    torch.testing.assert_close(next_probabilities(model, START, temperature=2.0), torch.tensor([[share, 1 - share]]))


def test_temperature_zero_always_takes_the_likeliest():
    model = table([[0.1, 0.9], [0.8, 0.2]])
    assert [token.id for token in generate(model, START, 4, temperature=0)] == [1, 0, 1, 0]


def test_a_temperature_next_to_zero_does_the_same():
    model = table([[0.1, 0.9], [0.8, 0.2]])
    assert [token.id for token in generate(model, START, 4, temperature=1e-40)] == [1, 0, 1, 0]


def test_top_k_keeps_the_likeliest_and_may_be_larger_than_the_vocabulary():
    model = table([[0.2, 0.3, 0.5]] * 3)
    torch.testing.assert_close(next_probabilities(model, START, top_k=2), torch.tensor([[0.0, 0.375, 0.625]]))
    torch.testing.assert_close(next_probabilities(model, START, top_k=99), torch.tensor([[0.2, 0.3, 0.5]]))


def test_same_generator_same_text_and_probabilities_of_what_was_drawn():
    model = table([[0.5, 0.5], [0.5, 0.5]])
    first, second = (list(generate(model, START, 50, generator=torch.Generator().manual_seed(4))) for _ in range(2))
    assert [token.id for token in first] == [token.id for token in second]
    assert {token.probability for token in first} == {0.5}
    assert 10 < sum(token.id for token in first) < 40


def test_a_text_may_grow_longer_than_the_context():
    model = build(GPTConfig(vocab_size=5, block_size=4, n_embd=8, n_head=2, n_layer=1))
    assert len(list(generate(model, START, 20))) == 20


def test_broken_weights_are_said_in_words():
    model = table([[0.5, 0.5], [0.5, 0.5]])
    with torch.no_grad():
        model.token_embedding_table.weight.fill_(float("nan"))
    with pytest.raises(ValueError, match="broken weights"):
        next(generate(model, START, 1))


@pytest.mark.parametrize("nonsense", [{"temperature": -1.0}, {"temperature": math.nan}, {"top_k": 0}])
def test_nonsense_is_refused_in_words(nonsense):
    with pytest.raises(ValueError, match="must be at least"):
        next(generate(table([[1.0]]), START, 1, **nonsense))
