"""A run that went wrong is found out by its own numbers; a healthy one is left alone."""

import math
from dataclasses import replace
from functools import lru_cache

import pytest

from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import load_corpus
from tinygpt.files import PROJECT
from tinygpt.inside.diagnosis import APART, TOO_LONG, Case, Finding, diagnose
from tinygpt.inside.knockout import operated
from tinygpt.inside.symptoms import Roughness, roughness
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


def curve(case: Case) -> Roughness:
    seen = roughness(case.points, 65)
    assert seen is not None
    return seen


def untrained(name: str) -> Case:
    """What can be said of a run of which nothing but its spec is there."""
    return Case(plan(name), load_corpus("shakespeare-plays"))


@pytest.mark.parametrize("surgery", ["0.1 cut", "0.0 flat, 1 attention", "2 feed-forward"])
def test_what_was_switched_off_on_purpose_is_no_mistake(surgery):
    shipped, corpus = load(PROJECT / "checkpoints/layer-norm.safetensors"), load_corpus("shakespeare-plays")
    run = PRESETS["layer-norm"].spec(corpus.name, 65).operated(surgery, 3_000)
    assert diagnose(Case(run, corpus, operated(shipped.model, surgery), floors=FLOORS)) == ()


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((PROJECT / "checkpoints").glob("*.safetensors")), ids=lambda path: path.stem)
def test_the_shipped_models_are_healthy(path):
    file, corpus = load(path), load_corpus("shakespeare-plays")
    run = PRESETS[path.stem].spec(corpus.name, 65)
    assert diagnose(Case(run, corpus, file.model, final_val=file.info["val_loss"], floors=FLOORS)) == ()


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.parametrize("name", ["one-head", "feed-forward", "blocks", "gpt", "scaled-256"])
def test_a_healthy_run_that_is_young_is_healthy(name, margin):
    case = trained(name)
    assert diagnose(case) == ()
    margin("peak over what is a leap, as ln", math.log(curve(case).peak / curve(case).least_peak), below=0)
    margin("rise over what is one, as ln", math.log(curve(case).rise / curve(case).least_rise), below=0)


@pytest.mark.slow
@pytest.mark.trained
def test_no_mask_is_too_good_to_be_true(margin):
    finding = only(trained("no-mask"))
    assert finding.name == "no-mask" and finding.clear
    margin("val", finding.evidence["val"], below=finding.evidence["floor"])
    margin("in use", finding.evidence["in_use"], above=4.1744)
    margin("weight on the future", finding.evidence["future"], above=0.5)
    assert finding.evidence["lowest_sum"] == pytest.approx(1) == finding.evidence["highest_sum"]


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.parametrize("name", ["wrong-axis", "wrong-axis-skip"])
def test_the_wrong_axis_shows_in_the_sums_of_rows(name, margin):
    finding = only(trained(name, 600))
    assert finding.name == "wrong-axis" and finding.clear
    margin("lowest sum", finding.evidence["lowest_sum"], below=0.1)
    margin("highest sum", finding.evidence["highest_sum"], above=2)
    margin("in use, above val", finding.evidence["in_use"] - finding.evidence["val"], above=APART)


@pytest.mark.slow
@pytest.mark.trained
def test_without_positions_order_is_nothing_to_the_first_block(margin):
    lone, several = only(trained("one-head-no-positions")), only(trained("gpt-no-positions"))
    assert lone.name == several.name == "no-positions" and lone.clear and several.clear
    margin("what order is to one block", lone.evidence["prediction"], below=1e-5)
    margin("what order is to several", several.evidence["prediction"], above=0.01)


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
@pytest.mark.trained
def test_unscaled_rows_stay_shut_in_training(margin):
    finding = only(trained("unscaled-256"))
    margin("rows that are shut", finding.evidence["end_saturated"], above=0.9)
    margin("entropy", finding.evidence["end_entropy"], below=0.1)


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.parametrize(("name", "rate"), [("blocks", 0.06), ("scaled-256", 0.1)])
def test_steps_that_are_too_long_make_the_curve_leap(name, rate, margin):
    case = trained(name, 400, learning_rate=rate)
    finding = only(case)
    assert finding.name == "learning-rate" and finding.clear and finding.evidence["rate"] == rate
    margin("peak over what is a leap, as ln", math.log(curve(case).peak / curve(case).least_peak), above=0)


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.parametrize("name", ["one-head", "four-heads", "feed-forward", "gpt"])
def test_steps_as_long_as_the_weights_do_harm_and_are_found(name, margin):
    """Also where the curve just stays high, which depends on the last bit of the machine."""
    case, shorter = trained(name, 400, learning_rate=0.1), trained(name, 400, learning_rate=0.01)
    finding = only(case)
    assert finding.name == "learning-rate" and finding.clear and diagnose(shorter) == ()
    assert case.final_val and shorter.final_val
    margin("val, above that of shorter steps", case.final_val - shorter.final_val, above=0.2)
    margin("rate, in sizes of the weights", 0.1 / finding.evidence["weights"], above=TOO_LONG)


@pytest.mark.slow
@pytest.mark.trained
def test_where_steps_are_too_long_the_loss_rises_again(margin):
    case = trained("one-head", 400, learning_rate=0.2)
    assert only(case).evidence["rises"]
    margin("rise over what is one, as ln", math.log(curve(case).rise / curve(case).least_rise), above=0)


@pytest.mark.slow
@pytest.mark.trained
def test_a_run_that_is_slow_has_no_steps_that_are_too_long():
    """The notebook's table with 1e-3: after 300 steps it still costs more than guessing."""
    corpus, train = load_corpus("shakespeare-plays"), TrainConfig(max_steps=300, learning_rate=1e-3, eval_interval=300)
    run = RunSpec(BigramConfig(), train, corpus.name)
    state = start(run, corpus)
    assert diagnose(Case(run, corpus, state.model, advance(state, corpus))) == ()


def test_a_larger_rate_that_did_no_harm_is_not_clear():
    case = replace(untrained("gpt"), spec=plan("gpt", learning_rate=3e-2), twin=(plan("gpt"), 2.35))
    assert not only(replace(case, final_val=2.33)).clear
    assert only(replace(case, final_val=2.45)).clear


def test_a_run_that_diverged_says_so_without_a_model():
    run = RunSpec(BigramConfig(), TrainConfig(learning_rate=1e6), "shakespeare-plays")
    points = [Point(step, 4.5, None, 1e6, 0.0, 0) for step in range(10)]
    finding = only(Case(run, load_corpus("shakespeare-plays"), points=points, note="The loss stopped being a number."))
    weights = pytest.approx(1, abs=0.1)  # drawn from a normal distribution
    assert finding == Finding("learning-rate", True, {"rate": 1e6, "diverged": 1.0, "weights": weights, "long": 1.0})


def test_steps_as_long_as_the_weights_that_did_no_harm_are_not_clear():
    case = replace(untrained("gpt"), spec=plan("gpt", learning_rate=0.1))
    assert only(case).clear
    assert not only(replace(case, twin=(plan("gpt"), 2.35), final_val=2.33)).clear
