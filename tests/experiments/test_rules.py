"""On made-up languages the truth is known: one model finds the rule, the other cannot."""

import pytest

from tinygpt.corpus import load_corpus
from tinygpt.experiments.differences import what_differs
from tinygpt.experiments.rules import FOUND, TRIALS, trial_plan
from tinygpt.languages.catalogue import best_loss
from tinygpt.training.loop import advance
from tinygpt.training.state import start


@pytest.mark.parametrize(("name", "missing"), [("look-back", "positions"), ("copying", "n_layer")])
def test_only_the_part_that_it_takes_is_missing(name, missing):
    able, unable = trial_plan(name).runs
    assert (able.label, unable.label) == (TRIALS[name].able, TRIALS[name].unable)
    assert set(what_differs([able.spec, unable.spec])) == {missing}
    assert able.spec.train.same_batches and able.spec.train.max_steps <= 3_000
    assert TRIALS[name].floor == best_loss(name, able.spec.model.block_size)


def test_a_trial_with_seeds_is_a_plan():
    found = trial_plan("copying", (1337, 1, 2))
    assert (found.kind, len(found.runs), len(TRIALS["copying"].title)) == ("language", 6, len(found.title))
    with pytest.raises(ValueError, match="choose one of look-back, copying"):
        trial_plan("latin")


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.parametrize("name", TRIALS)
def test_one_model_finds_the_rule_and_the_other_does_not(name, margin):
    above = {}
    for run in trial_plan(name).runs:
        corpus = load_corpus(name)
        state = start(run.spec, corpus)
        while not state.ended:
            points = advance(state, corpus, seconds=10)
        above[run.label] = points[-1].val - TRIALS[name].floor
    margin("who can, above the best loss", above[TRIALS[name].able], below=FOUND)
    margin("who cannot, above the best loss", above[TRIALS[name].unable], above=2 * FOUND)
