"""A setting is declared once: every round trip holds for every choice of every setting, by rule and not by a list."""

import ast
import json
import math
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import pytest

from tests.every_setting import BASE, TEXT, each_value, other
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load, model_bytes
from tinygpt.checkpoint.run_state import dumps, loads
from tinygpt.corpus import Corpus
from tinygpt.export.written import call
from tinygpt.gpt import GPTConfig
from tinygpt.models import FAMILIES, build, described
from tinygpt.settings import as_plain, check_settings, from_plain, setting, settings_of
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.loop import advance
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

CONFIGS = (*FAMILIES.values(), TrainConfig)
DECLARED = [pytest.param(config, each, id=f"{config.__name__} {each.name}")
            for config in CONFIGS for each in settings_of(config).values()]  # fmt: skip
CORPUS = Corpus.from_text(TEXT)


def of_its_text(spec, changed):
    """Whether the run can be trained on TEXT: its vocabulary was not what changed."""
    return changed.name != "vocab_size"


# --- round trips ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("spec", "changed", "value"), each_value(ends=True))
def test_every_value_survives_json(spec, changed, value):
    again = RunSpec.from_json(spec.to_json())
    assert again == spec and again.to_json() == spec.to_json()
    there = getattr(again.model, changed.name, getattr(again.train, changed.name, None))
    assert there == value and type(there) is type(value)


@pytest.mark.parametrize(("spec", "changed", "value"), each_value(ends=True))
def test_the_code_of_every_value_makes_an_equal_config(spec, changed, value):
    for config in (spec.model, spec.train):
        made = ast.parse(call(config), mode="eval").body
        assert type(config)(**{one.arg: ast.literal_eval(one.value) for one in made.keywords}) == config


@pytest.mark.parametrize(("spec", "changed", "value"), each_value())
def test_every_model_comes_back_from_its_file(spec, changed, value):
    model = build(spec.model)
    tokenizer = CharTokenizer("".join(chr(32 + i) for i in range(spec.model.vocab_size)))
    there = load(model_bytes(model, tokenizer)).model
    assert there.config == spec.model
    expected = model.state_dict()
    assert not [name for name, weight in there.state_dict().items() if not weight.equal(expected[name])]


@pytest.mark.parametrize(("spec", "changed", "value"), [each for each in each_value() if of_its_text(*each.values[:2])])
def test_slices_of_every_run_are_equal_to_the_whole_to_the_byte(spec, changed, value):
    whole, sliced = start(spec, CORPUS), start(spec, CORPUS)
    points = advance(whole, CORPUS, steps=6)
    parts = []
    for _ in range(3):
        sliced = loads(dumps(sliced))
        parts += advance(sliced, CORPUS, steps=2)
    assert [point._replace(seconds=0.0) for point in parts] == [point._replace(seconds=0.0) for point in points]
    again, groups = loads(dumps(whole)), [each.state_dict()["param_groups"] for each in whole.optimizers]
    assert [each.state_dict()["param_groups"] for each in again.optimizers] == groups, "tuples are tuples again"
    assert whole.step and dumps(sliced) == dumps(whole) == dumps(again)


@pytest.mark.parametrize(("config", "declared"), [each for each in DECLARED if each.values[1].choices])
def test_every_choice_makes_another_run(config, declared):
    """Else a choice was declared, and nobody built what it stands for."""
    spec = BASE["gpt"].with_settings({"n_embd": 16, "n_head": 2, "fixed_head_size": None, "weight_decay": 0.0})
    after = {}
    for value in declared.choices:
        state = start(spec.with_settings({declared.name: value}), CORPUS)
        after[value] = [point.loss for point in advance(state, CORPUS, steps=6)]
    equal = [(a, b) for a, b in combinations(after, 2) if after[a] == after[b]]
    assert not equal


# --- what is written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("config", "declared"), DECLARED)
def test_what_came_later_is_written_only_where_it_was_changed(config, declared):
    usual = config()
    assert (declared.name in as_plain(usual)) is not bool(declared.since)
    older = {name: value for name, value in as_plain(usual).items() if name != declared.name}
    assert from_plain(config, older) == usual, "what is older than the field has its default"


def test_specs_and_model_files_of_before_are_equal_to_the_byte():
    assert BASE["gpt"].to_json() == (
        '{"corpus": "shakespeare-plays", "model": {"block_size": 8, "dropout": 0.1, "family": "gpt", "feed_forward": '
        '4, "fixed_head_size": 8, "init": "torch", "layer_norm": true, "mask": true, "n_embd": 8, "n_head": 1, '
        '"n_layer": 1, "positions": "learned", "projection": true, "residual": true, "scale": "1/sqrt(head_size)", '
        f'"softmax_dim": -1, "vocab_size": {len(set(TEXT))}}}, "train": {{"batch_size": 4, "beta2": 0.999, '
        '"eval_interval": 3, "grad_clip": 0.0, "learning_rate": 0.001, "max_steps": 40, "min_learning_rate": null, '
        '"seed": 1337, "warmup_steps": 0, "weight_decay": 0.01}}'
    )
    assert json.loads(BASE["gpt"].to_json())["model"] == described(BASE["gpt"].model)


# --- what is allowed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("config", "declared"), DECLARED)
def test_every_setting_is_checked_in_words(config, declared):
    wrong = ["nonsense", math.nan, math.inf, 10**400, [], b"x", object()]
    wrong += [1 if declared.kind is bool else True] + [None] * (not declared.optional)
    wrong += [2.5] * (declared.kind is int and not declared.choices)
    wrong += [end + step for end, step in ((declared.least, -1), (declared.most, 1)) if end is not None]
    wrong += [end for end in (declared.above, declared.below) if end is not None]
    if declared.kind is int and declared.most is None:
        wrong.remove(10**400)
    for value in wrong:
        with pytest.raises(ValueError, match=f"{declared.name} must be .*, got "):
            config(**{declared.name: value})


@pytest.mark.parametrize(("config", "declared"), DECLARED)
def test_every_setting_is_explained_to_who_asks_for_help(config, declared):
    (line,) = [line for line in config.__doc__.splitlines() if line.startswith(f"    {declared.name} ")]
    text = config.__doc__[config.__doc__.index(line) :]
    assert not [choice for choice in declared.choices if declared.kind is str and f'"{choice}"' not in text]


def test_a_sentence_for_each_kind_of_range():
    @dataclass
    class Example:
        words: Literal["a", "b"] = setting("a")
        share: float = setting(0.0, least=0, below=1)
        rate: float = setting(1.0, above=0)
        width: int | None = setting(None, least=1, most=9)
        steps: int = setting(1, least=1)

    said = {name: each.allowed for name, each in settings_of(Example).items()}
    assert said == {
        "words": "'a' or 'b'", "share": "a number of at least 0 and below 1", "rate": "a number above 0",
        "width": "a whole number between 1 and 9, or None", "steps": "a whole number of at least 1",
    }  # fmt: skip
    check_settings(Example(width=9, share=0))
    with pytest.raises(ValueError, match="width must be a whole number between 1 and 9, or None, got 10"):
        check_settings(Example(width=10))


# --- what is offered --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("config", "declared"), DECLARED)
def test_whatever_is_offered_is_allowed_and_whatever_has_a_control_offers_something(config, declared):
    ends = [declared.offered[0], declared.offered[-1]] if declared.offered else []
    refused = [value for value in (*declared.to_sweep, *ends, *declared.rates) if not declared.allows(value)]
    assert not refused
    assert not declared.control or declared.choices or declared.offered


def test_every_preset_stands_on_its_sliders():
    missing = [
        (name, each.name)
        for name, preset in PRESETS.items()
        for config in (preset.model, preset.train)
        for each in settings_of(config).values()
        if each.offered and getattr(config, each.name) not in each.offered
    ]
    assert not missing


def test_settings_are_changed_by_the_name_that_people_use_and_unknown_ones_are_refused():
    assert BASE["gpt"].with_settings({"head_size": 3}).model.head_size == 3
    with pytest.raises(ValueError, match="no setting called 'n_embd'"):
        BASE["bigram"].with_settings({"n_embd": 8})
    for config in (BigramConfig, GPTConfig, TrainConfig):
        assert not [each.name for each in settings_of(config).values() if other(each) == each.default]


@pytest.mark.parametrize("config", [GPTConfig, TrainConfig])
def test_what_the_docstring_says_of_a_setting_is_told_beside_its_control(config):
    silent = [each.name for each in settings_of(config).values() if len(each.about.split()) < 3]
    assert not silent
    assert settings_of(GPTConfig)["n_embd"].about.endswith("n_head must divide it")
    assert settings_of(GPTConfig)["activation"].about.endswith('("Primer", So et al., 2021)')
