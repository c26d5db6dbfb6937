"""What the plans plan: the ladder race, the scale race, sweeps."""

import inspect
from itertools import pairwise

import pytest

from tests.every_setting import other
from tinygpt.bigram import BigramConfig, BigramLanguageModel
from tinygpt.experiments import ladder, scale
from tinygpt.experiments.differences import settings, what_differs
from tinygpt.experiments.fairness import run_operations
from tinygpt.experiments.sweep import SWEPT, matters, sweep
from tinygpt.gpt import Block, FeedForward, GPTConfig
from tinygpt.models import count_parameters
from tinygpt.training.presets import LADDER, PRESETS, stated
from tinygpt.training.spec import RunSpec, TrainConfig

SPEC = RunSpec(GPTConfig(), TrainConfig(max_steps=600), "markov")


# --- the ladder ------------------------------------------------------------------------------------------------------


def test_the_ladder_is_the_lectures():
    rungs = ladder.rungs("tinyshakespeare", 65)
    assert [rung.title for rung in rungs] == [PRESETS[name].title for name in LADDER]
    assert [count_parameters(rung.spec.model) for rung in rungs] == [4_225, 7_553, 7_553, 8_609, 41_921, 42_369]
    assert [stated(rung.spec) for rung in rungs] == [2.49, 2.41, 2.28, 2.24, 2.09, 2.06]
    assert [rung.spec for rung in rungs] == [PRESETS[name].spec("tinyshakespeare", 65) for name in LADDER]


def test_each_rung_says_what_is_new_in_it():
    specs = [rung.spec for rung in ladder.rungs("tinyshakespeare", 65)]
    changes = dict(zip(LADDER, [{}, *(what_differs(pair) for pair in pairwise(specs))], strict=True))
    code = {name: ladder.code_of(change) for name, change in changes.items()}
    assert code["bigram"] == (BigramLanguageModel,)
    assert changes["four-heads"] == {"n_head": (1, 4), "head_size": (32, 8)}
    assert changes["feed-forward"] == {"feed_forward": (0, 1)} and code["feed-forward"] == (FeedForward,)
    assert set(changes["blocks"]) == {"n_layer", "projection", "feed_forward", "residual"}
    assert Block.join in code["blocks"]
    assert changes["layer-norm"] == {"layer_norm": (False, True)}
    for functions in code.values():
        assert functions and all("def " in inspect.getsource(function) for function in functions)


def test_what_the_lecture_states_is_said_of_its_own_runs_only():
    assert {stated(rung.spec) for rung in ladder.rungs("markov", 8)} == {None}
    assert {stated(rung.spec) for rung in ladder.rungs("tinyshakespeare", 65, steps=500)} == {None}


def test_a_shorter_race_is_shorter_for_all_alike():
    rungs = ladder.rungs("tinyshakespeare", 65, steps=500)
    assert [rung.spec.train.max_steps for rung in rungs] == [300, 500, 500, 500, 500, 500]
    assert {rung.spec.train.max_steps / rung.spec.train.eval_interval for rung in rungs} == {20}


def test_equal_parameters_are_nearly_equal():
    rungs = ladder.rungs("tinyshakespeare", 65, fair="parameters")
    assert [rung.kept_size for rung in rungs] == [True, False, False, False, False, False]
    assert all(abs(count_parameters(rung.spec.model) / 42_369 - 1) < 0.035 for rung in rungs[1:])
    assert all(rung.spec.model.n_embd % rung.spec.model.n_head == 0 for rung in rungs[1:])
    assert not any(rung.capped for rung in rungs)


def test_equal_operations_are_equal_or_say_that_they_are_not():
    free = ladder.rungs("tinyshakespeare", 65, fair="flops", steps=200, most_steps=10**9)
    assert not any(rung.capped for rung in free)
    assert all(run_operations(rung.spec) == pytest.approx(run_operations(free[-1].spec), rel=0.01) for rung in free)
    capped = ladder.rungs("tinyshakespeare", 65, fair="flops", most_steps=20_000)
    assert [rung.capped for rung in capped] == [True, True, True, True, False, False]
    assert max(rung.spec.train.max_steps for rung in capped) == 20_000
    with pytest.raises(ValueError, match="equal"):
        ladder.rungs("markov", 8, fair="money")


def test_the_race_has_every_rung_with_every_seed_and_equal_batches():
    plan = ladder.ladder_plan(ladder.rungs("markov", 8, fair="parameters"), (1337, 1, 2), fair="parameters")
    assert (plan.kind, plan.title, len(plan.runs)) == ("ladder", "The ladder, equal parameters", 18)
    assert [run.label for run in plan.runs[:6]] == [PRESETS[name].title for name in LADDER]
    assert {run.spec.train.seed for run in plan.runs[:6]} == {1337}, "the first seed of all before the second"
    assert all(run.spec.train.same_batches for run in plan.runs)


# --- the scale -------------------------------------------------------------------------------------------------------


def test_four_scales_race():
    lanes = scale.lanes(scale.base("tinyshakespeare", 65, head_size=256))
    assert [label for label, _ in lanes] == ["no scale", "1/sqrt(head_size)", "1/sqrt(n_embd)", "1/head_size"]
    assert [spec.model.scale_factor for _, spec in lanes] == [1, 1 / 16, 32**-0.5, 1 / 256]
    assert {spec.model.head_size for _, spec in lanes} == {256}


@pytest.mark.parametrize(
    ("head_size", "labels"),
    [(32, ["no scale", "1/sqrt(head_size) = 1/sqrt(n_embd)", "1/head_size"]),
     (1, ["no scale = 1/sqrt(head_size) = 1/head_size", "1/sqrt(n_embd)"])],
)  # fmt: skip
def test_scales_that_are_one_number_are_one_lane(head_size, labels):
    assert [label for label, _ in scale.lanes(scale.base("markov", 8, head_size=head_size))] == labels


def test_the_race_of_the_scales():
    plan = scale.scale_plan(scale.base("markov", 8, preset="layer-norm", head_size=16, steps=300), (1, 2))
    assert (plan.kind, plan.title, len(plan.runs)) == ("scale", "The scale race, head_size 16", 8)
    assert {run.spec.train.eval_interval for run in plan.runs} == {10}
    assert len({count_parameters(run.spec.model) for run in plan.runs}) == 1


def test_a_race_without_scores_is_refused_in_words():
    with pytest.raises(ValueError, match="no setting called 'head_size'"):
        scale.base("markov", 8, preset="bigram")
    with pytest.raises(ValueError, match="projection"):
        scale.base("markov", 8, preset="feed-forward", head_size=256)


# --- sweeps ----------------------------------------------------------------------------------------------------------


def test_a_sweep_over_the_learning_rate():
    plan, left_out = sweep(SPEC, {"learning_rate": (1e-3, 1e-2)}, (1337, 1))
    assert (plan.kind, plan.title, left_out) == ("sweep", "A sweep over learning_rate", {})
    assert [(run.label, run.spec.train.learning_rate, run.spec.train.seed) for run in plan.runs] == [
        ("learning_rate 1e-3", 1e-3, 1337), ("learning_rate 1e-2", 1e-2, 1337),
        ("learning_rate 1e-3", 1e-3, 1), ("learning_rate 1e-2", 1e-2, 1),
    ]  # fmt: skip
    assert {(run.spec.train.eval_interval, run.spec.train.same_batches) for run in plan.runs} == {(20, True)}


def test_two_settings_make_a_grid_and_what_cannot_be_built_is_left_out_with_its_reason():
    plan, left_out = sweep(SPEC, {"n_embd": (32, 30), "n_head": (4, 5)}, (1,))
    assert [run.label for run in plan.runs] == ["n_embd 32 · n_head 4", "n_embd 30 · n_head 5"]
    assert list(left_out) == ["n_embd 32 · n_head 5", "n_embd 30 · n_head 4"]
    assert "cannot be shared out" in left_out["n_embd 32 · n_head 5"]


def test_what_follows_from_a_setting_follows():
    base = PRESETS["nanogpt-cpu"].spec("markov", 8)
    hot = sweep(base, {"learning_rate": (1e-2,)}, (1,)).plan.runs[0].spec.train
    assert hot.min_learning_rate == pytest.approx(1e-3), "what it falls to keeps its share"
    short = sweep(base, {"max_steps": (200, 600)}, (1,)).plan.runs
    assert [(run.spec.train.warmup_steps, run.spec.train.eval_interval) for run in short] == [(10, 7), (30, 20)]
    assert sweep(base, {"warmup_steps": (50,)}, (1,)).plan.runs[0].spec.train.warmup_steps == 50


def test_a_value_that_comes_twice_is_run_once():
    assert len(sweep(SPEC, {"n_layer": (1, 2, 1)}, (1,)).plan.runs) == 2


@pytest.mark.parametrize(
    ("axes", "words"),
    [({}, "one or two"), ({"dropout": (0,), "n_embd": (32,), "n_head": (1,)}, "one or two"), ({"seed": (1,)}, "swept"),
     ({"n_embd": ()}, "at least one value"), ({"n_embd": (32.5,)}, "n_embd must be a whole"),
     ({"mask": (1,)}, "mask must be True"),
     ({"n_embd": (True,)}, "n_embd must be a whole"), ({"n_head": (5, 7)}, "none of these can be built"),
     ({"learning_rate": (-1.0,)}, "above 0")],
)  # fmt: skip
def test_a_sweep_that_makes_no_sense_is_refused_in_words(axes, words):
    with pytest.raises(ValueError, match=words):
        sweep(SPEC, axes, (1,))


def test_a_table_has_few_settings():
    table = RunSpec(BigramConfig(8), TrainConfig(), "markov")
    assert [run.spec.model.block_size for run in sweep(table, {"block_size": (4, 8)}, (1,)).plan.runs] == [4, 8]
    with pytest.raises(ValueError, match="a table of pairs has no n_embd"):
        sweep(table, {"n_embd": (8, 16)}, (1,))


@pytest.mark.parametrize("name", SWEPT)
def test_every_setting_that_is_offered_can_be_swept(name):
    for value in (*SWEPT[name].to_sweep, other(SWEPT[name])):
        (run,) = sweep(SPEC, {name: (value,)}, (1,)).plan.runs
        assert settings(run.spec)[name] == value


def test_a_setting_that_changes_nothing_does_not_matter():
    single, whole = (PRESETS[name].spec("markov", 8) for name in ("one-head", "layer-norm"))
    assert [matters("activation", spec) for spec in (single, whole)] == [False, True]
    assert matters("n_embd", single) and not matters("n_embd", PRESETS["bigram"].spec("markov", 8))
