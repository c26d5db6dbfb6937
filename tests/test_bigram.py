"""The first notebook's untrained bigram model, to the digit and to the letter."""

import math

import pytest
import torch

from tinygpt.bigram import BigramConfig
from tinygpt.generation import generate
from tinygpt.lessons.windows import LECTURE_BATCH
from tinygpt.models import build
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer

GIBBERISH = "\nlfJeukRuaRJKXAYtXzfJ:HEPiu--sDioi;ILCo3pHNTmDwJsfheKRxZCFs\nlZJ XQc?:s:HEzEnXalEPklcPU cL'DpdLCafBheH"


def lecture_model_and_generator():
    """The notebook's order: seed, draw a batch of four from the train split, make the model, go on."""
    generator = torch.Generator().manual_seed(1337)
    torch.randint(1_003_854 - 4, (4,), generator=generator)  # len(train) - batch_size: the notebook's slip
    return build(BigramConfig(), generator=generator), generator


def test_an_untrained_bigram_costs_what_the_notebook_printed():
    model, _ = lecture_model_and_generator()
    rows = torch.tensor(LECTURE_BATCH)  # (4, 9)
    logits, loss = model(rows[:, :-1], rows[:, 1:])
    assert logits.shape == (4, 8, 65)  # (32, 65) once the notebook has flattened it
    assert loss.item() == pytest.approx(4.5629, abs=5e-5)


def test_it_writes_the_very_gibberish_of_the_notebook():
    model, generator = lecture_model_and_generator()
    tokens = generate(model, torch.zeros((1, 1), dtype=torch.long), 100, generator=generator)
    text = CharTokenizer(LECTURE_CHARS).decode([0, *(token.id for token in tokens)])
    assert text == GIBBERISH


def test_a_fresh_seed_gives_another_first_model():
    rows = torch.tensor(LECTURE_BATCH)
    _, loss = build(BigramConfig(), seed=1337)(rows[:, :-1], rows[:, 1:])
    assert loss.item() == pytest.approx(5.3091, abs=5e-5)


def test_a_table_of_zeros_guesses_blindly():
    model = build(BigramConfig())
    with torch.no_grad():
        model.token_embedding_table.weight.zero_()
    idx = torch.zeros((2, 3), dtype=torch.long)
    assert model(idx, idx)[1].item() == pytest.approx(math.log(65))


@pytest.mark.parametrize("vocab_size", [0, -1, 5_000])
def test_an_impossible_vocabulary_is_refused_in_words(vocab_size):
    with pytest.raises(ValueError, match="vocab_size must be a whole number between"):
        BigramConfig(vocab_size=vocab_size)
