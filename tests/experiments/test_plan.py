"""A plan is data, and repeats a run over seeds."""

from dataclasses import replace

import pytest

from tinygpt.experiments.plan import Plan, PlannedRun, race, repeat_plan
from tinygpt.training.presets import PRESETS

SPEC = PRESETS["four-heads"].spec("markov", 8)


def test_repeating_a_run_changes_its_seed_alone():
    plan = repeat_plan("four heads", SPEC, (1337, 1, 2))
    assert (plan.kind, plan.title) == ("seeds", "four heads: 3 seeds")
    assert [run.spec.train.seed for run in plan.runs] == [1337, 1, 2]
    assert {run.label for run in plan.runs} == {"four heads"}
    assert {replace(run.spec, train=SPEC.train) for run in plan.runs} == {SPEC}
    assert plan.runs[0].spec == SPEC, "the run that is there already"


def test_a_race_runs_one_seed_of_everybody_before_the_next():
    runs = race([("a", SPEC), ("b", SPEC)], (5, 6))
    assert [(run.label, run.spec.train.seed) for run in runs] == [("a", 5), ("b", 5), ("a", 6), ("b", 6)]
    assert all(run.spec.train.same_batches for run in runs)


@pytest.mark.parametrize("wrong", [(), (1, 1), (-1,)])
def test_seeds_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="seed"):
        repeat_plan("four heads", SPEC, wrong)


def test_a_title_fits_and_there_is_something_to_run():
    assert len(repeat_plan("long " * 40, SPEC, (1,)).title) <= 60
    with pytest.raises(ValueError, match="60"):
        Plan("seeds", "x" * 61, (PlannedRun("a", SPEC),))
    with pytest.raises(ValueError, match="at least one run"):
        Plan("seeds", "empty", ())
