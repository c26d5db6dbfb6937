"""What a longer past is worth: never to a model that has none, and never what chance could have made."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.inside.past import at_each_position, of_costs, sees
from tinygpt.models import build
from tinygpt.training.evaluation import loss_by_position
from tinygpt.words.surprise import position_words

LINE = "quince jars turning slowly between the jars of quince and plum "


def says(*rows: list[float], sees: str = "its past") -> str:
    return position_words([("GPT", of_costs(torch.tensor(rows), sees))])


@settings(max_examples=25)
@given(st.integers(1, 12), st.integers(130, 2_000), st.integers(0, 5))
def test_a_bigram_never_gains_by_its_past(block_size, length, seed):
    """On any text: short ones with a dozen windows, and ones whose rhythm keeps step with the windows, too."""
    corpus = Corpus.from_text((LINE * 40)[: max(length, 20 * block_size)])
    at = at_each_position(build(BigramConfig(corpus.tokenizer.vocab_size, block_size), seed=seed), corpus)
    assert position_words([("bigram", at)]) == (
        "bigram sees one character only, so there is no past from which it could gain."
    )


def test_the_losses_are_those_by_position_and_the_gain_lies_between_first_and_last():
    corpus = Corpus.from_text(LINE * 40)
    model = build(GPTConfig(corpus.tokenizer.vocab_size, block_size=4, n_embd=8, n_head=2, n_layer=1))
    at = at_each_position(model, corpus)
    assert at.losses == pytest.approx(loss_by_position(model, corpus).tolist())
    assert at.gain == pytest.approx(at.losses[0] - at.losses[-1], abs=1e-6)


def test_a_gain_beyond_three_standard_errors_is_claimed_and_a_smaller_one_is_not():
    """100 windows, gains of 0.5 with a deviation of s: the standard error is s / 10, and 3.17 of them chance makes
    once in 500 times."""

    def windows(deviation: float) -> list[list[float]]:
        return [[2.5, 2.0 + deviation * (-1) ** n] for n in range(100)]

    assert "gains 0.50 by its past, from 2.50 at the first position to 2.00" in says(*windows(1.5))
    unsure = says(*windows(1.7))
    assert "cannot be said: 0.50" in unsure and "100 windows make up to 0.54 by chance" in unsure
    assert "gains" in says(*windows(0.1)) and "gains 0" not in unsure


def test_few_windows_prove_little():
    """A dozen of them, as of 113 characters of val: half a nat is what they make by chance."""
    few = says(*[[2.5 + (-1) ** n * 0.6, 1.9] for n in range(12)])
    assert "whether GPT gains by its past cannot be said" in few
    assert "from a single window" in says([2.5, 1.0])


def test_a_flat_loss_and_a_rising_one():
    assert "a longer past is of no use to it" in says(*[[2.5, 2.49]] * 50)
    assert "GPT loses by its past, from 2.00 at the first position to 2.50" in says(*[[2.0, 2.5]] * 50)


def test_whoever_sees_what_is_to_come_is_judged_at_the_last_position():
    words = says(*[[0.0, 3.5]] * 50, sees="what is to come")
    assert words == (
        "GPT sees the answer at every position but the last, and so loses 0.00 at the first; at the last, where "
        "nothing is left to read, it loses 3.50."
    )


@pytest.mark.parametrize(
    ("config", "what"),
    [(BigramConfig(), "one character"), (GPTConfig(block_size=1), "one character"), (GPTConfig(), "its past"),
     (GPTConfig(mask=False), "what is to come"), (GPTConfig(softmax_dim=-2), "what is to come")],
)  # fmt: skip
def test_what_a_model_can_look_at(config, what):
    assert sees(config) == what
