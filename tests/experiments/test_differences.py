"""What differs between runs, and what they are called."""

from dataclasses import replace

import pytest

from tinygpt.experiments.differences import setting_words, settings, variant_key, varied, what_differs
from tinygpt.gpt import GPTConfig
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig

GPT = RunSpec(GPTConfig(), TrainConfig(), "markov")


def model(**changes: object) -> RunSpec:
    return replace(GPT, model=replace(GPT.model, **changes))


def trained(**changes: object) -> RunSpec:
    return replace(GPT, train=replace(GPT.train, **changes))


def preset(name: str) -> RunSpec:
    return PRESETS[name].spec("markov", 8)


def test_settings_are_flat_and_leave_out_chance_and_looking():
    found = settings(GPT)
    assert (found["model"], found["n_embd"], found["head_size"], found["learning_rate"]) == ("gpt", 32, 8, 1e-3)
    assert found["corpus"] == "markov"
    assert not {"seed", "eval_interval", "vocab_size", "fixed_head_size"} & found.keys()
    assert settings(preset("bigram")).keys() < settings(preset("one-head")).keys()


def test_only_what_differs_is_named():
    assert what_differs([GPT, trained(learning_rate=1e-2)]) == {"learning_rate": (1e-3, 1e-2)}
    assert what_differs([GPT, trained(seed=2, eval_interval=7)]) == {}
    assert what_differs([]) == what_differs([GPT]) == {}
    assert what_differs([preset("one-head"), preset("four-heads")]) == {"n_head": (1, 4), "head_size": (32, 8)}
    assert what_differs([preset("bigram"), preset("one-head")])["n_embd"] == (None, 32)


def test_a_head_size_that_follows_is_not_what_was_varied():
    assert varied([GPT, model(n_embd=64)]) == {"n_embd": (32, 64)}
    assert varied([GPT, model(fixed_head_size=64)]) == {"head_size": (8, 64)}
    assert what_differs([GPT, model(fixed_head_size=8)]) == {}, "the same model, said in two ways"


def test_a_variant_is_a_spec_without_its_seed():
    assert variant_key(GPT) == variant_key(trained(seed=9, eval_interval=3))
    assert len({variant_key(spec) for spec in (GPT, trained(max_steps=9), model(n_head=2), preset("bigram"))}) == 4


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("learning_rate", 1e-2, "learning_rate 1e-2"), ("learning_rate", 0.00123, "learning_rate 1.23e-3"),
     ("learning_rate", 0.3, "learning_rate 0.3"), ("max_steps", 5_000, "max_steps 5,000"),
     ("residual", True, "residual"), ("residual", False, "no residual"), ("scale", "none", "no scale"),
     ("feed_forward", 0, "no feed_forward"), ("dropout", 0.05, "dropout 0.05"), ("n_embd", None, "n_embd –"),
     ("scale", "1/head_size", "scale 1/head_size")],
)  # fmt: skip
def test_settings_in_words(name, value, words):
    assert setting_words(name, value) == words
