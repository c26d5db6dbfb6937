"""Whose turn is it: equal shares for students, not for runs."""

import uuid
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.engine.card import Card
from tinygpt.engine.desk import Desk
from tinygpt.engine.lane_keeper import Lane
from tinygpt.engine.records import Run
from tinygpt.engine.runs import RunStore
from tinygpt.engine.thinning import Curve
from tinygpt.engine.turns import Turns
from tinygpt.spec import RunSpec, TrainConfig

SPEC = RunSpec(BigramConfig(), TrainConfig())


def served(turns, times, seconds=1.0):
    """Who gets the next slices, one after the other on a single lane; a run is named student/number."""
    order = []
    for _ in range(times):
        run = turns.take()
        student = run.split("/")[0]
        turns.charge(student, seconds)
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
    turns.charge("ann", 3.0)
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


def test_a_slice_of_a_run_deleted_meanwhile_costs_what_it_took(tmp_path):
    desk, lane = Desk(RunStore(tmp_path)), Lane(0)

    def ready(student, slices=0):
        run = Run(Card(uuid.uuid4().hex, student, "mine", SPEC, 1.0, 0), curve=Curve(), slices=slices)
        desk.runs[run.card.id] = run
        desk.line_up(run)
        return run.card.id

    gone = ready("ann", slices=1)  # not its first, so a long one
    _, job = desk.next_job([lane], 1)
    del desk.runs[gone]
    desk.lost(job)  # it took no time
    bob, ann, bob_too = ready("bob"), ready("ann"), ready("bob")
    assert [desk.next_job([lane], 1)[1].run for _ in range(3)] == [bob, ann, bob_too]
    desk.scribe.close()
