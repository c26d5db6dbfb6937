"""The contract of the scheduler, on three executors: in this process, loky's processes, a dask cluster.

Whatever happens to a run (cut into slices, interleaved, moved, its workers killed), its curve is that of the run in
one piece and its state is equal to the byte.
"""

import functools
import os
import signal
import threading
import time
import uuid
from concurrent.futures import BrokenExecutor, Future, InvalidStateError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint import dumps, load, loads
from tinygpt.corpus import Corpus
from tinygpt.engine.lanes import loky_lane
from tinygpt.engine.limits import MAX_LIVE, MAX_PARAMETERS, MAX_STEPS
from tinygpt.engine.records import NoSuchRun
from tinygpt.engine.runs import RunStore
from tinygpt.gpt import GPTConfig
from tinygpt.own_texts import keep_text, sha256_of
from tinygpt.scheduler import Scheduler
from tinygpt.training import RunSpec, TrainConfig, advance, start

TEXT = "the quick brown fox jumps over the lazy dog. " * 40
CORPUS = Corpus.from_text(TEXT)
V = CORPUS.tokenizer.vocab_size
KEY = sha256_of(TEXT)

TABLE = RunSpec(BigramConfig(V), TrainConfig(max_steps=1_200, eval_interval=200, learning_rate=1e-2, batch_size=4), KEY)
GPT = RunSpec(
    GPTConfig(V, n_embd=16, n_head=2, n_layer=1, dropout=0.2),
    TrainConfig(max_steps=400, eval_interval=100, batch_size=4),
    KEY,
)
SECONDS_LONG = replace(GPT, train=replace(GPT.train, max_steps=1_500))
ENDLESS = replace(GPT, train=replace(GPT.train, max_steps=MAX_STEPS, eval_interval=1_000))
SPECS = {"bigram": TABLE, "gpt with dropout": GPT}


class Mortal(ThreadPoolExecutor):
    """A worker in this process that can die like a real one: what it was doing never comes back."""

    def __init__(self):
        super().__init__(1)
        self.job, self.outcome, self.dead = None, Future(), False

    def submit(self, fn, *args):
        if self.dead:
            raise BrokenExecutor("dead")
        self.job, self.outcome = (args[0] if args else None), Future()
        super().submit(self._run, self.outcome, fn, args)
        return self.outcome

    def _run(self, outcome, fn, args):
        try:
            result, set_result = fn(*args), outcome.set_result
        except Exception as error:
            result, set_result = error, outcome.set_exception
        with suppress(InvalidStateError):  # killed meanwhile
            set_result(result)

    def kill(self):
        self.dead = True
        with suppress(InvalidStateError):
            self.outcome.set_exception(BrokenExecutor("killed"))

    def shutdown(self, wait=True, **others):
        super().shutdown(wait=False)


@dataclass
class Engine:
    """A scheduler on some executor, and how to kill the worker that trains a run just now."""

    scheduler: Scheduler
    kill: Any

    def submit(self, spec, student=None):
        """A run of a student of its own, so that tests do not meet."""
        return self.scheduler.submit(spec, student=student or uuid.uuid4().hex)


@contextmanager
def in_process(folder):
    lanes = []

    def factory():
        lanes.append(Mortal())
        return lanes[-1]

    def kill(run):
        for lane in list(lanes):
            if not lane.dead and not lane.outcome.done() and getattr(lane.job, "run", None) == run:
                lane.kill()
                return True
        return False

    with closing(Scheduler(factory, 2, store=RunStore(folder))) as scheduler:
        yield Engine(scheduler, kill)


@contextmanager
def on_loky(folder):
    with closing(Scheduler(loky_lane, 2, store=RunStore(folder))) as scheduler:

        def kill(run):
            busy = [worker.pid for worker in scheduler.workers() if worker.run == run]
            for pid in busy:
                os.kill(pid, signal.SIGKILL)
            return bool(busy)

        yield Engine(scheduler, kill)


@contextmanager
def on_dask(folder):
    from distributed import Client, LocalCluster

    from tinygpt.engine.dask_lanes import open_cluster

    with (
        LocalCluster(2, processes=True, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        factory, workers = open_cluster(cluster.scheduler_address)
        assert workers == 2

        def kill(run):
            busy = [address for address, tasks in client.processing().items() if tasks]
            for pid in client.run(os.getpid, workers=busy).values() if busy else ():
                os.kill(pid, signal.SIGKILL)
            return bool(busy)

        with closing(Scheduler(factory, workers, store=RunStore(folder))) as scheduler:
            yield Engine(scheduler, kill)
        factory.client.close()


@contextmanager
def closing(scheduler):
    keep_text(TEXT, scheduler.store.corpora)
    try:
        yield scheduler
    finally:
        scheduler.close()


ENGINES = {"in process": in_process, "loky": on_loky, "dask": on_dask}
SLOW = {"loky", "dask"}


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in ENGINES]
)
def engine(request, tmp_path_factory):
    with ENGINES[request.param](tmp_path_factory.mktemp("runs")) as engine:
        yield engine


def until(condition, timeout=90.0):
    """Wait until something is so; what it is then."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
    return value


def status(engine, run):
    return engine.scheduler.view(run).status


def finished(engine, run):
    """Wait for the end of a run; its view then, with everything on disk."""
    until(lambda: not engine.scheduler.view(run).live)
    engine.scheduler.flush()
    return engine.scheduler.view(run)


def curve(points):
    return [point._replace(seconds=0.0) for point in points]


@functools.cache
def in_one_piece(spec):
    """The curve and the state of a run that nothing happens to."""
    state = start(spec, CORPUS)
    return curve(advance(state, CORPUS)), dumps(state)


def assert_equal_to_one_piece(engine, run, spec):
    view = finished(engine, run)
    assert view.status == "finished", view.note
    points, blob = in_one_piece(spec)
    assert curve(engine.scheduler.store.points(run)) == points
    mine, exact = load(engine.scheduler.model_bytes(run)).model.state_dict(), loads(blob).model.state_dict()
    assert mine.keys() == exact.keys()
    assert all((mine[name] == exact[name]).all() for name in mine)


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


def test_two_killed_workers_cost_nothing_but_time(engine):
    other, run = engine.submit(TABLE), engine.submit(SECONDS_LONG)
    for _ in range(2):
        before = engine.scheduler.view(run).step
        until(lambda: engine.scheduler.view(run).step > before)  # noqa: B023
        until(lambda: engine.kill(run))
    assert_equal_to_one_piece(engine, run, SECONDS_LONG)
    assert_equal_to_one_piece(engine, other, TABLE)


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


def test_a_run_that_is_gone_has_no_view(engine):
    assert engine.scheduler.view("0" * 32) is None


@pytest.mark.slow
def test_worker_time_is_shared_by_student_not_by_run(engine):
    three, one, third = (uuid.uuid4().hex for _ in range(3))
    runs = [engine.submit(replace(ENDLESS, train=replace(ENDLESS.train, seed=n)), three) for n in range(3)]
    runs += [engine.submit(ENDLESS, one), engine.submit(ENDLESS, third)]

    def seconds(student):
        return sum(view.seconds for view in engine.scheduler.runs(student))

    until(lambda: seconds(one) > 4 and seconds(third) > 4)
    shares = [seconds(student) for student in (three, one, third)]
    for run in runs:
        engine.scheduler.delete(run)
    assert max(shares) < 1.6 * min(shares), shares


def test_what_is_too_large_is_refused_in_words(engine):
    big = replace(GPT, model=GPTConfig(V, n_embd=512, n_layer=8, n_head=8))
    long = replace(GPT, train=replace(GPT.train, max_steps=MAX_STEPS + 1))
    wide = replace(GPT, train=replace(GPT.train, batch_size=4_096), model=replace(GPT.model, block_size=256))
    for spec, limit in ((big, f"{MAX_PARAMETERS:,}"), (long, f"{MAX_STEPS:,}"), (wide, "too long here")):
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
    assert [card.name for card in engine.scheduler.store.cards() if card.id == run] == [engine.scheduler.view(run).name]
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
    assert engine.scheduler.snapshots(run) == [4, 9, 18, 37, 75, 150, 300, 600]
    assert load(engine.scheduler.snapshot(run, 75)).info["step"] == 75


def test_a_run_ends_when_its_worker_time_is_up(engine, monkeypatch):
    monkeypatch.setattr("tinygpt.engine.desk.MAX_SECONDS", 0.3)
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
