"""One thing differs, and nothing else: what is broken goes wrong as the words say, and rules are found or not."""

from dataclasses import replace
from functools import cache

import pytest

from tinygpt.corpus import load_corpus
from tinygpt.experiments.differences import what_differs
from tinygpt.experiments.floors import NEAR
from tinygpt.experiments.pairs import BREAKAGES, HEALTHY, TRIALS, breakage_plan, trial_plan
from tinygpt.languages.catalogue import TASKS, best_loss
from tinygpt.training.loop import advance
from tinygpt.training.state import start

WRONG = {
    "no-mask": {"mask": (True, False)},
    "no-positions": {"positions": ("learned", "none")},
    "no-residual": {"residual": (True, False)},
    "wrong-axis": {"softmax_dim": (-1, -2)},
    "no-scale": {"scale": ("1/sqrt(head_size)", "none")},
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_one_thing_is_wrong_and_nothing_else(name):
    well, broken = breakage_plan(name, "tinyshakespeare", 65).runs
    assert (well.label, broken.label) == (HEALTHY, BREAKAGES[name].title)
    differs = what_differs([well.spec, broken.spec])
    if name == "learning-rate":
        before, after = differs.pop("learning_rate")
        assert after == pytest.approx(30 * before) and not differs
    else:
        assert differs == WRONG[name]
    assert well.spec.train.same_batches and well.spec.train.seed == broken.spec.train.seed == 1337


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_breakage_is_a_run_that_fits_its_text(name):
    spec = BREAKAGES[name].specs("markov", TASKS["markov"].vocab_size)[0]
    assert spec.corpus == (BREAKAGES[name].corpus or "markov")
    assert start(replace(spec, train=replace(spec.train, max_steps=1)), load_corpus(spec.corpus)).step == 0
    assert spec.train.max_steps <= 3_000
    assert len(breakage_plan(name, "markov", 8, (1337, 1)).title) <= 60


@cache
def final_val(spec):
    """The val loss with which a run ends; None where it diverges. Two pairs share their runs: each is trained once."""
    text, state = load_corpus(spec.corpus), start(spec, load_corpus(spec.corpus))
    while not state.ended:
        points = advance(state, text, seconds=10)
    return points[-1].val if state.ended == "finished" else None


def finals(name, corpus, vocab_size, steps=None):
    """Val loss of the healthy and of the broken run."""
    specs = [run.spec for run in breakage_plan(name, corpus, vocab_size).runs]
    return [final_val(spec if steps is None else spec.with_settings({"max_steps": steps})) for spec in specs]


@pytest.mark.slow
@pytest.mark.trained
def test_without_positions_the_model_never_finds_what_stands_three_places_back(margin):
    well, broken = finals("no-positions", "", 0)
    floor = best_loss("look-back", 8)
    margin("healthy above the best loss", well - floor, below=0.05)
    margin("broken above the best loss", broken - floor, above=0.5)


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.usefixtures("exact_file")
def test_the_breakages_go_wrong_as_their_words_say(margin):
    well, broken = finals("no-mask", "tinyshakespeare", 65, 500)
    margin("no mask: too good to be true", broken, below=1)
    margin("no mask: the healthy one", well, above=2.4)
    well, broken = finals("wrong-axis", "tinyshakespeare", 65, 1_000)
    margin("wrong axis: too good as well", broken - well, below=-0.15)
    well, broken = finals("no-residual", "tinyshakespeare", 65, 500)
    margin("no residual", broken - well, above=0.5)
    well, broken = finals("no-scale", "tinyshakespeare", 65, 1_000)
    margin("no scale: a small effect", broken - well, above=0.04, below=0.2)
    well, broken = finals("learning-rate", "tinyshakespeare", 65, 500)
    margin("learning rate: the healthy one", well, below=2.4)
    assert broken is None


# --- on made-up languages the truth is known -------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "missing"), [("look-back", "positions"), ("copying", "n_layer")])
def test_only_the_part_that_it_takes_is_missing(name, missing):
    able, unable = trial_plan(name).runs
    assert (able.label, unable.label) == TRIALS[name].labels
    assert set(what_differs([able.spec, unable.spec])) == {missing}
    assert able.spec.train.same_batches and able.spec.train.max_steps <= 3_000
    assert TRIALS[name].corpus == name


def test_a_trial_with_seeds_is_a_plan():
    found = trial_plan("copying", (1337, 1, 2))
    assert (found.kind, len(found.runs), len(TRIALS["copying"].title)) == ("language", 6, len(found.title))


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.parametrize("name", TRIALS)
def test_one_model_finds_the_rule_and_the_other_does_not(name, margin):
    specs = {run.label: run.spec for run in trial_plan(name).runs}
    above = {label: final_val(spec) - best_loss(name, spec.model.block_size) for label, spec in specs.items()}
    margin("who can, above the best loss", above[TRIALS[name].labels[0]], below=NEAR)
    margin("who cannot, above the best loss", above[TRIALS[name].labels[1]], above=2 * NEAR)
