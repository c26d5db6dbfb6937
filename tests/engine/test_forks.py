"""A fork begins at the bits of its parent. What is done to it is done from there on; whatever dies, it ends right."""

import json
from dataclasses import replace

import pytest

from tests.engine.engines import (
    CORPUS,
    KEY,
    V,
    assert_equal_to_one_piece,
    closing,
    curve,
    finished,
    in_process,
    on_loky,
)
from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import read_info
from tinygpt.checkpoint.run_state import dumps
from tinygpt.engine.description import Origin, RunDescription
from tinygpt.engine.lanes import LokyLane
from tinygpt.engine.records import NotYours
from tinygpt.engine.runs import RunStore
from tinygpt.gpt import GPTConfig
from tinygpt.scheduler import Scheduler
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

GPT = RunSpec(
    GPTConfig(V, n_embd=16, n_head=2, n_layer=1, dropout=0.2),
    TrainConfig(max_steps=600, eval_interval=100, batch_size=4),
    KEY,
)
SURGERY = "0.1 flat"


@pytest.fixture
def engine(tmp_path):
    with in_process(tmp_path) as engine:
        yield engine


def paused_at(engine, spec, step, student="ann"):
    """A run that stands still at a step."""
    run = engine.submit(spec, student)
    engine.scheduler.pause(run)
    until(lambda: all(worker.run != run for worker in engine.scheduler.workers()))
    while (left := step - engine.scheduler.view(run).step) > 0:
        engine.scheduler.step(run, left)
        until(lambda: not engine.scheduler.view(run).busy)
    assert engine.scheduler.view(run).step == step
    return run


def test_a_fork_without_surgery_ends_as_its_parent_to_the_byte(engine):
    run = paused_at(engine, GPT, 250)
    fork = engine.scheduler.fork(run, "", student="ann")
    engine.scheduler.pause(fork)
    assert engine.scheduler.state_bytes(fork) == engine.scheduler.state_bytes(run)
    for each in (run, fork):
        engine.scheduler.resume(each)
    for each in (run, fork):
        assert_equal_to_one_piece(engine, each, GPT)
    assert engine.scheduler.model_bytes(fork) == engine.scheduler.model_bytes(run)
    assert engine.scheduler.snapshots(fork) == engine.scheduler.snapshots(run)


def test_a_fork_with_surgery_is_the_run_with_surgery_from_that_step_on(engine):
    run = paused_at(engine, GPT, 250)
    fork = engine.scheduler.fork(run, SURGERY, student="ann", name="cut")
    view = engine.scheduler.view(fork)
    assert (view.name, view.origin, view.spec) == ("cut", Origin(run, 250), GPT.operated(SURGERY, 250))
    assert curve(engine.scheduler.points(fork)) == curve(engine.scheduler.points(run)), "up to there they are one"
    assert_equal_to_one_piece(engine, fork, view.spec)
    assert curve(engine.scheduler.store.points(run)) == curve(engine.scheduler.store.points(fork)[:250])
    before, after = (read_info(engine.scheduler.snapshot(fork, step)) for step in (150, 300))
    assert "surgery" not in before["model"] and after["model"]["surgery"] == SURGERY
    engine.scheduler.resume(run)
    assert_equal_to_one_piece(engine, run, GPT)


def test_states_on_either_side_of_an_operation_are_equal_however_they_are_cut():
    spec = GPT.operated("0.0 cut, 0 feed-forward", 3)
    whole, by_single_steps = start(spec, CORPUS), start(spec, CORPUS)
    for _ in range(6):
        advance(by_single_steps, CORPUS, steps=1)
        assert by_single_steps.model.config == spec.model_at(by_single_steps.step)
    advance(whole, CORPUS, steps=6)
    assert dumps(whole) == dumps(by_single_steps)
    untouched = start(GPT, CORPUS)
    advance(untouched, CORPUS, steps=6)
    assert dumps(whole) != dumps(untouched)


@pytest.mark.slow
def test_a_fork_with_surgery_survives_two_killed_workers(tmp_path):
    with on_loky(tmp_path) as engine:
        long = replace(GPT, train=replace(GPT.train, max_steps=1_500))
        run = paused_at(engine, long, 250)
        fork = engine.scheduler.fork(run, SURGERY, student="ann")
        engine.scheduler.resume(run)
        for _ in range(2):
            before = engine.scheduler.view(fork).step
            until(lambda: engine.scheduler.view(fork).step > before)  # noqa: B023
            until(lambda: engine.kill(fork))
        assert_equal_to_one_piece(engine, fork, long.operated(SURGERY, 250))
        assert_equal_to_one_piece(engine, run, long)


def test_a_fork_goes_on_after_a_restart_before_its_first_slice(tmp_path):
    with in_process(tmp_path) as engine:
        run = paused_at(engine, GPT, 250)
        fork = engine.scheduler.fork(run, SURGERY, student="ann")
        engine.scheduler.pause(fork)
        engine.scheduler.delete(run)
    with closing(Scheduler(LokyLane, 1, store=RunStore(tmp_path))) as scheduler:
        [view] = scheduler.runs("ann")
        assert (view.id, view.status, view.origin) == (fork, "interrupted", Origin(run, 250))
        assert view.step >= 250 and view.step == len(scheduler.points(fork))
        scheduler.resume(fork)
        until(lambda: not scheduler.view(fork).live)
        scheduler.flush()
        whole = start(GPT.operated(SURGERY, 250), CORPUS)
        assert curve(scheduler.store.points(fork)) == curve(advance(whole, CORPUS))


def test_the_same_fork_twice_is_one(engine):
    run = paused_at(engine, GPT, 20)
    first, second, other = (engine.scheduler.fork(run, each, student="ann") for each in (SURGERY, SURGERY, "0.0 cut"))
    assert first == second != other


def test_what_cannot_be_forked_is_refused_in_words(engine):
    fork = engine.scheduler.fork
    run = paused_at(engine, GPT, 20)
    with pytest.raises(NotYours):
        fork(run, SURGERY, student="bob")
    with pytest.raises(ValueError, match="there is no block 7"):
        fork(run, "7 attention", student="ann")
    twin = fork(run, SURGERY, student="ann")
    engine.scheduler.pause(twin)
    with pytest.raises(ValueError, match="has an operation already .0.1 flat, from step 20"):
        fork(twin, "0.0 cut", student="ann")
    fork(twin, SURGERY, student="ann")
    with pytest.raises(ValueError, match="room for 3"):
        fork(run, "", student="ann")
    engine.scheduler.stop(run)
    finished(engine, run)
    with pytest.raises(ValueError, match="ended only its models are kept"):
        fork(run, "", student="ann")
    table = paused_at(engine, RunSpec(BigramConfig(V), GPT.train, KEY), 5, student="eve")
    with pytest.raises(ValueError, match="no heads"):
        fork(table, "0.0 cut", student="eve")


def test_what_a_description_says_of_its_origin_is_believed_only_if_it_can_be():
    about = RunDescription("0" * 32, "ann", "forked", GPT.operated(SURGERY, 9), 1.0, 3, origin=Origin("1" * 32, 9))
    assert RunDescription.from_json(about.id, about.to_json()) == about
    for wrong in ({"run": 1, "step": 9}, {"run": "1" * 32, "step": -1}, {"run": "1" * 999, "step": 1}, [], "x"):
        facts = json.loads(about.to_json()) | {"origin": wrong}
        with pytest.raises(ValueError):
            RunDescription.from_json(about.id, json.dumps(facts).encode())
