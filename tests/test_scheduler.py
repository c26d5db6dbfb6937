"""The contract of the scheduler, on three executors: in this process, loky's processes, a dask cluster.

Whatever happens to a run (cut into slices, interleaved, moved, its workers killed), its curve is that of the run in
one piece and its state is equal to the byte.
"""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.engine.engines import (
    CORPUS,
    KEY,
    Engine,
    V,
    assert_equal_to_one_piece,
    closing,
    finished,
    in_process,
    on_dask,
    on_loky,
)
from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.checkpoint.run_state import dumps
from tinygpt.engine.limits import MAX_LIVE, MAX_PARAMETERS, MAX_STEPS
from tinygpt.engine.records import NoSuchRun, NotYours
from tinygpt.engine.runs import RunStore
from tinygpt.engine.slices import snapshot_steps
from tinygpt.experiments.plan import repeat_plan
from tinygpt.gpt import GPTConfig
from tinygpt.scheduler import Scheduler
from tinygpt.texts.own import keep_text
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

TABLE = RunSpec(BigramConfig(V), TrainConfig(max_steps=1_200, eval_interval=200, learning_rate=1e-2, batch_size=4), KEY)
GPT = RunSpec(
    GPTConfig(V, n_embd=16, n_head=2, n_layer=1, dropout=0.2),
    TrainConfig(max_steps=400, eval_interval=100, batch_size=4),
    KEY,
)
SECONDS_LONG = replace(GPT, train=replace(GPT.train, max_steps=1_500))
ENDLESS = replace(GPT, train=replace(GPT.train, max_steps=MAX_STEPS, eval_interval=1_000))
SPECS = {"bigram": TABLE, "gpt with dropout": GPT}


ENGINES = {"in process": in_process, "loky": on_loky, "dask": on_dask}
SLOW = {"loky", "dask"}


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in ENGINES]
)
def engine(request, tmp_path_factory):
    with ENGINES[request.param](tmp_path_factory.mktemp("runs")) as engine:
        yield engine


def status(engine, run):
    return engine.scheduler.view(run).status


@pytest.mark.slow
@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_slices_on_any_worker_are_the_run_in_one_piece(engine, spec):
    other = engine.submit(ENDLESS)
    run = engine.submit(spec)
    assert_equal_to_one_piece(engine, run, spec)
    engine.scheduler.delete(other)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_the_state_after_many_small_slices_is_equal_to_the_byte(engine, spec):
    run = engine.submit(spec)
    engine.scheduler.pause(run)
    made = still(engine, run)
    for steps in (1, 30, 150):
        engine.scheduler.step(run, steps)
        made += steps
        until(lambda: engine.scheduler.view(run).step == made)  # noqa: B023
    state = start(spec, CORPUS)
    advance(state, CORPUS, steps=made)
    assert engine.scheduler.state_bytes(run) == dumps(state)
    engine.scheduler.stop(run)


def still(engine, run):
    """Wait until no slice of a paused run is in flight; its step then."""
    assert status(engine, run) == "paused"
    until(lambda: all(worker.run != run for worker in engine.scheduler.workers()))
    return engine.scheduler.view(run).step


@pytest.mark.slow
def test_two_killed_workers_cost_nothing_but_time(engine):
    other, run = engine.submit(TABLE), engine.submit(SECONDS_LONG)
    for _ in range(2):
        before = engine.scheduler.view(run).step
        until(lambda: engine.scheduler.view(run).step > before)  # noqa: B023
        until(lambda: engine.kill(run))
    assert_equal_to_one_piece(engine, run, SECONDS_LONG)
    assert_equal_to_one_piece(engine, other, TABLE)


@pytest.mark.slow
def test_pause_and_resume(engine):
    run = engine.submit(SECONDS_LONG)
    until(lambda: engine.scheduler.view(run).step > 0)
    engine.scheduler.pause(run)
    assert status(engine, run) == "paused"
    step = still(engine, run)
    assert 0 < step < SECONDS_LONG.train.max_steps
    assert len(engine.scheduler.points(run)) > 0
    engine.scheduler.resume(run)
    assert_equal_to_one_piece(engine, run, SECONDS_LONG)


def test_a_single_step_is_a_single_step(engine):
    run = engine.submit(ENDLESS)
    until(lambda: engine.scheduler.view(run).step > 0)
    engine.scheduler.pause(run)
    step = still(engine, run)
    engine.scheduler.step(run)
    until(lambda: engine.scheduler.view(run).step > step)
    assert (still(engine, run), status(engine, run)) == (step + 1, "paused")
    engine.scheduler.step(run, 5)
    until(lambda: engine.scheduler.view(run).step == step + 6)
    engine.scheduler.delete(run)


def test_a_stopped_run_keeps_its_model_as_it_was(engine):
    run = engine.submit(ENDLESS)
    until(lambda: engine.scheduler.view(run).step > 0)
    engine.scheduler.stop(run)
    view = finished(engine, run)
    assert (view.status, view.step > 0) == ("stopped", True)
    assert load(engine.scheduler.store.model(run)).info["step"] == view.step
    assert load(engine.scheduler.model_bytes(run)).info["step"] == view.step
    assert len(engine.scheduler.store.points(run)) == view.points == view.step


def test_a_double_click_trains_once(engine):
    student = uuid.uuid4().hex
    clicks = [threading.Thread(target=lambda: ids.append(engine.submit(ENDLESS, student))) for _ in range(5)]
    ids: list[str] = []
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert len(set(ids)) == 1
    engine.scheduler.stop(ids[0])
    finished(engine, ids[0])
    assert (again := engine.submit(ENDLESS, student)) != ids[0]  # a new run, once that one is over
    engine.scheduler.delete(again)


def test_a_run_that_raises_fails_alone_and_in_words(engine, caplog):
    key = keep_text("ab" * 100, engine.scheduler.store.corpora)
    good = engine.submit(TABLE)
    bad = engine.submit(RunSpec(BigramConfig(3), TrainConfig(), key))
    gone = engine.submit(replace(TABLE, corpus="0" * 64))
    view = finished(engine, bad)
    assert view.status == "failed"
    assert "knows 3 characters and the text has 2" in view.note
    assert "not here" in finished(engine, gone).note
    assert "failed" in caplog.text
    assert_equal_to_one_piece(engine, good, TABLE)


def test_a_run_deleted_in_mid_slice_leaves_nothing(engine):
    student = uuid.uuid4().hex
    run = engine.submit(ENDLESS, student)
    until(lambda: engine.scheduler.view(run).step > 0)
    engine.scheduler.delete(run)
    assert engine.scheduler.view(run) is None
    assert engine.scheduler.runs(student) == []
    until(lambda: all(worker.run != run for worker in engine.scheduler.workers()))
    engine.scheduler.flush()
    assert not engine.scheduler.store.home(run).exists()


ON_A_RUN = {
    "pause": (), "resume": (), "step": (), "stop": (), "delete": (), "rename": ("new",), "points": (),
    "model_bytes": (), "state_bytes": (), "snapshots": (), "snapshot": (1,),
}  # fmt: skip


@pytest.mark.parametrize("command", ON_A_RUN)
@pytest.mark.parametrize("run", ["0" * 32, "", "../x"])
def test_whatever_is_asked_of_a_run_that_is_gone_is_answered_in_words(engine, command, run):
    with pytest.raises(NoSuchRun, match="This run does not exist any more"):
        getattr(engine.scheduler, command)(run, *ON_A_RUN[command])


ORDERS = {"pause": (), "resume": (), "step": (), "stop": (), "delete": ()}  # to a run or an experiment


@pytest.mark.parametrize("command", [*ORDERS, "rename"])
def test_no_student_gives_orders_to_anothers_run(engine, command):
    run, another = engine.submit(ENDLESS), uuid.uuid4().hex
    engine.scheduler.pause(run)
    until(lambda: not engine.scheduler.view(run).busy)
    before = engine.scheduler.view(run)
    with pytest.raises(NotYours, match="somebody else's: you can look at it, and only its owner can change it"):
        getattr(engine.scheduler, command)(run, *ON_A_RUN[command], student=another)
    assert engine.scheduler.view(run) == before
    getattr(engine.scheduler, command)(run, *ON_A_RUN[command], student=before.student)  # its owner may
    if command != "delete":
        engine.scheduler.delete(run)  # and so may whoever runs the server


@pytest.mark.parametrize("command", ORDERS)
def test_no_student_gives_orders_to_anothers_experiment(engine, command):
    owner, another = uuid.uuid4().hex, uuid.uuid4().hex
    experiment = engine.scheduler.begin(repeat_plan("gpt", ENDLESS, (1, 2)), student=owner)
    with pytest.raises(NotYours):
        getattr(engine.scheduler, command)(experiment, student=another)
    assert len(engine.scheduler.experiment(experiment).runs) == 2
    assert engine.scheduler.experiment(experiment).status == "running"
    engine.scheduler.delete(experiment, student=owner)


def test_a_run_that_is_gone_has_no_view(engine):
    assert engine.scheduler.view("0" * 32) is None


@pytest.mark.slow
def test_worker_time_is_shared_by_student_not_by_run(engine):
    three, one, third = (uuid.uuid4().hex for _ in range(3))
    runs = [engine.submit(replace(ENDLESS, train=replace(ENDLESS.train, seed=n)), three) for n in range(3)]
    runs += [engine.submit(ENDLESS, one), engine.submit(ENDLESS, third)]

    def seconds(student):
        return sum(view.seconds for view in engine.scheduler.runs(student))

    def stand():
        return engine.scheduler.workers(), [
            (view.status, view.step, view.silent) for view in map(engine.scheduler.view, runs)
        ]

    until(lambda: seconds(one) > 4 and seconds(third) > 4, says=stand)
    shares = [seconds(student) for student in (three, one, third)]
    for run in runs:
        engine.scheduler.delete(run)
    assert max(shares) < 1.6 * min(shares), shares


def test_what_is_too_large_is_refused_in_words(engine):
    big = replace(GPT, model=GPTConfig(V, n_embd=512, n_layer=8, n_head=8))
    long = replace(GPT, train=replace(GPT.train, max_steps=MAX_STEPS + 1))
    wide = replace(GPT, train=replace(GPT.train, batch_size=4_096), model=replace(GPT.model, block_size=256))
    for spec, limit in ((big, f"{MAX_PARAMETERS:,}"), (long, f"{MAX_STEPS:,}"), (wide, "too long or too large here")):
        with pytest.raises(ValueError, match=limit):
            engine.submit(spec)


def test_a_student_has_three_runs_on_the_way_at_most(engine):
    student = uuid.uuid4().hex
    specs = [replace(ENDLESS, train=replace(ENDLESS.train, seed=n)) for n in range(MAX_LIVE + 1)]
    runs = [engine.submit(spec, student) for spec in specs[:MAX_LIVE]]
    with pytest.raises(ValueError, match="3 runs on their way"):
        engine.submit(specs[-1], student)
    engine.scheduler.delete(runs.pop())
    runs.append(engine.submit(specs[-1], student))
    assert sorted(view.slot for view in engine.scheduler.runs(student)) == [0, 1, 2]
    for run in runs:
        engine.scheduler.delete(run)


def test_names_are_cleaned_and_kept(engine):
    run = engine.submit(GPT)
    engine.scheduler.pause(run)
    engine.scheduler.rename(run, "  a\u202e b\x00\n<b>c</b> " + "x" * 100)
    assert engine.scheduler.view(run).name == ("a b <b>c</b> " + "x" * 100)[:40]
    engine.scheduler.rename(run, "\x00 ")
    assert engine.scheduler.view(run).name.startswith("a b")
    engine.scheduler.flush()
    stored = {about.id: about.name for about in engine.scheduler.store.descriptions()}
    assert stored[run] == engine.scheduler.view(run).name
    engine.scheduler.delete(run)


def test_the_browser_gets_four_hundred_points_and_the_disk_all(engine):
    run = engine.submit(TABLE)
    view = finished(engine, run)
    points = engine.scheduler.points(run)
    assert len(points) <= 400 < view.points == TABLE.train.max_steps + 1
    assert len(engine.scheduler.points(run, most=50)) <= 50
    assert points[-1] == engine.scheduler.store.points(run)[-1]
    assert view.final == (points[-1].loss, points[-1].val)
    assert view.sample
    assert engine.scheduler.snapshots(run) == list(snapshot_steps(TABLE))
    assert load(engine.scheduler.snapshot(run, 75)).info["step"] == 75


def test_a_run_ends_when_its_worker_time_is_up(engine, monkeypatch):
    monkeypatch.setattr("tinygpt.engine.run_table.MAX_SECONDS", 0.3)
    run = engine.submit(ENDLESS)
    view = finished(engine, run)
    assert (view.status, view.final) == ("finished", None)
    assert "Time limit" in view.note
    assert load(engine.scheduler.store.model(run)).info["step"] == view.step


def test_a_diverged_run_says_what_to_do(engine):
    run = engine.submit(replace(GPT, train=replace(GPT.train, learning_rate=1e9)))
    view = finished(engine, run)
    assert view.status == "diverged"
    assert "learning rate" in view.note
    load(engine.scheduler.model_bytes(run))


class Elsewhere(ThreadPoolExecutor):
    """A worker on another machine: the folders of the server are not there."""

    def submit(self, fn, *args):
        return super().submit(fn, *(replace(job, folder=None) for job in args))


def test_an_own_text_is_sent_to_a_worker_that_cannot_read_it(tmp_path):
    with closing(Scheduler(lambda: Elsewhere(1), 2, store=RunStore(tmp_path))) as scheduler:
        engine = Engine(scheduler, kill=None)
        assert_equal_to_one_piece(engine, engine.submit(TABLE), TABLE)
