"""A part that is switched off adds nothing, and its model is left alone."""

import pytest
import torch

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.knockout import each_alone, operated, rise, rise_of_each
from tinygpt.inside.stream import run_through
from tinygpt.models import build

IDS = torch.tensor([1, 2, 3, 0, 2])
CORPUS = Corpus.from_text("a text of a few letters, over and over. " * 40)


def model() -> GPTLanguageModel:
    made = build(GPTConfig(vocab_size=CORPUS.tokenizer.vocab_size, n_embd=16, n_head=2, n_layer=2), seed=5)
    assert isinstance(made, GPTLanguageModel)
    return made.eval()


@pytest.mark.parametrize(("part", "name"), [("attention", "projection"), ("feed-forward", "feed-forward")])
def test_a_part_that_is_off_adds_nothing_and_the_others_still_do(part, name):
    whole, off = (run_through(operated(model(), surgery), IDS) for surgery in ("", f"1 {part}"))
    adding, left = ([(now.name, now.block) for now in each if now.adds] for each in (whole, off))
    assert left == [each for each in adding if each != (name, 1)]
    torch.testing.assert_close(off[-2].comes_out, operated(model(), f"1 {part}")(IDS[None])[0][0])


def test_the_model_itself_stays_as_it_is():
    gpt = model()
    before = {name: weight.clone() for name, weight in gpt.state_dict().items()}
    off = operated(gpt, "0 feed-forward")
    assert gpt.config.surgery == "" and off.lm_head.weight.data_ptr() == gpt.lm_head.weight.data_ptr()
    assert all(torch.equal(weight, before[name]) for name, weight in gpt.state_dict().items())


def test_each_alone_costs_what_it_costs_by_itself():
    gpt = model()
    alone = each_alone(gpt.config)
    assert alone == [
        "0.0 cut", "0.1 cut", "1.0 cut", "1.1 cut", "0 attention", "0 feed-forward", "1 attention", "1 feed-forward",
    ]  # fmt: skip
    found = rise_of_each(gpt, alone, CORPUS, windows=50)
    assert found == {one: rise(gpt, operated(gpt, one), CORPUS, windows=50) for one in alone}
    bare = GPTConfig(n_layer=1, residual=False, feed_forward=0)
    assert each_alone(bare) == ["0.0 cut", "0.1 cut", "0.2 cut", "0.3 cut"]


def test_nothing_switched_off_costs_nothing():
    gpt = model()
    assert rise(gpt, gpt, CORPUS) == (0, 0)
    assert rise(gpt, operated(gpt, "0 attention"), CORPUS).error > 0
