"""A run that went wrong is found out by its own numbers; a healthy one is left alone."""

from dataclasses import replace
from functools import lru_cache

import pytest

from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import load_corpus
from tinygpt.files import PROJECT
from tinygpt.inside.diagnosis import Case, Finding, diagnose
from tinygpt.lessons.measured import spec
from tinygpt.training.loop import advance
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point, start

FLOORS = {"uniform": 4.1744, "5-gram": 1.7721}


def plan(name: str, **train) -> RunSpec:
    found = spec(name, corpus="shakespeare-plays")
    return replace(found, train=replace(found.train, **({"max_steps": 300, "eval_interval": 100} | train)))


@lru_cache
def trained(name: str, steps: int = 300, **train) -> Case:
    """A run of the lessons, cut short."""
    run, corpus = plan(name, max_steps=steps, **train), load_corpus("shakespeare-plays")
    state = start(run, corpus)
    points = advance(state, corpus, steps=steps)
    val = [point.val for point in points if point.val is not None][-1]
    return Case(run, corpus, state.model, points, val, FLOORS, state.note)


def only(case: Case) -> Finding:
    (finding,) = diagnose(case)
    return finding


def untrained(name: str) -> Case:
    """What can be said of a run of which nothing but its spec is there."""
    return Case(plan(name), load_corpus("shakespeare-plays"))


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((PROJECT / "checkpoints").glob("*.safetensors")), ids=lambda path: path.stem)
def test_the_shipped_models_are_healthy(path):
    file, corpus = load(path), load_corpus("shakespeare-plays")
    run = PRESETS[path.stem].spec(corpus.name, 65)
    assert diagnose(Case(run, corpus, file.model, final_val=file.info["val_loss"], floors=FLOORS)) == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["one-head", "feed-forward", "blocks", "gpt", "scaled-256"])
def test_a_healthy_run_that_is_young_is_healthy(name):
    assert diagnose(trained(name)) == ()


@pytest.mark.slow
def test_no_mask_is_too_good_to_be_true():
    finding = only(trained("no-mask"))
    assert finding.name == "no-mask" and finding.clear
    assert finding.evidence["val"] < finding.evidence["floor"] < 4.1744 < finding.evidence["in_use"]
    assert finding.evidence["future"] > 0.5
    assert finding.evidence["lowest_sum"] == pytest.approx(1) == finding.evidence["highest_sum"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wrong-axis", "wrong-axis-skip"])
def test_the_wrong_axis_shows_in_the_sums_of_rows(name):
    finding = only(trained(name))
    assert finding.name == "wrong-axis" and finding.clear
    assert finding.evidence["lowest_sum"] < 0.1 and finding.evidence["highest_sum"] > 2
    assert finding.evidence["in_use"] > finding.evidence["val"] + 0.1


@pytest.mark.slow
def test_without_positions_order_is_nothing_to_the_first_block():
    lone, several = only(trained("one-head-no-positions")), only(trained("gpt-no-positions"))
    assert lone.name == several.name == "no-positions" and lone.clear and several.clear
    assert lone.evidence["prediction"] < 1e-5 < 0.01 < several.evidence["prediction"]


def test_without_skips_the_gradient_does_not_reach_the_embeddings():
    finding = only(untrained("blocks-no-skip"))
    assert finding.name == "no-residual" and finding.clear
    assert finding.evidence["reach"] < finding.evidence["twin_reach"] / 50


def test_with_layer_norm_the_gradient_comes_through_and_the_twin_tells():
    case = replace(untrained("gpt-no-skip"), final_val=2.15)
    assert not only(case).clear  # the gradient that arrives is about half of the twin's
    finding = only(replace(case, twin=(plan("gpt"), 2.08)))
    assert finding.clear and finding.evidence["gap"] == pytest.approx(0.07)


def test_a_single_block_without_a_skip_is_a_rung_of_the_ladder():
    assert diagnose(untrained("feed-forward")) == diagnose(untrained("one-head")) == ()


def test_unscaled_is_clear_with_large_heads_only():
    large, small = only(untrained("unscaled-256")), only(untrained("unscaled-16"))
    assert large.name == small.name == "unscaled" and large.clear and not small.clear
    assert large.evidence["saturated"] > 0.4 > 0.001 > large.evidence["twin_saturated"]
    assert large.evidence["scaled"] == pytest.approx(256 * large.evidence["twin_scaled"], rel=1e-4)
    assert large.evidence["entropy"] < 0.3 < 1.2 < large.evidence["twin_entropy"]


@pytest.mark.slow
def test_unscaled_rows_stay_shut_in_training():
    finding = only(trained("unscaled-256"))
    assert finding.evidence["end_saturated"] > 0.9 and finding.evidence["end_entropy"] < 0.1


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rate"), [("blocks", 0.03), ("one-head", 0.1)])
def test_steps_that_are_too_long_make_the_curve_leap(name, rate):
    finding = only(trained(name, 400, learning_rate=rate))
    assert finding.name == "learning-rate" and finding.clear and finding.evidence["rate"] == rate
    assert finding.evidence["peak"] > 1.5 * finding.evidence["first"]


def test_a_larger_rate_that_did_no_harm_is_not_clear():
    case = replace(untrained("gpt"), spec=plan("gpt", learning_rate=3e-2), twin=(plan("gpt"), 2.35))
    assert not only(replace(case, final_val=2.33)).clear
    assert only(replace(case, final_val=2.45)).clear


def test_a_run_that_diverged_says_so_without_a_model():
    run = RunSpec(BigramConfig(), TrainConfig(learning_rate=1e6), "shakespeare-plays")
    points = [Point(step, 4.5, None, 1e6, 0.0, 0) for step in range(10)]
    finding = only(Case(run, load_corpus("shakespeare-plays"), points=points, note="The loss stopped being a number."))
    assert finding == Finding("learning-rate", True, {"rate": 1e6, "diverged": 1.0})
