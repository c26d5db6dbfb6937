"""Whose turn is it: equal shares for students, and inside a student for her single runs and her experiment."""

import uuid
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.engines import slices_made
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.engine.description import Membership, RunDescription
from tinygpt.engine.pacing import FIRST
from tinygpt.engine.pool import Lane
from tinygpt.engine.records import Run
from tinygpt.engine.run_table import RunTable
from tinygpt.engine.runs import RunStore
from tinygpt.engine.samples import Sample
from tinygpt.engine.slices import SAMPLE_LENGTH, Slice
from tinygpt.engine.thinning import ThinnedCurve
from tinygpt.engine.turns import Clocks, Turns
from tinygpt.training.account import account_of_step
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

SPEC = RunSpec(BigramConfig(), TrainConfig())


def served(turns, times, seconds=1.0):
    """Who gets the next slices, one after the other on a single lane; a run is named student/number."""
    order = []
    for _ in range(times):
        run = turns.take()
        student = run.split("/")[0]
        turns.charge(student, run, seconds)
        turns.add(student, run)
        order.append(run)
    return order


def lined_up(*runs):
    turns = Turns()
    for run in runs:
        turns.add(run.split("/")[0], run)
    return turns


def test_equal_students_take_turns():
    assert served(lined_up("ann/1", "bob/1", "cem/1"), 6) == ["ann/1", "bob/1", "cem/1"] * 2


def test_three_runs_of_one_student_share_her_turn():
    order = served(lined_up("ann/1", "ann/2", "ann/3", "bob/1"), 12)
    assert Counter(order) == {"bob/1": 6, "ann/1": 2, "ann/2": 2, "ann/3": 2}


def test_a_newcomer_neither_waits_for_the_past_nor_gains_from_it():
    turns = lined_up("ann/1", "bob/1")
    served(turns, 100)
    turns.add("new", "new/1")
    order = served(turns, 9)
    assert "new/1" in order[:3]
    assert Counter(order)["new/1"] == 3


def test_a_longer_slice_is_paid_back():
    turns = lined_up("ann/1", "bob/1")
    assert turns.take() == "ann/1"
    turns.charge("ann", "ann/1", 3.0)
    turns.add("ann", "ann/1")
    assert served(turns, 4) == ["bob/1", "bob/1", "bob/1", "ann/1"]


def test_an_urgent_run_goes_first():
    turns = lined_up("ann/1", "bob/1")
    turns.add("cem", "cem/1", urgent=True)
    assert turns.take() == "cem/1"


def test_a_dropped_run_has_no_turn():
    turns = lined_up("ann/1", "ann/2")
    turns.drop("ann", "ann/1")
    turns.drop("ann", "ann/1")
    turns.drop("bob", "bob/1")
    assert (len(turns), turns.take(), turns.take()) == (1, "ann/2", None)


@given(st.lists(st.integers(1, 3), min_size=2, max_size=30), st.floats(0.1, 2.0))
def test_no_student_is_ever_more_than_one_slice_ahead(runs_of, seconds):
    names = [f"s{i}/{j}" for i, many in enumerate(runs_of) for j in range(many)]
    order = served(lined_up(*names), 5 * len(runs_of), seconds)
    shares = Counter(run.split("/")[0] for run in order)
    assert set(shares.values()) == {5}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return RunStore(tmp_path_factory.mktemp("runs"))


class Timed(RunTable):
    """A table whose slices are as long as `seconds(student)` says."""

    def __init__(self, store, seconds):
        super().__init__(store)
        self.seconds = seconds

    def _job(self, run, lanes, *, held):
        return replace(super()._job(run, lanes, held=held), seconds=self.seconds(run.about.student))


def on_lanes(store, runs, lanes, slices, seconds=lambda student: 1.0):
    """How many of so many slices the dispatcher hands out to each group; a run is named student/group/number."""
    table = Timed(store, seconds)
    for name in runs:
        student, group, _ = name.split("/")
        part = Membership(f"{student}/{group}", "ladder", "A race", "")
        table.add(RunDescription(uuid.uuid4().hex, student, name, SPEC, 1.0, 0, part))
    made = slices_made(table, lanes, slices)
    table.disk.close()
    return Counter(table.runs[run].about.group for run in made)


def test_a_single_run_does_not_wait_for_eighteen_slices_of_her_experiment():
    race = [f"ann/race/{i}" for i in range(18)]
    turns = Turns()
    for run in race:
        turns.add("ann", run, group="race")
    turns.add("ann", "single")
    order = []
    for _ in range(36):
        order.append(run := turns.take())
        turns.charge("ann", "single" if run == "single" else "race", 1.0)
        turns.add("ann", run, group="" if run == "single" else "race")
    assert order[1::2] == ["single"] * 18
    assert order[::2] == race  # and the runs of the race one after the other, so its curves grow together


@pytest.mark.parametrize("lanes", [1, 2])
def test_an_experiment_and_a_single_run_of_one_student_are_equals_on_any_number_of_lanes(store, lanes):
    runs = [f"ann/race/{i}" for i in range(18)] + ["ann/single/0"]
    had = on_lanes(store, runs, lanes, slices=200)
    assert abs(had["ann/race"] - had["ann/single"]) <= 2


@pytest.mark.parametrize("lanes", [1, 2])
def test_an_experiment_of_eighteen_runs_takes_nothing_from_another_student(store, lanes):
    had = on_lanes(store, [*(f"ann/race/{i}" for i in range(18)), "bob/single/0"], lanes, slices=200)
    assert abs(had["ann/race"] - had["bob/single"]) <= 2
    had = on_lanes(store, [f"{student}/race/{i}" for student in ("ann", "bob") for i in range(3, 9)], lanes, slices=200)
    assert abs(had["ann/race"] - had["bob/race"]) <= 2


@settings(max_examples=30)  # each hands out 300 slices
@given(
    st.integers(1, 4), st.integers(1, 20), st.integers(0, 3), st.integers(1, 5),
    st.floats(0.5, 2.0), st.floats(0.5, 2.0),
)  # fmt: skip
def test_students_get_equal_time_whatever_each_has_on_her_way(store, lanes, many, single, others, long, short):
    """Each needs as many runs as there are lanes, or a lane would be hers alone."""
    ann = [f"ann/race/{i}" for i in range(max(many, lanes))] + [f"ann/{i}/0" for i in range(single)]
    bob = [f"bob/{i}/0" for i in range(max(others, lanes))]
    length = {"ann": long, "bob": short}
    had = on_lanes(store, [*ann, *bob], lanes, slices=300, seconds=length.get)
    time = Counter()
    for name, slices in had.items():
        time[name.split("/")[0]] += slices * length[name.split("/")[0]]
    assert abs(time["ann"] - time["bob"]) <= 2 * lanes * max(long, short)


def test_the_runs_of_an_experiment_can_be_dropped_one_by_one():
    turns = Turns()
    for run in ("race/1", "race/2"):
        turns.add("ann", run, group="race")
    turns.drop("ann", "race/1", group="race")
    turns.drop("ann", "race/1", group="race")
    assert (len(turns), turns.take(), turns.take()) == (1, "race/2", None)


def test_clocks_forget_whoever_time_has_overtaken():
    clocks = Clocks()
    for name in range(1_000):
        clocks.join(str(name))
        assert clocks.first() == str(name)
        clocks.charge(str(name), 1.0)
        clocks.leave(str(name))
    clocks.join("last")
    clocks.charge("last", 1.0)
    clocks.first()
    assert len(vars(clocks)["_had"]) <= 3


def test_a_slice_of_a_run_deleted_meanwhile_costs_what_it_took(tmp_path):
    table, lane = RunTable(RunStore(tmp_path)), Lane(0)

    def ready(student, slices=0):
        run = Run(RunDescription(uuid.uuid4().hex, student, "mine", SPEC, 1.0, 0), curve=ThinnedCurve(), slices=slices)
        table.runs[run.about.id] = run
        table.line_up(run)
        return run.about.id

    gone = ready("ann", slices=1)  # not its first, so a long one
    _, job = table.next_job([lane], 1)
    del table.runs[gone]
    table.lost(job)  # it took no time
    bob, ann, bob_too = ready("bob"), ready("ann"), ready("bob")
    assert [table.next_job([lane], 1)[1].run for _ in range(3)] == [bob, ann, bob_too]
    table.disk.close()


def test_a_run_of_somebody_else_is_told_apart_from_one_s_own():
    turns = Turns()
    turns.add("ann", "a", group="experiment")
    turns.add("ann", "b", group="experiment")
    assert not turns.others("ann") and turns.others("ben")
    turns.add("ben", "c", urgent=True)
    assert turns.others("ann")
    assert turns.take() == "c" and not turns.others("ann")


def next_job(tmp_path, **so_far):
    """What a run is asked to do next that has come so far."""
    table = RunTable(RunStore(tmp_path))
    run = Run(RunDescription(uuid.uuid4().hex, "ann", "mine", SPEC, 1.0, 0), curve=ThinnedCurve(), **so_far)
    table.runs[run.about.id] = run
    table.line_up(run)
    _, job = table.next_job([Lane(0)], 1)
    table.disk.close()
    return job


WRITTEN = (Sample(0, "what it wrote"),)


def test_a_run_begins_with_a_single_step_then_a_short_slice_brings_what_it_wrote_before(tmp_path):
    first, second = next_job(tmp_path), next_job(tmp_path, slices=1)
    assert (first.steps, first.sample, first.untrained) == (1, 0, False)
    assert (second.steps, second.sample, second.untrained, second.seconds) == (None, 0, True, FIRST)
    third = next_job(tmp_path, slices=2, samples=WRITTEN)
    assert (third.steps, third.untrained) == (None, False) and third.sample > 0 and third.seconds > FIRST


def test_after_a_mishap_a_slice_is_short_and_a_fork_or_a_resumed_run_does_not_write_untrained_again(tmp_path):
    assert next_job(tmp_path, slices=9, deaths=1, samples=WRITTEN).seconds == FIRST
    for slices in (0, 1, 5):
        assert not next_job(tmp_path, slices=slices, samples=WRITTEN).untrained


def test_steps_by_hand_bring_both_writings_from_the_first_on(tmp_path):
    first = next_job(tmp_path, status="paused", steps_wanted=3)
    assert (first.steps, first.sample, first.untrained, first.account) == (3, SAMPLE_LENGTH, True, True)


def test_how_fast_a_run_is_say_the_slices_that_nobody_ordered():
    run = Run(RunDescription("r", "ann", "mine", SPEC, 1.0, 0))
    corpus = load_corpus(default_corpus())
    seen, by_hand = [], account_of_step(start(SPEC, corpus), corpus)[1]
    for step, account in ((1, None), (11, None), (12, by_hand), (42, None)):
        run.take_in(Slice("r", step=step, seconds=1.0, account=account))
        seen.append(run.progress.steps_per_second)
    assert seen == pytest.approx([0, 10, 10, 0.7 * 10 + 0.3 * 30])


def test_a_run_says_how_often_there_is_news_of_it_and_a_pause_does_not_count():
    run = Run(RunDescription("r", "ann", "mine", SPEC, 1.0, 0))
    rhythms = []
    for now, status in ((10, "training"), (12, "training"), (13, "paused"), (99, "training"), (101, "training")):
        run.status = status
        run.beat(now)
        rhythms.append(run.view().rhythm)
    assert rhythms == pytest.approx([0, 2, 0.7 * 2 + 0.3, 1.7, 0.7 * 1.7 + 0.3 * 2])
